"""What happened in a deal, the latest first: talks, phases, quotes, dates."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q
from django.db.models.functions import JSONObject

from coaching.queries.deal import DealPage
from coaching.queries.deal_rows import DateLine, QuoteLine
from readiness.models import PhaseReading, SellerAction, Signal
from readiness.queries.catalogue import Catalogue
from readiness.queries.evidence import CLOCK_DRIFT, as_known
from stakeholders.models import Channel, Interaction, Participation

SHOWN = 12


@dataclass(frozen=True, slots=True)
class SignalLine:
    """What one person signalled."""

    id: UUID
    code: str
    name: str
    who: str
    anchor: str
    quotation: str


@dataclass(frozen=True, slots=True)
class Talk:
    """An interaction with what was said and done in it."""

    id: UUID
    at: datetime
    channel: str
    direction: str
    people: tuple[str, ...]
    minutes: int | None
    summary: str
    signals: tuple[SignalLine, ...]
    actions: tuple[str, ...]
    kind: str = "talk"

    @property
    def channel_label(self) -> str:
        return str(Channel(self.channel).label)


@dataclass(frozen=True, slots=True)
class Moved:
    """A person's likeliest phase became another."""

    at: datetime
    who: str
    before: str
    after: str
    probability: float
    signal_count: int
    is_back: bool
    kind: str = "phase"


@dataclass(frozen=True, slots=True)
class Quoted:
    at: datetime
    quote: QuoteLine
    scope_changes: int
    kind: str = "quote"


@dataclass(frozen=True, slots=True)
class Dated:
    at: datetime
    line: DateLine
    who: str
    kind: str = "date"


Event: TypeAlias = Talk | Moved | Quoted | Dated


@dataclass(frozen=True, slots=True)
class Before:
    """Where a page begins: below a talk, or below a moment.

    An import knows the day of a talk and not its hour: many may be of one moment.
    """

    at: datetime
    talk: UUID | None = None

    def talks(self) -> Q:
        earlier = Q(occurred_at__lt=self.at)
        if self.talk is None:
            return earlier
        return earlier | Q(occurred_at=self.at, pk__lt=self.talk)


@dataclass(frozen=True, slots=True)
class Timeline:
    """Events, latest first; `older` is where the next page begins, if there is one."""

    events: tuple[Event, ...]
    older: Before | None


def timeline(
    page: DealPage, *, zone: ZoneInfo, before: Before | None = None
) -> Timeline:
    """Twelve talks before a moment and all that lies between; two queries.

    Of a page that looks back, what was known then.
    """
    talks = _talks(page, before=before)
    more = len(talks) > SHOWN
    talks = talks[:SHOWN]
    older = Before(talks[-1].at, talks[-1].id) if more else None
    since = older.at if older else None
    until = before.at if before else None
    others: list[Event] = [*_phases(page), *_quotes(page.quotes, zone), *_dates(page)]
    events: list[Event] = [*talks]
    events += [each for each in others if _lies(each.at, since, until)]
    # Of one moment the talk came first: what it moved stands above it.
    events.sort(key=lambda each: (each.at, each.kind != "talk"), reverse=True)
    return Timeline(tuple(events), older)


def _lies(at: datetime, since: datetime | None, until: datetime | None) -> bool:
    return (since is None or at >= since) and (until is None or at < until)


def _talks(page: DealPage, *, before: Before | None) -> list[Talk]:
    known_at = page.when.known_at
    rows = as_known(Interaction.objects.all(), known_at).filter(
        opportunity=page.opportunity
    )
    if known_at is not None:
        rows = rows.filter(occurred_at__lte=known_at + CLOCK_DRIFT)
    if before is not None:
        rows = rows.filter(before.talks())
    rows = rows.order_by("-occurred_at", "-pk").annotate(
        people_rows=ArraySubquery(
            Participation.objects.filter(interaction=OuterRef("pk"))
            .order_by("pk")
            .values("stakeholder_id")
        ),
        signal_rows=ArraySubquery(
            as_known(Signal.objects.all(), known_at)
            .filter(interaction=OuterRef("pk"))
            .order_by("pk")
            .values(
                row=JSONObject(
                    id="id", code="code", who="stakeholder_id", quotation="quotation"
                )
            )
        ),
        action_rows=ArraySubquery(
            as_known(SellerAction.objects.all(), known_at)
            .filter(interaction=OuterRef("pk"))
            .order_by("pk")
            .values("code")
        ),
    )
    return [_talk(row, page) for row in rows[: SHOWN + 1]]


def _talk(row: Any, page: DealPage) -> Talk:
    return Talk(
        id=row.pk,
        at=row.occurred_at,
        channel=row.channel,
        direction=row.direction,
        people=tuple(filter(None, map(page.name_of, row.people_rows))),
        minutes=row.minutes,
        summary=row.summary,
        signals=tuple(
            SignalLine(
                id=UUID(each["id"]),
                code=each["code"],
                name=page.catalogue.signal(each["code"]),
                who=page.name_of(UUID(each["who"])),
                anchor=_anchor(page.catalogue, each["code"]),
                quotation=each["quotation"],
            )
            for each in row.signal_rows
        ),
        actions=tuple(map(page.catalogue.action, row.action_rows)),
    )


def _anchor(catalogue: Catalogue, code: str) -> str:
    kind = catalogue.signals.get(code)
    return kind.anchor if kind else ""


def _phases(page: DealPage) -> Iterator[Moved]:
    """From stored readings: each time the likeliest phase became another."""
    names = page.catalogue.phase_names
    stored = PhaseReading.objects.filter(
        stakeholder__opportunity=page.opportunity,
        stakeholder__merged_into__isnull=True,
    )
    if page.when.known_at is not None:
        stored = stored.filter(computed_at__lte=page.when.known_at)
    rows = stored.order_by("computed_at", "pk")
    last: dict[UUID, int] = {}
    for who, at, probabilities, count in rows.values_list(
        "stakeholder_id", "stands_at", "probabilities", "signal_count"
    ):
        if not count or len(probabilities) != len(names):
            continue
        place = max(range(len(names)), key=probabilities.__getitem__)
        before = last.get(who)
        last[who] = place
        if before is not None and before != place:
            yield Moved(
                at=at,
                who=page.name_of(who),
                before=names[before],
                after=names[place],
                probability=probabilities[place],
                signal_count=count,
                is_back=place < before,
            )


def _quotes(quotes: Sequence[QuoteLine], zone: ZoneInfo) -> Iterator[Quoted]:
    scope = 0
    for quote in quotes:
        scope += quote.change == "scope"
        at = datetime.combine(quote.sent_on, time(12), tzinfo=zone)
        yield Quoted(at, quote, scope if quote.change == "scope" else 0)


def _dates(page: DealPage) -> Iterator[Dated]:
    for line in page.dates:
        who = page.name_of(line.moved_by) if line.moved_by else ""
        yield Dated(line.set_at, line, who)
