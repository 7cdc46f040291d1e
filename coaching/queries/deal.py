"""All that the page of a deal shows, in as many queries for twelve people as for one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef
from django.db.models.functions import JSONObject
from django.utils.dateparse import parse_date

from accounts.models import Membership, Workspace
from coaching.models import Prompt, Symptom
from coaching.queries.symptoms import SymptomShown, symptoms_of_deal
from coaching.queries.wording import Names, Reader, in_words
from forecasting.engine.portfolio import AmountSpread
from forecasting.models import Outlook, TargetBasis
from forecasting.queries.amounts import AmountRange, range_of
from opportunities.models import Opportunity
from opportunities.queries import Waiting, waiting_for
from readiness.models import Basis
from readiness.queries.catalogue import Catalogue, catalogue_of
from readiness.queries.positions import Position, positions_of
from stakeholders.models import (
    DecisionDate,
    OutcomeEvent,
    PurchaseFileItem,
    Quote,
    QuoteChange,
    Stakeholder,
    Task,
)
from stakeholders.queries.purchase_file import FileLine, file_lines
from stakeholders.queries.roles import RolesShown, roles_shown

CONSTRAINT = "constraint"


@dataclass(frozen=True, slots=True)
class Advised:
    """An open prompt, in words."""

    prompt: Prompt
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A person of the buying group: where they stand, who they are, what to do."""

    stakeholder: Stakeholder
    position: Position
    roles: RolesShown
    advised: Advised | None

    @property
    def has_left(self) -> bool:
        return self.stakeholder.left_on is not None


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


@dataclass(frozen=True, slots=True)
class Ended:
    """How it ended."""

    outcome: str
    on: date
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class DealPage:
    """What is known and believed of a deal."""

    opportunity: Opportunity
    outlook: Outlook | None
    waiting: Waiting | None
    rows: tuple[GroupRow, ...]
    gone: tuple[GroupRow, ...]
    unmapped: int
    constraint: Advised | None
    lead: GroupRow | None
    amount: AmountRange | None
    typed_amount: Decimal | None
    quotes: tuple[QuoteLine, ...]
    dates: tuple[DateLine, ...]
    file: tuple[FileLine, ...]
    tasks: tuple[TaskLine, ...]
    ended: Ended | None
    catalogue: Catalogue

    @property
    def evidenced(self) -> int:
        return sum(line.state == "evidenced" for line in self.file)

    @property
    def date_has_passed(self) -> bool:
        return bool(self.outlook and self.outlook.target_basis == TargetBasis.PASSED)

    @property
    def symptoms(self) -> tuple[SymptomShown, ...]:
        return symptoms_of_deal(self)

    @property
    def basis(self) -> str:
        """What the phases rest on: experts' numbers, learned ones or both."""
        rows = (*self.rows, *self.gone)
        return rows[0].position.model.basis if rows else Basis.EXPERT

    def name_of(self, stakeholder: UUID | None) -> str:
        for row in (*self.rows, *self.gone):
            if row.stakeholder.pk == stakeholder:
                return str(row.stakeholder.person)
        return ""


