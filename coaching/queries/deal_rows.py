"""What was entered beside a deal, in one query: quotes, dates, the file, tasks, its end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Q
from django.db.models.functions import JSONObject
from django.utils.dateparse import parse_date

from accounts.models import Membership
from coaching.models import Symptom
from forecasting.queries.amounts import AmountRange, range_of, sigma_of
from forecasting.queries.amounts import amount_of as expected_amount
from opportunities.models import Opportunity, Outcome
from readiness.queries.as_of import AsOf, state_of
from readiness.queries.catalogue import Catalogue
from readiness.queries.evidence import CLOCK_DRIFT, as_known
from readiness.queries.planned import Planned, planned_step
from readiness.queries.positions import Position
from stakeholders.models import (
    DecisionDate,
    OutcomeEvent,
    PurchaseFileItem,
    Quote,
    QuoteChange,
    Task,
)
from stakeholders.queries.purchase_file import FileLine, file_lines


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """A version of the quote."""

    id: UUID
    number: int
    sent_on: date
    total: Decimal
    currency: str
    change: str

    @property
    def change_label(self) -> str:
        return str(QuoteChange(self.change).label) if self.change else ""


@dataclass(frozen=True, slots=True)
class DateLine:
    """A decision date, the one before it, and how often it has moved by then."""

    id: UUID
    set_at: datetime
    decision_on: date
    reason: str
    linked_event: str
    moved_by: UUID | None
    is_moved_by_seller: bool
    before: date | None
    moves: int


@dataclass(frozen=True, slots=True)
class TaskLine:
    id: UUID
    title: str
    due_on: date | None
    stakeholder_id: UUID | None
    owner: str
    is_overdue: bool
    step: Planned | None


@dataclass(frozen=True, slots=True)
class Ended:
    """How it ended."""

    outcome: str
    on: date
    reason: str

    @property
    def outcome_label(self) -> str:
        return str(Outcome(self.outcome).label)


def deal_seen_by(membership: Membership, pk: UUID, *, when: AsOf) -> Opportunity:
    """A deal with what was entered beside it as of a moment, in one query.

    A task is edited in place, so nothing tells which there were: looking back shows none.

    :raises Opportunity.DoesNotExist: when the member may not see it, or nobody may.
    """
    at, known_at = when.at, when.known_at
    day = when.workspace.today(at)
    sent, said, seen, shown = Q(), Q(), Q(), Q(closed_at__isnull=True)
    tasks = Task.objects.filter(done_at__isnull=True)
    events = OutcomeEvent.objects.standing()
    if known_at is not None:
        sent, seen = Q(sent_on__lte=day), Q(seen_on__lte=day)
        said = Q(set_at__lte=at + CLOCK_DRIFT)
        shown = Q(opened_at__lte=at) & (shown | Q(closed_at__gt=at))
        tasks = tasks.none()
        # An event counts from its own day, whenever it was entered.
        events = OutcomeEvent.objects.not_retracted_by(known_at)
    return (
        Opportunity.objects.visible_to(membership)
        .select_related("company", "owner")
        .annotate(
            quote_rows=_rows(
                as_known(Quote.objects.filter(sent), known_at).order_by("number"),
                *("id", "number", "sent_on", "total", "currency", "change"),
            ),
            date_rows=_rows(
                as_known(DecisionDate.objects.filter(said), known_at).order_by(
                    "set_at", "pk"
                ),
                *("id", "set_at", "decision_on", "reason", "linked_event"),
                *("moved_by_id", "is_moved_by_seller"),
            ),
            file_rows=_rows(
                as_known(PurchaseFileItem.objects.filter(seen), known_at).order_by(
                    "seen_on", "logged_at", "pk"
                ),
                *("item", "state", "evidence", "seen_on"),
            ),
            task_rows=_rows(
                tasks.order_by(F("due_on").asc(nulls_last=True), "pk"),
                *("id", "title", "due_on", "stakeholder_id", "action"),
                owner="owner__name",
            ),
            outcome_rows=_rows(
                events.order_by("happened_on", "logged_at", "pk"),
                *("outcome", "happened_on", "reason"),
            ),
            symptom_rows=_rows(
                Symptom.objects.filter(shown).order_by("pk"),
                *("code", "reading", "people", "rows", "opened_at"),
            ),
        )
        .get(pk=pk)
    )


def _rows(query: Any, *names: str, **renamed: str) -> ArraySubquery:
    fields = {name: name for name in names} | renamed
    return ArraySubquery(
        query.filter(opportunity=OuterRef("pk")).values(row=JSONObject(**fields))
    )


def quotes_of(opportunity: Any) -> tuple[QuoteLine, ...]:
    return tuple(
        QuoteLine(
            id=UUID(row["id"]),
            number=row["number"],
            sent_on=date.fromisoformat(row["sent_on"]),
            total=Decimal(str(row["total"])),
            currency=row["currency"],
            change=row["change"],
        )
        for row in opportunity.quote_rows
    )


def dates_of(opportunity: Any) -> tuple[DateLine, ...]:
    lines: list[DateLine] = []
    for row in opportunity.date_rows:
        decision_on = date.fromisoformat(row["decision_on"])
        last = lines[-1] if lines else None
        has_moved = last is not None and last.decision_on != decision_on
        lines.append(
            DateLine(
                id=UUID(row["id"]),
                set_at=datetime.fromisoformat(row["set_at"]),
                decision_on=decision_on,
                reason=row["reason"],
                linked_event=row["linked_event"],
                moved_by=UUID(row["moved_by_id"]) if row["moved_by_id"] else None,
                is_moved_by_seller=row["is_moved_by_seller"],
                before=last.decision_on if last and has_moved else None,
                moves=(last.moves if last else 0) + has_moved,
            )
        )
    return tuple(lines)


def tasks_of(
    opportunity: Any,
    today: date,
    *,
    here: Mapping[UUID, Position],
    catalogue: Catalogue,
) -> tuple[TaskLine, ...]:
    """The tasks with how the steps they plan would come to those who are here."""
    lines = []
    for row in opportunity.task_rows or ():  # none, looking back
        due_on = parse_date(row["due_on"]) if row["due_on"] else None
        who = UUID(row["stakeholder_id"]) if row["stakeholder_id"] else None
        lines.append(
            TaskLine(
                id=UUID(row["id"]),
                title=row["title"],
                due_on=due_on,
                stakeholder_id=who,
                owner=row["owner"] or "",
                is_overdue=due_on is not None and due_on < today,
                step=_step(row["action"], here.get(who) if who else None, catalogue),
            )
        )
    return tuple(lines)


def _step(code: str, who: Position | None, catalogue: Catalogue) -> Planned | None:
    if not code:
        return None
    return planned_step(
        code,
        who=who.stakeholder.person.name if who else "",
        standing=who.probabilities if who else None,
        catalogue=catalogue,
    )


def ended_of(opportunity: Any, *, when: AsOf) -> Ended | None:
    """How it had ended by the end of that day; None while it was open."""
    rows = opportunity.outcome_rows
    if when.known_at is None:
        outcome, past = opportunity.outcome, rows
    else:
        day = str(when.workspace.today(when.at))
        past = [row for row in rows if row["happened_on"] <= day]
        last = past[-1]["outcome"] if past else Outcome.OPEN
        outcome = state_of(
            opportunity, {opportunity.pk: last} if rows else {}, when=when
        )
    if outcome == Outcome.OPEN:
        return None
    if not past:  # an import may bring a deal's end without an event
        return Ended(outcome, opportunity.closed_on, "")
    row = past[-1]
    return Ended(row["outcome"], date.fromisoformat(row["happened_on"]), row["reason"])


def file_of(opportunity: Any) -> tuple[FileLine, ...]:
    """The eight items with the last that was said of each."""
    return tuple(
        file_lines(
            {**row, "seen_on": parse_date(row["seen_on"])}
            for row in opportunity.file_rows
        )
    )


def amount_of(
    opportunity: Opportunity, quotes: Sequence[QuoteLine]
) -> AmountRange | None:
    """The range around the last quote's total, else around the typed amount."""
    amount = expected_amount(opportunity, quotes)
    if amount.value is None:
        return None
    return range_of(amount.value, currency=amount.currency, sigma=sigma_of(amount))
