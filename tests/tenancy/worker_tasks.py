"""Tasks for the worker of test_worker.py; each leaves a trace in the database."""

from typing import Any

from celery import shared_task

from accounts.models import User
from accounts.tenancy import NoWorkspace
from accounts.tenancy.tasks import WorkspaceTask
from opportunities.models import Company


@shared_task(base=WorkspaceTask)
def add_company(name: str) -> None:
    Company.objects.create(name=name)


@shared_task(base=WorkspaceTask)
def add_company_and_fail(name: str) -> None:
    Company.objects.create(name=name)
    raise ValueError("on purpose")


@shared_task(base=WorkspaceTask, bind=True, max_retries=1)
def add_company_at_the_second_try(self: Any) -> None:
    Company.objects.create(name=f"try {self.request.retries}")
    if not self.request.retries:
        raise self.retry(countdown=0)


@shared_task
def look_without_a_workspace() -> None:
    try:
        Company.objects.count()
    except NoWorkspace:
        User.objects.create(email="refused@example.com")


@shared_task
def leave_a_mark(name: str) -> None:
    User.objects.create(email=f"{name}@example.com")
