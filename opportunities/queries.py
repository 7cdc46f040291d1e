"""Is what is shown still what the facts say?"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from opportunities.models import RecomputeRequest

LATE_AFTER = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something was changed that has not been computed yet, since `since`."""

    since: datetime
    is_late: bool  # longer than a worker that is up would need
    is_parked: bool  # tried three times in vain: a person has to look


def waiting_for(
    *, workspace_id: UUID, now: datetime, opportunity_id: UUID | None = None
) -> Waiting | None:
    """What one deal, or the workspace, waits for longest; None when all is computed."""
    rows = RecomputeRequest.objects.filter(workspace_id=workspace_id)
    if opportunity_id is not None:
        rows = rows.filter(opportunity_id=opportunity_id)
    first = rows.order_by("requested_at").values_list("requested_at", "parked_at")[:1]
    for since, parked_at in first:
        return Waiting(
            since=since,
            is_late=now - since > LATE_AFTER,
            is_parked=parked_at is not None,
        )
    return None
