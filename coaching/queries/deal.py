"""All that the page of a deal shows, in as many queries for twelve people as for one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from accounts.models import Workspace
from coaching.queries.advised import Advised, open_advice
from coaching.queries.deal_rows import (
    DateLine,
    Ended,
    QuoteLine,
    TaskLine,
    amount_of,
    dates_of,
    ended_of,
    file_of,
    quotes_of,
    tasks_of,
)
from coaching.queries.symptoms import SymptomShown, symptoms_of_deal
from coaching.queries.wording import Reader
from forecasting.models import Outlook, TargetBasis
from forecasting.queries.amounts import AmountRange
from opportunities.models import Opportunity
from opportunities.queries import Waiting, waiting_for
from readiness.models import Basis
from readiness.queries.as_of import AsOf
from readiness.queries.catalogue import Catalogue, catalogue_of
from readiness.queries.models import active_model
from readiness.queries.positions import Position, positions_of
from stakeholders.models import Stakeholder
from stakeholders.queries.purchase_file import FileLine
from stakeholders.queries.roles import RolesShown, roles_shown

WORTH_KNOWING = 0.005  # half a point of the chance


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


@dataclass(frozen=True, slots=True, eq=False)
class DealPage:
    """What is known and believed of a deal, now or as of a moment that has passed."""

    opportunity: Opportunity
    when: AsOf
    outlook: Outlook | None
    waiting: Waiting | None
    rows: tuple[GroupRow, ...]
    gone: tuple[GroupRow, ...]
    unmapped: int
    constraint: Advised | None
    for_group: Advised | None
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
    def day(self) -> date | None:
        """The day one looks back to; None for the present."""
        return self.when.workspace.today(self.when.at) if self.when.known_at else None

    @property
    def is_closed(self) -> bool:
        if self.when.known_at is None:
            return self.opportunity.is_closed
        return self.ended is not None

    @property
    def evidenced(self) -> int:
        return sum(line.state == "evidenced" for line in self.file)

    @property
    def date_has_passed(self) -> bool:
        return bool(self.outlook and self.outlook.target_basis == TargetBasis.PASSED)

    @property
    def worth_asking(self) -> str:
        """The name of whom to ask where they stand; empty when it would change little."""
        outlook = self.outlook
        if outlook is None or (outlook.knowing_value or 0.0) < WORTH_KNOWING:
            return ""
        return self.name_of(outlook.knowing_stakeholder_id)

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


def deal_page(
    opportunity: Opportunity, *, workspace: Workspace, reader: Reader, now: datetime
) -> DealPage:
    """Everything about a deal of `deal_seen_by`; ten queries, whatever its size."""
    when = AsOf.of(workspace, at=None, now=now)
    today = workspace.today(now)
    outlook = Outlook.objects.filter(opportunity=opportunity).first()
    people = list(
        Stakeholder.objects.filter(opportunity=opportunity)
        .select_related("person")
        .order_by("joined_on", "pk")
    )
    positions = positions_of(people, workspace=workspace, now=now)
    roles = roles_shown(people, day=today)
    catalogue = catalogue_of(
        next(iter(positions.values())).model if positions else active_model()
    )
    advice = open_advice(
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
            advised=advice.by_person.get(person.pk),
        )
        for person in people
    ]
    rows.sort(key=lambda row: -(row.advised.prompt.weight if row.advised else 0.0))
    return page_of(
        opportunity,
        rows,
        when=when,
        outlook=outlook,
        constraint=advice.constraint,
        for_group=advice.for_group,
        catalogue=catalogue,
        waiting=waiting_for(
            workspace_id=workspace.pk, now=now, opportunity_id=opportunity.pk
        ),
    )


def page_of(
    opportunity: Opportunity,
    rows: Sequence[GroupRow],
    *,
    when: AsOf,
    outlook: Outlook | None,
    constraint: Advised | None,
    catalogue: Catalogue,
    for_group: Advised | None = None,
    waiting: Waiting | None = None,
) -> DealPage:
    """The page of a deal of `deal_seen_by` with its people in the order shown; no query."""
    today = when.workspace.today(when.at)
    here = [row for row in rows if not _left(row.stakeholder, today)]
    gone = [row for row in rows if _left(row.stakeholder, today)]
    quotes = quotes_of(opportunity)
    seats = outlook.seat_count if outlook else len(here)
    return DealPage(
        opportunity=opportunity,
        when=when,
        outlook=outlook,
        waiting=waiting,
        rows=tuple(here),
        gone=tuple(gone),
        unmapped=max(0, seats - len(here)),
        constraint=constraint,
        for_group=for_group,
        lead=next((row for row in here if row.advised), None),
        amount=amount_of(opportunity, quotes),
        typed_amount=quotes[-1].total if quotes else opportunity.amount,
        quotes=quotes,
        dates=dates_of(opportunity),
        file=file_of(opportunity),
        tasks=tasks_of(
            opportunity,
            today,
            here={}
            if opportunity.is_closed
            else {row.stakeholder.pk: row.position for row in here},
            catalogue=catalogue,
        ),
        ended=ended_of(opportunity, when=when),
        catalogue=catalogue,
    )


def _left(person: Stakeholder, today: date) -> bool:
    return person.left_on is not None and person.left_on <= today
