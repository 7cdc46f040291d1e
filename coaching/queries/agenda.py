"""What to speak about with one rep, gathered from what stands in their deals."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from accounts.models import Membership
from coaching.models import (
    CoachingNote,
    Commitment,
    CommitmentState,
    HelpRequest,
    Symptom,
)
from coaching.queries.queue import QueueRow, prompts_for, queue_page
from coaching.queries.symptoms import told
from coaching.queries.today import Silent, silent_people
from coaching.queries.wording import Reader
from opportunities.models import Opportunity
from readiness.models import PhaseOverride
from readiness.queries.positions import Position, positions_of
from stakeholders.models import Stakeholder, Task

FEW = 5
LOOKED_AT = 100
NOTES = 20
COMMITMENTS = 30


@dataclass(frozen=True, slots=True)
class SymptomLine:
    """A symptom one of the deals shows, and what to ask about it."""

    opportunity: Opportunity
    name: str
    ask: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A person whom a human reads otherwise than the model."""

    position: Position
    override: PhaseOverride

    @property
    def chance(self) -> float:
        """What the model gives the phase the human named."""
        return sum(
            chance
            for anchor, chance in zip(
                self.position.anchors, self.position.probabilities or (), strict=True
            )
            if anchor == self.override.anchor
        )


@dataclass(frozen=True, slots=True, eq=False)
class Agenda:
    """The points of one conversation; each list is short, and says so where it is cut."""

    queue: tuple[QueueRow, ...]
    symptoms: tuple[SymptomLine, ...]
    disagreements: tuple[Disagreement, ...]
    silent: tuple[Silent, ...]
    overdue: tuple[Task, ...]

    @property
    def is_empty(self) -> bool:
        parts = (self.queue, self.symptoms, self.disagreements)
        return not any((*parts, self.silent, self.overdue))


@dataclass(frozen=True, slots=True)
class Promise:
    """A commitment, and how it stands by the clock."""

    row: Commitment
    state: CommitmentState


def agenda_for(
    deals: "QuerySet[Opportunity]", *, member: Membership, reader: Reader
) -> Agenda:
    """Gather the points about a member's open deals among these; few queries, always as many."""
    now, today = reader.now, reader.workspace.today(reader.now)
    mine = deals.still_open().filter(owner=member)  # type: ignore[attr-defined]
    page = queue_page(
        prompts_for(deals, day=today, owner=member.pk),
        reader=reader,
        now=now,
        size=FEW,
    )
    return Agenda(
        queue=page.rows,
        symptoms=tuple(_symptoms(mine)),
        disagreements=tuple(_disagreements(mine, reader=reader, today=today)),
        silent=tuple(silent_people(mine, now=now)[:FEW]),
        overdue=tuple(_overdue(mine, today=today)),
    )


def notes_of(member: Membership) -> list[CoachingNote]:
    rows = CoachingNote.objects.filter(member=member, retracted_at__isnull=True)
    rows = rows.select_related("written_by").order_by("-written_at", "-pk")
    return list(rows[:NOTES])


def promises_of(member: Membership, *, reader: Reader) -> list[Promise]:
    """What they said they would do, what is still to be done first."""
    today = reader.workspace.today(reader.now)
    rows = Commitment.objects.filter(member=member).order_by("-due_on", "-pk")
    promises = [
        Promise(row, row.state(today, zone=reader.workspace.zone))
        for row in rows[:COMMITMENTS]
    ]
    return sorted(promises, key=lambda each: each.row.kept_at is not None)


def promised_by(
    members: Collection[UUID], *, today: date
) -> dict[UUID, tuple[int, int]]:
    """How many commitments of each are open, and how many were missed; one query."""
    rows = (
        Commitment.objects.filter(member__in=members, kept_at__isnull=True)
        .values("member")
        .annotate(
            due=Count("pk", filter=Q(due_on__gte=today)),
            missed=Count("pk", filter=Q(due_on__lt=today)),
        )
    )
    return {row["member"]: (row["due"], row["missed"]) for row in rows}


def questions_of(members: Collection[UUID]) -> dict[UUID, int]:
    """How many questions of each have no answer yet; one query."""
    rows = HelpRequest.objects.filter(asked_by__in=members, answered_at__isnull=True)
    return dict(rows.values_list("asked_by").annotate(n=Count("pk")))


def _symptoms(deals: "QuerySet[Opportunity]") -> list[SymptomLine]:
    rows = Symptom.objects.filter(opportunity__in=deals, closed_at__isnull=True)
    rows = rows.select_related("opportunity").order_by("-opened_at", "-pk")
    lines = []
    for row in rows[:FEW]:
        words = told(row.code, row.reading)
        lines.append(SymptomLine(row.opportunity, words.name, words.ask, row.opened_at))
    return lines


def _disagreements(
    deals: "QuerySet[Opportunity]", *, reader: Reader, today: date
) -> list[Disagreement]:
    """Standing readings of a human that name another phase than the likeliest."""
    people = (
        Stakeholder.objects.active_on(today)
        .filter(opportunity__in=deals, overrides__retracted_at__isnull=True)
        .filter(overrides__isnull=False)
        .select_related("person", "opportunity")
        .distinct()
        .order_by("pk")[:LOOKED_AT]
    )
    positions = positions_of(list(people), workspace=reader.workspace, now=reader.now)
    found = [
        Disagreement(position, position.override)
        for position in positions.values()
        if position.override is not None
        and position.probabilities is not None
        and position.anchor != position.override.anchor
    ]
    return sorted(found, key=lambda each: each.chance)[:FEW]


def _overdue(deals: "QuerySet[Opportunity]", *, today: date) -> list[Task]:
    rows = Task.objects.filter(
        opportunity__in=deals, done_at__isnull=True, due_on__lt=today
    )
    rows = rows.select_related("opportunity", "stakeholder__person")
    return list(rows.order_by("due_on", "title", "pk")[:FEW])
