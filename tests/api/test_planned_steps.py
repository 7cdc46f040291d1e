"""Which step of ours a task plans, by the API."""

from typing import Any

import pytest
from django.db import connection

from accounts.models import AuditEvent, Membership
from accounts.tenancy import inside
from readiness.models import ActionType, PhaseModel
from stakeholders.models import Task
from tests.api.conftest import Api
from tests.api.test_facts import send
from tests.factories import give_defaults

pytestmark = pytest.mark.django_db


def plan(api: Api, deal: Any, action: Any) -> Any:
    body = {"opportunity": str(deal.pk), "title": "Show it", "action": action}
    return api.post("tasks", body)


def test_a_step_is_planned_read_changed_and_taken_out(api: Api, deal: Any):
    made = plan(api, deal, "A03")
    path = f"tasks/{made.json()['id']}"

    read = api.get(path).json()["action"]
    other = send(api, "patch", path, {"action": "A01"}).json()["action"]
    titled = send(api, "patch", path, {"title": "Ask"}).json()["action"]
    none = [
        send(api, "patch", path, {"action": each}).json()["action"]
        for each in (None, "")
    ]

    assert (made.status_code, read, other, titled) == (201, "A03", "A01", "A01")
    assert none == [None, None]
    changes = AuditEvent.objects.filter(verb="task.changed").order_by("at", "pk")
    assert changes[0].after == {"action": "A01"}


def test_a_task_need_not_say_which(api: Api, deal: Any):
    made = api.post("tasks", {"opportunity": str(deal.pk), "title": "Call"})

    assert made.json()["action"] is None


@pytest.mark.parametrize(
    ("action", "status"),
    [
        ("A99", 409),
        ("a03", 409),
        ("B01", 409),  # theirs, not ours
        ("A" * 21, 422),
        ("A0\x003", 400),
        (3, 422),
        (["A03"], 422),
        ({"code": "A03"}, 422),
        (True, 422),
    ],
)
def test_what_is_no_step_is_refused(api: Api, deal: Any, action: Any, status: int):
    made = plan(api, deal, action)
    task = Task.objects.get(opportunity=deal)
    changed = send(api, "patch", f"tasks/{task.pk}", {"action": action})

    assert (made.status_code, changed.status_code) == (status, status)
    assert made.headers["Content-Type"] == "application/problem+json"
    task.refresh_from_db()
    assert task.action == ""


def test_a_step_of_another_workspace_is_none_of_ours(
    api: Api, deal: Any, charlie: Membership
):
    with inside(connection, charlie.workspace_id):
        give_defaults()
        model = PhaseModel.objects.get(status="active")
        ActionType.objects.create(
            model=model, code="THEIRS", texts={}, fits=[0, 0, 0, 0, 0, 0, 0]
        )

    refused = plan(api, deal, "THEIRS")

    assert refused.status_code == 409
    assert refused.json()["detail"] == "There is no action “THEIRS”."


def test_a_step_that_no_model_knows_any_more_is_read_and_may_stay(api: Api, deal: Any):
    task = Task.objects.get(opportunity=deal)
    Task.objects.update(action="OLD")
    path = f"tasks/{task.pk}"

    read = api.get(path)
    stays = send(api, "patch", path, {"action": "OLD", "title": "Call back"})
    back = send(api, "patch", path, {"action": "OLD2"})

    assert (read.status_code, read.json()["action"]) == (200, "OLD")
    assert (stays.status_code, stays.json()["title"]) == (200, "Call back")
    assert back.status_code == 409


def test_tasks_are_found_by_the_step_they_plan(api: Api, deal: Any):
    made = plan(api, deal, "A03").json()["id"]

    found = api.get("tasks", action="A03").json()["results"]

    assert [each["id"] for each in found] == [made]
