"""A real worker: its tasks work in a workspace, or not at all."""

from collections.abc import Iterator

import pytest
from celery import current_app

from accounts.models import User, Workspace
from accounts.tenancy import workspace
from buyreadiness.receivers import doorbell
from buyreadiness.services.processes import Child
from opportunities.models import Company
from tests.tenancy.worker_tasks import (
    add_company,
    add_company_and_fail,
    add_company_at_the_second_try,
    look_without_a_workspace,
)
from tests.tenancy.workers import (
    create_request,
    empty_redis,
    finished,
    is_answered,
    running_worker,
    wait_until,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def worker(
    django_db_setup: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Child]:
    empty_redis()
    with running_worker(tmp_path_factory.mktemp("worker") / "log") as child:
        yield child
    empty_redis()


def companies_of(place: Workspace) -> list[str]:
    with workspace(place):
        return sorted(Company.objects.values_list("name", flat=True))


def test_a_task_works_in_its_workspace(worker: Child, committed: Workspace):
    add_company.delay(workspace=str(committed.pk), name="Delta")

    assert finished()
    assert companies_of(committed) == ["Delta"]


def test_a_failed_task_keeps_nothing(worker: Child, committed: Workspace):
    add_company_and_fail.delay(workspace=str(committed.pk), name="Delta")

    assert finished()
    assert companies_of(committed) == []


def test_a_retry_keeps_the_workspace(worker: Child, committed: Workspace):
    add_company_at_the_second_try.delay(workspace=str(committed.pk))

    assert wait_until(lambda: companies_of(committed) == ["try 1"])


def test_a_task_sent_by_name_without_a_workspace_does_nothing(
    worker: Child, committed: Workspace
):
    current_app.send_task(add_company.name, kwargs={"name": "Delta"})

    assert finished()
    assert companies_of(committed) == []


def test_a_plain_task_is_refused_a_workspace_table(worker: Child, committed: Workspace):
    look_without_a_workspace.delay()

    assert finished()
    assert User.objects.filter(email="refused@example.com").exists()


def test_a_request_is_answered_because_the_bell_rang(
    worker: Child, committed: Workspace, monkeypatch: pytest.MonkeyPatch
):
    # A bell that a busy machine is late to hear would rest, and no Beat sweeps here.
    monkeypatch.setattr("buyreadiness.doorbell.BUDGET_SECONDS", 30)
    monkeypatch.setattr(doorbell, "_silent_until", 0.0)

    create_request(committed)

    assert wait_until(is_answered)
