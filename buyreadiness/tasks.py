"""The sweep, which opens no workspace, and the tasks it sends, which open one."""

import time
from typing import Any
from uuid import UUID

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from accounts.tenancy.tasks import Door, SteppedTask, WorkspaceTask
from buyreadiness import nightly
from buyreadiness.recompute import (
    AT_ONCE,
    answer_request,
    begin_attempt,
    claim_requests,
)
from forecasting.actions.accuracy import begin_accuracy, spend_on_accuracy
from integrations.actions.outbox import claim_entries
from integrations.models import OutboxKind
from integrations.tasks import (
    deliver_webhooks,
    mail_review,
    work_export,
    work_import,
)
from opportunities.models import Job
from readiness.tasks import work_learning


@shared_task
def sweep() -> int:
    """Send a task for each request, slot and entry that is due; return how many."""
    now = timezone.now()
    claimed = claim_requests(now=now)
    for request in claimed:
        recompute_opportunity.delay(
            workspace=str(request.workspace_id),
            opportunity_id=str(request.opportunity_id),
        )
    slots = nightly.claim_slots(now=now)
    for slot in slots:
        by_job[slot.job].delay(workspace=str(slot.workspace_id), slot_id=str(slot.pk))
    entries = claim_entries(now=now)
    for entry in entries:
        senders[OutboxKind(entry.kind)].delay(
            workspace=str(entry.workspace_id), object_id=str(entry.object_id)
        )
    # More may wait than one sweep takes: do not leave them to the next beat.
    if len(claimed) == AT_ONCE:
        sweep.apply_async(expires=60)
    return len(claimed) + len(slots) + len(entries)


@shared_task
def open_nights() -> None:
    nightly.open_nights(now=timezone.now())


class AttemptTask(WorkspaceTask):
    """Counts the attempt in a transaction of its own, which a failure does not undo."""

    abstract = True

    def __call__(self, *args: Any, workspace: str | None = None, **kwargs: Any) -> Any:
        if workspace is not None:
            asking_id = begin_attempt(
                opportunity_id=UUID(kwargs["opportunity_id"]), now=timezone.now()
            )
            if asking_id is None:
                return None  # answered meanwhile: it was sent twice
            kwargs["asking_id"] = str(asking_id)
        return super().__call__(*args, workspace=workspace, **kwargs)


@shared_task(base=AttemptTask)
def recompute_opportunity(*, opportunity_id: str, asking_id: str) -> None:
    answer_request(
        opportunity_id=UUID(opportunity_id),
        asking_id=UUID(asking_id),
        now=timezone.now(),
    )


@shared_task(base=WorkspaceTask)
def spend_night(*, slot_id: str) -> None:
    clock = iter(time.monotonic, None)
    is_done = nightly.spend_night(
        slot_id=UUID(slot_id), now=timezone.now(), clock=clock
    )
    if not is_done:
        transaction.on_commit(lambda: sweep.apply_async(expires=60), robust=True)


@shared_task(base=WorkspaceTask)
def refresh_sums(*, slot_id: str) -> None:
    nightly.refresh_sums(slot_id=UUID(slot_id), now=timezone.now())


@shared_task(base=SteppedTask)
def work_accuracy(*, slot_id: str, door: Door) -> None:
    with door():  # counted in a transaction of its own, which a failure does not undo
        if not begin_accuracy(slot_id=UUID(slot_id), now=timezone.now()):
            return
    with door():
        is_done = spend_on_accuracy(
            slot_id=UUID(slot_id),
            now=timezone.now(),
            clock=iter(time.monotonic, None),
        )
    if not is_done:
        sweep.apply_async(expires=60)


by_job: dict[str, WorkspaceTask] = {
    Job.NIGHT: spend_night,
    Job.PERIODS: refresh_sums,
    Job.IMPORT: work_import,
    Job.ACCURACY: work_accuracy,
    Job.LEARNING: work_learning,
    Job.EXPORT: work_export,
}

senders: dict[OutboxKind, WorkspaceTask] = {
    OutboxKind.WEBHOOK: deliver_webhooks,
    OutboxKind.REVIEW: mail_review,
}
