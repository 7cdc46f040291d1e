"""The sweep, which opens no workspace, and the recompute it sends, which opens one."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from accounts.tenancy.tasks import WorkspaceTask
from buyreadiness.recompute import answer_request, claim_requests


@shared_task
def sweep() -> int:
    """Send a task for each request that is due; return how many."""
    claimed = claim_requests(now=timezone.now())
    for request in claimed:
        recompute_opportunity.delay(
            workspace=str(request.workspace_id),
            opportunity_id=str(request.opportunity_id),
            asking_id=str(request.asking_id),
        )
    return len(claimed)


@shared_task(base=WorkspaceTask)
def recompute_opportunity(*, opportunity_id: str, asking_id: str) -> None:
    answer_request(
        opportunity_id=UUID(opportunity_id),
        asking_id=UUID(asking_id),
        now=timezone.now(),
    )
