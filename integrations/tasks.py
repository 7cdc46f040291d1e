"""What a worker does for what comes in and goes out."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from accounts.tenancy.tasks import Door, SteppedTask
from integrations.actions.letters import send_review
from integrations.exporting.working import make
from integrations.importing.working import work
from integrations.webhooks.sending import post
from integrations.webhooks.working import deliver

# Writing is one transaction, however large the file.
HOUR = 3_600


class ImportTask(SteppedTask):
    abstract = True
    through = "import"


@shared_task(base=ImportTask, soft_time_limit=HOUR, time_limit=HOUR + 60)
def work_import(*, slot_id: str, door: Door) -> None:
    work(slot_id=UUID(slot_id), door=door, now=timezone.now)


@shared_task(base=SteppedTask, soft_time_limit=HOUR, time_limit=HOUR + 60)
def work_export(*, slot_id: str, door: Door) -> None:
    make(slot_id=UUID(slot_id), door=door, now=timezone.now)


@shared_task(base=SteppedTask)
def deliver_webhooks(*, object_id: str, door: Door) -> None:
    deliver(endpoint_id=UUID(object_id), door=door, now=timezone.now, post=post)


@shared_task(base=SteppedTask)
def mail_review(*, object_id: str, door: Door) -> None:
    send_review(subscription_id=UUID(object_id), door=door, now=timezone.now)
