"""What the detectors of symptoms look at, gathered from what a recompute has made."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject

from accounts.models import Workspace, end_of, start_of
from coaching.engine.facts import (
    SELLER,
    Acted,
    Contact,
    DateSet,
    Facts,
    HumanReading,
    QuoteSent,
    Signalled,
)
from coaching.engine.symptoms import COUNTED_ON
from coaching.queries.symptom_clock import median_dwell
from forecasting.queries.forecasted import Forecasted
from opportunities.models import Opportunity, SellerForecast
from readiness.engine.records import Reading
from readiness.models import PhaseOverride, SellerAction, SellerActionTarget
from readiness.queries.catalogue import catalogue_of
from readiness.queries.models import LoadedModel
from readiness.queries.reading import PersonRead
from readiness.queries.timing import mean_fit, stood_before
from stakeholders.models import ANCHORS

DAY = 86_400
SPONSOR = "executive_sponsor"

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """The facts, and of each row behind them what names it, in no language."""

    facts: Facts
    rows: Mapping[str, Row]


def symptom_facts(
    made: Forecasted,
    read: Mapping[UUID, PersonRead],
    *,
    model: LoadedModel,
    workspace: Workspace,
    now: datetime,
) -> Gathered:
    """Gather a deal for the detectors; one query."""
    gathering = _Gathering(made, read, model=model, workspace=workspace, now=now)
    return Gathered(gathering.facts(), gathering.rows)


@dataclass(frozen=True, slots=True)
class _Said:
    """Our own readings and steps, and the seller's last figure."""

    overrides: list[Row]
    steps: list[Row]
    seller: float | None


