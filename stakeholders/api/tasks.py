"""The API about next steps somebody promised."""

from collections.abc import Mapping
from typing import Any

from accounts.rest import Act, Change, Creation, Filter, Reader, Resource
from accounts.rest import fields as body
from accounts.rest.columns import DAY, FLAG, ID, INSTANT, TEXT, column, maybe, reference
from opportunities.models import Opportunity
from stakeholders.actions.acts import (
    AlreadyDone,
    UnknownStep,
    change_task,
    create_task,
    finish_task,
    undo_task,
)
from stakeholders.actions.outcomes import AlreadyClosed
from stakeholders.api.seen import (
    OF_A_DEAL,
    member_of,
    open_deal_of,
    person_in,
    seen_by,
)
from stakeholders.models import Task


class TaskChangeBody(body.Body):
    title = body.Text(max_length=200)
    stakeholder = body.Id(required=False, allow_null=True)
    owner = body.Id(required=False, allow_null=True)
    action = body.Text(max_length=20, required=False, allow_null=True)
    department = body.Text(max_length=80, required=False)
    due_on = body.Day(required=False, allow_null=True)


class TaskBody(TaskChangeBody):
    opportunity = body.Id()


def _create(given: Mapping[str, Any], reader: Reader) -> Task:
    deal = open_deal_of(given, reader)
    values = {"owner": reader.membership.pk} | dict(given)
    del values["opportunity"]
    return create_task(
        opportunity=deal,
        **_pointing(deal, values, reader),
        by=reader.membership,
        now=reader.now,
    )


def _change(task: Task, given: Mapping[str, Any], reader: Reader) -> Task:
    return change_task(
        task=task,
        values=_pointing(task.opportunity, given, reader),
        version=task.version,
        by=reader.membership,
        now=reader.now,
    )


def _pointing(
    deal: Opportunity, given: Mapping[str, Any], reader: Reader
) -> dict[str, Any]:
    """The values, with the rows their ids stand for."""
    values = dict(given)
    if "stakeholder" in values:
        values["stakeholder"] = person_in(
            deal, values["stakeholder"], field="stakeholder"
        )
    if "action" in values:
        values["action"] = values["action"] or ""
    if "owner" in values:
        values["owner"] = member_of(reader, values["owner"], field="owner")
    return values


def _finish(task: Task, given: Mapping[str, Any], reader: Reader) -> Task:
    return finish_task(task=task, by=reader.membership, now=reader.now)


def _undo(task: Task, given: Mapping[str, Any], reader: Reader) -> Task:
    return undo_task(task=task, by=reader.membership, now=reader.now)


TASKS = Resource(
    name="tasks",
    noun="task",
    about="Next steps somebody promised. `action`: the code of the step of ours it plans.",
    permission="deal.see",
    rows=lambda reader: Task.objects.filter(opportunity__in=seen_by(reader)),
    columns={
        "id": column("pk", ID),
        "opportunity": reference("opportunity_id", "opportunity__name"),
        "title": column("title"),
        "stakeholder": reference(
            "stakeholder_id", "stakeholder__person__name", null=True
        ),
        "owner": reference("owner_id", "owner__name", null=True),
        "action": maybe("action"),
        "department": maybe("department"),
        "due_on": column("due_on", DAY, null=True),
        "done_at": column("done_at", INSTANT, null=True),
    },
    filters=OF_A_DEAL
    | {
        "owner": Filter(ID, "owner"),
        "action": Filter(TEXT, "action"),
        "due_until": Filter(DAY, "due_on__lte"),
        "is_open": Filter(FLAG, "done_at__isnull"),
    },
    creation=Creation(TaskBody, _create, "deal.write", (AlreadyClosed, UnknownStep)),
    change=Change(TaskChangeBody, _change, "deal.write", (UnknownStep,)),
    version="version",
    row_acts=(
        Act("done", "It was done.", _finish, "deal.write", refusals=(AlreadyDone,)),
        Act("undo", "It is not done after all.", _undo, "deal.write"),
    ),
)
