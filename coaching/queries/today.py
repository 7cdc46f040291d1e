"""What one should know this morning besides the queue: tasks, silence, movements."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import F, QuerySet

from opportunities.models import Opportunity
from readiness.models import PhaseReading
from readiness.queries.catalogue import catalogue_of
from readiness.queries.models import active_model
from stakeholders.models import Stakeholder, Task

SILENT = timedelta(days=30)
AHEAD = timedelta(days=7)
SHOWN = 8
LOOKED_AT = 200


@dataclass(frozen=True, slots=True)
class Silent:
    """Somebody who was heard once and not for a while."""

    stakeholder: Stakeholder
    days: int


@dataclass(frozen=True, slots=True)
class Movement:
    """Somebody whose likeliest phase is another than yesterday."""

    stakeholder: Stakeholder
    before: str
    after: str
    is_back: bool


def due_tasks(deals: "QuerySet[Opportunity]", *, day: date) -> list[Task]:
    """What is promised for this week or overdue, the oldest first; one query."""
    rows = Task.objects.filter(
        opportunity__in=deals, done_at__isnull=True, due_on__lte=day + AHEAD
    )
    return list(
        rows.select_related("opportunity", "owner", "stakeholder__person").order_by(
            F("due_on").asc(), "title", "pk"
        )[:SHOWN]
    )


def silent_people(deals: "QuerySet[Opportunity]", *, now: datetime) -> list[Silent]:
    """Who has been silent for more than 30 days, the longest first; one query."""
    last = (
        PhaseReading.objects.filter(
            stakeholder__opportunity__in=deals, stakeholder__left_on__isnull=True
        )
        .order_by("stakeholder", "-computed_at", "-id")
        .distinct("stakeholder")
    )
    rows = (
        PhaseReading.objects.filter(
            pk__in=last.values("pk"), last_heard_at__lt=now - SILENT
        )
        .select_related("stakeholder__person", "stakeholder__opportunity")
        .order_by("last_heard_at", "pk")[:SHOWN]
    )
    return [
        Silent(row.stakeholder, (now - row.last_heard_at).days)
        for row in rows
        if row.last_heard_at is not None
    ]


def movements(deals: "QuerySet[Opportunity]", *, since: datetime) -> list[Movement]:
    """Whose likeliest phase changed since a moment, the latest first; three queries."""
    recent = (
        PhaseReading.objects.filter(
            stakeholder__opportunity__in=deals,
            stakeholder__merged_into__isnull=True,
            computed_at__gte=since,
            signal_count__gt=0,
        )
        .select_related("stakeholder__person", "stakeholder__opportunity")
        .order_by("-computed_at", "-id")[:LOOKED_AT]
    )
    after: dict[UUID, PhaseReading] = {}
    for row in recent:
        after.setdefault(row.stakeholder_id, row)
    if not after:
        return []
    model = active_model()
    names = catalogue_of(model).phase_names
    earlier = (
        PhaseReading.objects.filter(
            stakeholder__in=list(after),
            computed_at__lt=since,
            signal_count__gt=0,
            model_id=model.pk,
        )
        .order_by("stakeholder", "-computed_at", "-id")
        .distinct("stakeholder")
    )
    before = {row.stakeholder_id: _likeliest(row.probabilities) for row in earlier}
    found = []
    for pk, row in after.items():
        if row.model_id != model.pk:
            continue
        now, was = _likeliest(row.probabilities), before.get(pk)
        if was is not None and was != now:
            found.append(Movement(row.stakeholder, names[was], names[now], now < was))
    return found[:SHOWN]


def _likeliest(probabilities: Iterable[float]) -> int:
    chances = list(probabilities)
    return max(range(len(chances)), key=chances.__getitem__)
