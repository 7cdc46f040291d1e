"""Companies, people, deals, seats and conversations as tables: a row at a time."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any, TypeAlias
from uuid import UUID

from integrations.models import Contents
from integrations.queries.texts import digits_of
from opportunities.models import Company, Opportunity
from readiness.models import Signal
from stakeholders.models import Interaction, Participation, Person, Stakeholder
from stakeholders.queries.roles import roles_shown

CHUNK = 500
Cell: TypeAlias = str | int | Decimal | date | datetime | None
Cells: TypeAlias = Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    columns: tuple[str, ...]
    rows: Callable[[date], Iterator[Cells]]


def called(row: Any) -> str:
    """A row's id as its source has it, else ours; of a fact that of its lineage."""
    return str(row.external_id or getattr(row, "lineage_id", row.pk))


def _companies(_today: date) -> Iterator[Cells]:
    for row in _all(Company.objects.order_by("name", "pk")):
        yield called(row), row.name, row.domain, row.country


def _people(_today: date) -> Iterator[Cells]:
    people = Person.objects.select_related("company").order_by("name", "pk")
    for row in _all(people):
        yield (
            *(called(row), row.name, *_named(row.company)),
            *(row.email, row.title, row.phone, row.language, row.left_company_on),
        )


def _opportunities(_today: date) -> Iterator[Cells]:
    deals = Opportunity.objects.standing().select_related("company", "owner")
    for row in _all(deals.order_by("opened_on", "pk")):
        yield (
            *(called(row), row.name, *_named(row.company)),
            *(row.owner.name, row.owner.email, row.opened_on),
            *(_money(row.amount, row), row.currency, row.importance, row.buying_class),
            *(row.expected_group_size, row.outcome, row.closed_on),
            *(_money(row.won_amount, row), row.lost_to),
        )


def _stakeholders(today: date) -> Iterator[Cells]:
    seats = Stakeholder.objects.filter(opportunity__retracted_at__isnull=True)
    seats = seats.select_related("opportunity", "person").order_by("opportunity", "pk")
    for chunk in _chunks(_all(seats)):
        roles = roles_shown(chunk, day=today)
        for row in chunk:
            yield (
                *(called(row), *_named(row.opportunity), *_named(row.person)),
                *("; ".join(roles[row.pk].names), row.influence),
                *(row.joined_on, row.left_on, row.goals, row.criteria, row.worries),
            )


def _interactions(_today: date) -> Iterator[Cells]:
    talks = Interaction.objects.standing().select_related("opportunity")
    talks = talks.filter(opportunity__retracted_at__isnull=True)
    for chunk in _chunks(_all(talks.order_by("occurred_at", "pk"))):
        people, signals = _people_of(chunk), _signals_of(chunk)
        for row in chunk:
            yield (
                *(called(row), *_named(row.opportunity), row.occurred_at),
                *(row.channel, row.direction, row.minutes),
                *("; ".join(people[row.pk]), "; ".join(signals[row.pk]), row.summary),
            )


def _people_of(talks: Iterable[Interaction]) -> Mapping[UUID, list[str]]:
    found: dict[UUID, list[str]] = defaultdict(list)
    rows = Participation.objects.filter(interaction__in=list(talks)).order_by("pk")
    for talk, name in rows.values_list("interaction", "stakeholder__person__name"):
        found[talk].append(name)
    return found


def _signals_of(talks: Iterable[Interaction]) -> Mapping[UUID, list[str]]:
    found: dict[UUID, list[str]] = defaultdict(list)
    rows = Signal.objects.standing().filter(interaction__in=list(talks))
    for talk, name, code in rows.order_by("pk").values_list(
        "interaction", "stakeholder__person__name", "code"
    ):
        found[talk].append(f"{name}: {code}")
    return found


def _named(row: Any) -> tuple[str, str]:
    """What something is called: by name, and by id."""
    return (row.name, called(row)) if row is not None else ("", "")


def _money(amount: Decimal | None, deal: Opportunity) -> Decimal | None:
    """With the digits of its currency, and more where the row has more."""
    if amount is None:
        return None
    plain = amount.normalize()
    shown = max(digits_of(deal.currency), -int(plain.as_tuple().exponent))
    return plain.quantize(Decimal(1).scaleb(-shown))


def _all(rows: Any) -> Iterator[Any]:
    found: Iterator[Any] = rows.iterator(chunk_size=CHUNK)
    return found


def _chunks(rows: Iterator[Any]) -> Iterator[list[Any]]:
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


TABLES = (
    Table("companies", ("id", "name", "domain", "country"), _companies),
    Table(
        "people",
        (
            *("id", "name", "company", "company_id", "email", "title", "phone"),
            *("language", "left_company_on"),
        ),
        _people,
    ),
    Table(
        "opportunities",
        (
            *("id", "name", "company", "company_id", "owner_name", "owner_email"),
            *("opened_on", "amount", "currency", "importance", "buying_class"),
            *("expected_group_size", "outcome", "closed_on", "won_amount", "lost_to"),
        ),
        _opportunities,
    ),
    Table(
        "stakeholders",
        (
            *("id", "opportunity", "opportunity_id", "person", "person_id", "roles"),
            *("influence", "joined_on", "left_on", "goals", "criteria", "worries"),
        ),
        _stakeholders,
    ),
    Table(
        "interactions",
        (
            *("id", "opportunity", "opportunity_id", "occurred_at", "channel"),
            *("direction", "minutes", "participants", "signals", "summary"),
        ),
        _interactions,
    ),
)


def tables_of(contents: str) -> list[Table]:
    return [each for each in TABLES if contents in {each.name, Contents.ALL}]