def deal_seen_by(membership: Membership, pk: UUID) -> Opportunity:
    """A deal with everything entered beside it, in one query.

    :raises Opportunity.DoesNotExist: when the member may not see it, or nobody may.
    """
    return (
        Opportunity.objects.visible_to(membership)
        .select_related("company", "owner")
        .annotate(
            quote_rows=_rows(
                Quote.objects.standing().order_by("number"),
                *("id", "number", "sent_on", "total", "currency", "change"),
            ),
            date_rows=_rows(
                DecisionDate.objects.standing().order_by("set_at", "pk"),
                *("id", "set_at", "decision_on", "reason", "linked_event"),
                *("moved_by_id", "is_moved_by_seller"),
            ),
            file_rows=_rows(
                PurchaseFileItem.objects.standing().order_by(
                    "seen_on", "logged_at", "pk"
                ),
                *("item", "state", "evidence", "seen_on"),
            ),
            task_rows=_rows(
                Task.objects.filter(done_at__isnull=True).order_by(
                    F("due_on").asc(nulls_last=True), "pk"
                ),
                *("id", "title", "due_on", "stakeholder_id"),
                owner="owner__name",
            ),
            outcome_rows=_rows(
                OutcomeEvent.objects.standing().order_by(
                    "happened_on", "logged_at", "pk"
                ),
                *("outcome", "happened_on", "reason"),
            ),
            symptom_rows=_rows(
                Symptom.objects.filter(closed_at__isnull=True).order_by("pk"),
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


def deal_page(
    opportunity: Opportunity, *, workspace: Workspace, reader: Reader, now: datetime
) -> DealPage:
    """Everything about a deal of `deal_seen_by`; ten queries, whatever its size."""
    today = workspace.today(now)
    outlook = Outlook.objects.filter(opportunity=opportunity).first()
    people = list(
        Stakeholder.objects.filter(opportunity=opportunity)
        .select_related("person")
        .order_by("joined_on", "pk")
    )
    positions = positions_of(people, workspace=workspace, now=now)
    roles = roles_shown(people, day=today)
    model = next(iter(positions.values())).model if positions else None
    catalogue = catalogue_of(model) if model else _EMPTY
    advised, constraint = _advice(
        opportunity,
        people,
        roles=roles,
        catalogue=catalogue,
        reader=reader,
        today=today,
    )
    rows = [
        GroupRow(
            stakeholder=person,
            position=positions[person.pk],
            roles=roles[person.pk],
            advised=advised.get(person.pk),
        )
        for person in people
    ]
    here = [row for row in rows if not _left(row.stakeholder, today)]
    here.sort(key=lambda row: -(row.advised.prompt.weight if row.advised else 0.0))
    gone = [row for row in rows if _left(row.stakeholder, today)]
    quotes = _quotes(opportunity)
    seats = outlook.seat_count if outlook else len(here)
    return DealPage(
        opportunity=opportunity,
        outlook=outlook,
        waiting=waiting_for(
            workspace_id=workspace.pk, now=now, opportunity_id=opportunity.pk
        ),
        rows=tuple(here),
        gone=tuple(gone),
        unmapped=max(0, seats - len(here)),
        constraint=constraint,
        lead=next((row for row in here if row.advised), None),
        amount=_amount(opportunity, quotes),
        typed_amount=quotes[-1].total if quotes else opportunity.amount,
        quotes=quotes,
        dates=_dates(opportunity),
        file=tuple(
            file_lines(
                {**row, "seen_on": parse_date(row["seen_on"])}
                for row in opportunity.file_rows  # type: ignore[attr-defined]
            )
        ),
        tasks=_tasks(opportunity, today),
        ended=_ended(opportunity),
        catalogue=catalogue,
    )


_EMPTY = Catalogue(phases=(), anchors=(), signals={}, actions={})


def _left(person: Stakeholder, today: date) -> bool:
    return person.left_on is not None and person.left_on <= today


def _advice(
    opportunity: Opportunity,
    people: Sequence[Stakeholder],
    *,
    roles: Mapping[UUID, RolesShown],
    catalogue: Catalogue,
    reader: Reader,
    today: date,
) -> tuple[dict[UUID, Advised], Advised | None]:
    """The open prompt of each person, and the one about what holds the deal down."""
    prompts = list(
        Prompt.objects.filter(
            opportunity=opportunity, closed_at__isnull=True
        ).select_related("play")
    )
    names = names_of(people, roles=roles, catalogue=catalogue)
    by_person, constraint = {}, None
    for prompt in prompts:
        told = Advised(prompt, in_words(prompt, names=names, reader=reader))
        if prompt.play.situation == CONSTRAINT:
            constraint = told
        elif prompt.stakeholder_id and prompt.is_due(today):
            by_person[prompt.stakeholder_id] = told
    return by_person, constraint


def names_of(
    people: Sequence[Stakeholder],
    *,
    roles: Mapping[UUID, RolesShown],
    catalogue: Catalogue,
) -> Names:
    """What prompts speak of, from what the page has read already: no query."""
    shown = {pk: held.codes[0] for pk, held in roles.items() if held.codes}
    # Read in the reader's language already: the only one there is stands for all.
    texts = {
        held.codes[0]: {"en": held.names[0]} for held in roles.values() if held.codes
    }
    return Names(
        people={person.pk: person for person in people},
        roles=shown,
        role_texts=texts,
        # Of phases that share an anchor the first one lends its name.
        phase_texts={
            anchor: text["name"]
            for anchor, text in reversed(
                list(zip(catalogue.anchors, catalogue.phases, strict=True))
            )
        },
        signal_texts={
            code: kind.texts["name"] for code, kind in catalogue.signals.items()
        },
    )


def _quotes(opportunity: Any) -> tuple[QuoteLine, ...]:
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


def _dates(opportunity: Any) -> tuple[DateLine, ...]:
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


def _tasks(opportunity: Any, today: date) -> tuple[TaskLine, ...]:
    lines = []
    for row in opportunity.task_rows:
        due_on = parse_date(row["due_on"]) if row["due_on"] else None
        who = row["stakeholder_id"]
        lines.append(
            TaskLine(
                id=UUID(row["id"]),
                title=row["title"],
                due_on=due_on,
                stakeholder_id=UUID(who) if who else None,
                owner=row["owner"] or "",
                is_overdue=due_on is not None and due_on < today,
            )
        )
    return tuple(lines)


def _ended(opportunity: Any) -> Ended | None:
    if not opportunity.is_closed or not opportunity.outcome_rows:
        return None
    row = opportunity.outcome_rows[-1]
    return Ended(row["outcome"], date.fromisoformat(row["happened_on"]), row["reason"])


def _amount(
    opportunity: Opportunity, quotes: Sequence[QuoteLine]
) -> AmountRange | None:
    """The range around the last quote's total, else around the typed amount."""
    value = quotes[-1].total if quotes else opportunity.amount
    currency = quotes[-1].currency if quotes else opportunity.currency
    if value is None:
        return None
    changes = sum(quote.change == QuoteChange.SCOPE for quote in quotes)
    sigma = AmountSpread().sigma(scope_changes=changes, has_quote=bool(quotes))
    return range_of(value, currency=currency, sigma=sigma)
