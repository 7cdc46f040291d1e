"""A body sets what its form says and nothing besides, whatever a row has."""

import json
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Membership, Role
from accounts.rest import Reader
from buyreadiness.api import RESOURCES
from tests.api.conftest import ROOT, Api
from tests.api.fuzz.rows import rows_of
from tests.api.test_hostile import assert_problem
from tests.api.test_lists import first_of

pytestmark = pytest.mark.django_db

# What no row has under this name, and somebody might try.
BESIDES = {
    *("workspace", "workspace_id", "org", "pk", "id", "version", "created_at"),
    *("is_staff", "is_superuser", "permissions", "email_verified", "__class__"),
    *("_state", "owner__user", "score", "is_deleted", "lineage_id", "content_type"),
}
WRITTEN = [
    (resource, method)
    for resource in RESOURCES
    for method in ("POST", "PATCH")
    if method in resource.acts
]
ACTED = [
    (resource, act)
    for resource in RESOURCES
    for act in resource.row_acts
    if act.body is not None
]


def ids(each: Any) -> str:
    return str(getattr(each, "name", each))


def all_but(body: Any, *, resource: Any, member: Membership) -> dict[str, Any]:
    """Every column of the row that its form does not name."""
    reader = Reader(member, member.workspace, timezone.now())
    columns = resource.rows(reader).model._meta.concrete_fields
    names = {name for each in columns for name in (each.name, each.attname)}
    unasked = (names | BESIDES | set(resource.fields)) - set(body().fields)
    return dict.fromkeys(sorted(unasked), "x")


@pytest.fixture
def everybody(alice: Membership) -> Membership:
    """Alice with every role: what is refused is refused for what it says."""
    alice.roles = list(Role)
    alice.save(update_fields=["roles"])
    return alice


def refused_by_name(answer: Any, body: dict[str, Any]) -> None:
    assert_problem(answer, 422)
    told = {each["field"]: each["detail"] for each in answer.json()["errors"]}
    assert {name: told.get(name) for name in body} == dict.fromkeys(
        body, "There is no such field."
    )


@pytest.mark.parametrize(("resource", "method"), WRITTEN, ids=ids)
def test_what_a_form_has_not_is_refused_by_name(
    api: Api, deal: Any, everybody: Membership, resource: Any, method: str
):
    form: Any = resource.acts[method]
    body = all_but(form.body, resource=resource, member=everybody)
    path = ROOT + resource.name
    if method == "PATCH":
        path += f"/{first_of(api, resource)}"
    before = rows_of([everybody.workspace_id])

    answer = api.client.generic(
        method,
        path,
        json.dumps(body),
        content_type="application/json",
        headers=api.headers | {"If-Match": "*"},
    )

    assert len(body) >= len(BESIDES) - 2
    refused_by_name(answer, body)
    assert rows_of([everybody.workspace_id]) == before


@pytest.mark.parametrize(("resource", "act"), ACTED, ids=ids)
def test_what_an_act_has_not_is_refused_by_name(
    api: Api, deal: Any, everybody: Membership, resource: Any, act: Any
):
    body = all_but(act.body, resource=resource, member=everybody)
    path = f"{resource.name}/{first_of(api, resource)}/{act.name}"
    before = rows_of([everybody.workspace_id])

    answer = api.post(path, body)

    refused_by_name(answer, body)
    assert rows_of([everybody.workspace_id]) == before