class _Gathering:
    """One deal while it is gathered."""

    def __init__(
        self,
        made: Forecasted,
        read: Mapping[UUID, PersonRead],
        *,
        model: LoadedModel,
        workspace: Workspace,
        now: datetime,
    ) -> None:
        self.made, self.read, self.model = made, read, model
        self.zone, self.now = workspace.zone, now
        self.today = workspace.today(now)
        self.ours = _said_of(made.deal.opportunity)
        self.rows: dict[str, Row] = {}

    def facts(self) -> Facts:
        file = self.made.deal.file
        return Facts(
            today=self.now.timestamp() / DAY,
            contacts=tuple(self.contacts()),
            signals=tuple(self.signals()),
            actions=tuple(self.actions()),
            dates=tuple(self.dates()),
            quotes=tuple(self.quotes()),
            readings=tuple(self.human_readings()),
            coverage=self.made.forecast.coverage if self.made.forecast.heard else None,
            file_score=file.score if file.score or file.told else None,
            seller_forecasts=(self.ours.seller or 0.0) >= COUNTED_ON,
        )

    def contacts(self) -> Iterator[Contact]:
        seats = {seat.person.key: seat for seat in self.made.group.seats if seat.person}
        heirs = {
            each.stakeholder.replaced_by_id: str(pk)
            for pk, each in self.read.items()
            if each.stakeholder.replaced_by_id
        }
        held = self.made.deal.entered.roles
        for pk, person in self.read.items():
            who, seat = person.stakeholder, seats.get(str(pk))
            if who.joined_on > self.today:
                continue
            yield Contact(
                key=str(pk),
                phases=self._by_anchor(person.reading),
                heard=len(person.heard.facts),
                silent_days=self._silent_days(person.reading),
                stance=person.reading.stance,
                weight=seat.raw_weight if seat else 0.0,
                approves=seat is not None and seat.approves,
                sponsors=any(each.role == SPONSOR for each in held.get(pk, ())),
                is_active=who.left_on is None or who.left_on > self.today,
                replaces=heirs.get(pk),
                median_dwell_days=median_dwell(
                    self.made.deal.opportunity, person.reading.state, model=self.model
                ),
                joined_day=person.heard.joined_at / DAY,
            )

    def signals(self) -> Iterator[Signalled]:
        for pk, person in self.read.items():
            for signal in person.heard.signals:
                self._keep("signal", signal.key, signal.at, code=signal.code, who=pk)
                yield Signalled(
                    key=signal.key,
                    code=signal.code,
                    person=str(pk),
                    day=signal.at / DAY,
                )

    def actions(self) -> Iterator[Acted]:
        kinds = catalogue_of(self.model).actions
        for row in self.ours.steps:
            at = datetime.fromisoformat(row["at"]).timestamp()
            people = tuple(who for who in row["people"] if UUID(who) in self.read)
            kind = kinds.get(row["code"])
            fits = [
                mean_fit(kind.fits, standing)
                for who in people
                if kind and (standing := stood_before(self.read[UUID(who)].reading, at))
            ]
            self._keep("action", row["id"], at, code=row["code"])
            yield Acted(
                key=row["id"],
                code=row["code"],
                people=people,
                day=at / DAY,
                fits=tuple(fits),
            )

    def dates(self) -> Iterator[DateSet]:
        for row in self.made.deal.entered.dates.get(self.made.deal.opportunity.pk, ()):
            key, at = str(row.pk), row.set_at.timestamp()
            self._keep("date", key, at, day=str(row.decision_on))
            yield DateSet(
                key=key,
                set_day=at / DAY,
                decision_day=end_of(row.decision_on, self.zone).timestamp() / DAY,
                is_linked=bool(row.linked_event),
                moved_by=SELLER
                if row.is_moved_by_seller
                else str(row.moved_by_id or ""),
            )

    def quotes(self) -> Iterator[QuoteSent]:
        for row in self.made.deal.entered.quotes.get(self.made.deal.opportunity.pk, ()):
            key, at = str(row.pk), start_of(row.sent_on, self.zone).timestamp()
            self._keep("quote", key, at, number=row.number)
            yield QuoteSent(key=key, day=at / DAY, change=row.change)

    def human_readings(self) -> Iterator[HumanReading]:
        for row in self.ours.overrides:
            until = row["expires_on"]
            if until is not None and date.fromisoformat(until) < self.today:
                continue
            at = datetime.fromisoformat(row["set_at"]).timestamp()
            phase = ANCHORS.index(row["anchor"])
            self._keep(
                "reading", row["id"], at, anchor=row["anchor"], who=row["stakeholder"]
            )
            yield HumanReading(
                key=row["id"], person=row["stakeholder"], phase=phase, day=at / DAY
            )

    def _keep(self, kind: str, key: str, at: float, **named: Any) -> None:
        on = str(datetime.fromtimestamp(at, self.zone).date())
        words = {
            name: str(value) if isinstance(value, UUID) else value
            for name, value in named.items()
        }
        self.rows[key] = {"kind": kind, "id": key, "on": on, **words}

    def _by_anchor(self, reading: Reading) -> tuple[float, ...]:
        chances = self.model.engine.anchor_chances(reading.probabilities)
        return tuple(chances.get(anchor, 0.0) for anchor in ANCHORS)

    def _silent_days(self, reading: Reading) -> float | None:
        heard_at = reading.last_heard_at
        if heard_at is None:
            return None
        return max(0.0, self.now.timestamp() - heard_at) / DAY


def _said_of(opportunity: Opportunity) -> _Said:
    """What we did and believed in a deal, which moves no forecast; one query."""
    overrides = PhaseOverride.objects.standing().filter(
        stakeholder__opportunity=OuterRef("pk")
    )
    targets = SellerActionTarget.objects.filter(action=OuterRef("pk"))
    actions = SellerAction.objects.standing().filter(
        interaction__opportunity=OuterRef("pk")
    )
    said = SellerForecast.objects.filter(opportunity=OuterRef("pk"))
    rows = Opportunity.objects.filter(pk=opportunity.pk).values_list(
        _rows(
            overrides,
            "id",
            "anchor",
            "set_at",
            "expires_on",
            stakeholder="stakeholder_id",
        ),
        _rows(
            actions.annotate(
                people=ArraySubquery(targets.order_by("pk").values("stakeholder_id"))
            ),
            "id",
            "code",
            "people",
            at="interaction__occurred_at",
        ),
        Subquery(said.order_by("-set_at", "-pk").values("probability")[:1]),
    )
    return _Said(*rows.get())


def _rows(query: Any, *names: str, **renamed: str) -> ArraySubquery:
    fields = {name: name for name in names} | renamed
    return ArraySubquery(query.order_by("pk").values(row=JSONObject(**fields)))
