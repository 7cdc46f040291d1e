"""What a worker does for what comes in."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from accounts.tenancy.tasks import Door, SteppedTask
from integrations.importing.working import work

# Writing is one transaction, however large the file.
HOUR = 3_600


class ImportTask(SteppedTask):
    abstract = True
    through = "import"


@shared_task(base=ImportTask, soft_time_limit=HOUR, time_limit=HOUR + 60)
def work_import(*, slot_id: str, door: Door) -> None:
    work(slot_id=UUID(slot_id), door=door, now=timezone.now)
