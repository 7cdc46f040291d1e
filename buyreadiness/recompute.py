"""All facts of an opportunity become readings, a forecast and prompts, together.

Claim and count the attempt in one transaction, compute in another, settle in that same
one: a worker killed at any point leaves either the request or everything it asked for.
"""

import logging
from datetime import datetime
from uuid import UUID

from django.db import transaction

from opportunities.models import Opportunity, RecomputeRequest

logger = logging.getLogger(__name__)

AT_ONCE = 100


@transaction.atomic
def claim_requests(*, now: datetime) -> list[RecomputeRequest]:
    """Take what is due; park what was tried three times in vain, and say so."""
    requests = RecomputeRequest.objects
    for hopeless in requests.exhausted(now).select_for_update(skip_locked=True):
        requests.filter(pk=hopeless.pk).update(parked_at=now)
        logger.error(
            "Could not recompute opportunity %s of workspace %s in %s attempts: parked",
            hopeless.opportunity_id,
            hopeless.workspace_id,
            hopeless.attempts,
        )
    return requests.claim(now=now, limit=AT_ONCE)


@transaction.atomic
def recompute(*, opportunity_id: UUID, asking_id: UUID, now: datetime) -> bool:
    """Compute one opportunity of the open workspace; False when it was asked for again.

    The computation itself arrives with the engines: today there is nothing to compute.
    """
    # Two workers may hold the same request after a lease ran out: one at a time.
    Opportunity.objects.select_for_update().filter(pk=opportunity_id).first()
    return RecomputeRequest.objects.settle(
        opportunity_id=opportunity_id, asking_id=asking_id
    )
