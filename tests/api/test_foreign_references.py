"""A body that points at a row of another workspace: as if there were none, and nothing is made."""

from typing import Any

import pytest
from django.db import connection

from accounts.models import Membership
from accounts.tenancy import inside
from stakeholders.models import Person
from tests.api.conftest import ROOT, Api
from tests.api.fuzz.rows import rows_of
from tests.api.test_hostile import talk
from tests.api.test_lists import without_request
from tests.api.world import create_deal_with_everything
from tests.factories import create_company, give_defaults

pytestmark = pytest.mark.django_db
MISSING = "00000000-0000-7000-8000-000000000000"
TOTAL = {"total": {"amount": "1.00", "currency": "EUR"}}


@pytest.fixture
def theirs(charlie: Membership) -> dict[str, str]:
    """Ids of another workspace, by what they are of."""
    with inside(connection, charlie.workspace_id):
        company = create_company(name="Secret canary")
        person = Person.objects.create(name="Secret person", company=company)
        give_defaults()
        deal = create_deal_with_everything(charlie)
        seat = deal.stakeholders.order_by("pk")[0]
        return {
            "company": str(company.pk),
            "person": str(person.pk),
            "deal": str(deal.pk),
            "seat": str(seat.pk),
            "member": str(charlie.pk),
        }


# What is sent where, by what it points at; `own` holds ids of ours.
CALLS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "a person's company": ("company", "people", {"name": "x", "company": "*"}),
    "a deal's company": ("company", "opportunities", {"name": "x", "company": "*"}),
    "a deal's owner": ("member", "opportunities", {"name": "x", "owner": "*"}),
    "a seat's deal": ("deal", "stakeholders", {"opportunity": "*", "person": "person"}),
    "a seat's person": (
        "person",
        "stakeholders",
        {"opportunity": "deal", "person": "*"},
    ),
    "a task's deal": ("deal", "tasks", {"opportunity": "*", "title": "x"}),
    "a task's person": (
        "seat",
        "tasks",
        {"opportunity": "deal", "title": "x", "stakeholder": "*"},
    ),
    "a task's owner": (
        "member",
        "tasks",
        {"opportunity": "deal", "title": "x", "owner": "*"},
    ),
    "a quote's deal": ("deal", "quotes", TOTAL | {"opportunity": "*"}),
    "whom a quote is for": (
        "seat",
        "quotes",
        TOTAL | {"opportunity": "deal", "addressed_to": "*"},
    ),
    "a date's deal": (
        "deal",
        "decision-dates",
        {"opportunity": "*", "decision_on": "2027-01-01"},
    ),
    "a question's deal": (
        "deal",
        "help-requests",
        {"opportunity": "*", "question": "x"},
    ),
    "who listens": ("seat", "influence", {"giver": "seat", "taker": "*"}),
    "a deal's new owner": ("member", "opportunities/{deal}/hand-over", {"owner": "*"}),
    "who stopped it": (
        "seat",
        "opportunities/{deal}/close",
        {"outcome": "lost", "review": {"stopped_by": "*"}},
    ),
    "who was at the end": (
        "seat",
        "opportunities/{deal}/close",
        {
            "outcome": "lost",
            "review": {"phases": [{"stakeholder": "*", "phase": "resolve"}]},
        },
    ),
    "who takes over": ("seat", "stakeholders/{seat}/leave", {"successor": "*"}),
    "who comes": ("person", "stakeholders/{seat}/leave", {"newcomer": "*"}),
}


def filled(told: Any, *, own: dict[str, str], id: str) -> Any:
    """The body with the ids that its words stand for."""
    if isinstance(told, dict):
        return {name: filled(each, own=own, id=id) for name, each in told.items()}
    if isinstance(told, list):
        return [filled(each, own=own, id=id) for each in told]
    return id if told == "*" else own.get(told, told)


@pytest.fixture
def own(deal: Any) -> dict[str, str]:
    person = Person.objects.create(name="Els", company=deal.company)
    return {
        "deal": str(deal.pk),
        "seat": str(deal.stakeholders.order_by("pk")[0].pk),
        "person": str(person.pk),
    }


@pytest.mark.parametrize("name", CALLS)
def test_a_foreign_id_in_a_body_is_one_that_is_not_there(
    api: Api,
    alice: Membership,
    charlie: Membership,
    own: dict[str, str],
    theirs: dict[str, str],
    name: str,
):
    kind, path, body = CALLS[name]
    workspaces = [alice.workspace_id, charlie.workspace_id]
    before = rows_of(workspaces)

    foreign, missing = (
        api.post(path.format(**own), filled(body, own=own, id=id))
        for id in (theirs[kind], MISSING)
    )

    assert foreign.status_code in {404, 409, 422}
    assert without_request(foreign) == without_request(missing)
    assert "Secret" not in foreign.content.decode()
    assert rows_of(workspaces) == before


@pytest.mark.parametrize("kind", ["deal", "seat", "person"])
def test_a_conversation_with_a_foreign_id_is_not_logged(
    api: Api,
    alice: Membership,
    deal: Any,
    own: dict[str, str],
    theirs: dict[str, str],
    kind: str,
):
    """One foreign participant among ours refuses the whole."""
    before = rows_of([alice.workspace_id])
    answers = []
    for id in (theirs[kind], MISSING):
        body = talk(deal, occurred_at="2026-05-04T09:00:00Z")
        if kind == "deal":
            body["opportunity"] = id
        else:
            body["participants"].append({"stakeholder": id})
        answers.append(api.post("interactions", body))

    assert answers[0].status_code in {404, 409, 422}
    assert without_request(answers[0]) == without_request(answers[1])
    assert rows_of([alice.workspace_id]) == before


def test_a_change_to_a_foreign_company_is_refused(
    api: Api, alice: Membership, deal: Any, theirs: dict[str, str]
):
    before = rows_of([alice.workspace_id])

    answers = [
        api.client.patch(
            f"{ROOT}opportunities/{deal.pk}",
            {"company": id},
            content_type="application/json",
            headers=api.headers | {"If-Match": "*"},
        )
        for id in (theirs["company"], MISSING)
    ]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert without_request(answers[0]) == without_request(answers[1])
    assert rows_of([alice.workspace_id]) == before
