"""Whom our own people read otherwise than the model does, now."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from accounts.models import Workspace
from opportunities.models import Opportunity
from readiness.engine.disagreement import Disagreement
from readiness.models import PhaseOverride
from readiness.queries.positions import Position, positions_of
from stakeholders.models import Anchor, Stakeholder

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Otherwise:
    """A human's reading that stands, beside the model's."""

    override: PhaseOverride
    position: Position

    @property
    def apart(self) -> Disagreement | None:
        """None for somebody never heard: the model says nothing."""
        return self.position.apart

    @property
    def likeliest(self) -> str:
        return str(Anchor(self.apart.likeliest).label) if self.apart else ""


def read_otherwise(
    deals: "QuerySet[Opportunity]", *, workspace: Workspace, now: datetime
) -> list[Otherwise]:
    """The overrides in force in these deals, if open, furthest apart first; five queries."""
    day = workspace.today(now)
    rows = (
        PhaseOverride.objects.standing()
        .filter(
            Q(expires_on__isnull=True) | Q(expires_on__gte=day),
            stakeholder__opportunity__in=deals.still_open(),  # type: ignore[attr-defined]
        )
        .order_by("-set_at", "-pk")
    )
    ids = list(rows.values_list("stakeholder_id", flat=True)[: 2 * SHOWN])
    people = list(
        Stakeholder.objects.filter(pk__in=ids)
        .select_related("person", "opportunity")
        .order_by("pk")
    )
    found = [
        Otherwise(position.override, position)
        for position in positions_of(people, workspace=workspace, now=now).values()
        if position.override
    ]
    found.sort(key=lambda row: -abs(row.apart.apart) if row.apart else 0.0)
    return found[:SHOWN]
