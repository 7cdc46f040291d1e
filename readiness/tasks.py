"""What a worker does for the phase model."""

import time
from uuid import UUID

from celery import shared_task
from django.utils import timezone

from accounts.tenancy.tasks import Door, SteppedTask
from readiness.actions.learning import work


@shared_task(base=SteppedTask)
def work_learning(*, slot_id: str, door: Door) -> None:
    work(
        slot_id=UUID(slot_id),
        door=door,
        now=timezone.now,
        clock=iter(time.monotonic, None),
    )
