"""Rows by what they are called elsewhere, one at a time and many at once."""

from typing import Any

import pytest

from accounts.models import AuditEvent, Membership
from opportunities.models import Company, Opportunity
from stakeholders.models import Person
from tests.api.conftest import Api
from tests.api.test_hostile import assert_problem
from tests.api.test_schema import refuse_other_shapes

pytestmark = pytest.mark.django_db


def named(name: str, id: str = "1", **more: Any) -> dict[str, Any]:
    return {"source": "erp", "external_id": id, "name": name} | more


@pytest.mark.parametrize("path", ["companies", "people", "opportunities"])
def test_a_row_is_created_updated_or_unchanged(api: Api, path: str):
    answers = [
        api.post(f"{path}/upsert", named(name)) for name in ("Delta", "Delta", "Echo")
    ]

    told = [answer.json() for answer in answers]
    assert [each["outcome"] for each in told] == ["created", "unchanged", "updated"]
    assert len({each["row"]["id"] for each in told}) == 1
    assert told[-1]["row"]["name"] == "Echo"
    assert [answer.headers["ETag"] for answer in answers] == ['"v1"', '"v1"', '"v2"']
    for answer in answers:
        refuse_other_shapes(f"{path}/upsert", answer, method="post")


@pytest.mark.parametrize(
    "body",
    [
        {"name": "Delta"},
        {"name": "Delta", "source": "erp", "external_id": ""},
        {"name": "Delta", "source": "", "external_id": "1"},
        {"name": "Delta", "source": "erp", "external_id": "x" * 121},
        {"name": "", "source": "erp", "external_id": "1"},
        {"name": "Delta", "source": "erp", "external_id": "1", "version": 7},
    ],
    ids=range(6),
)
def test_what_is_not_valid_is_refused_whole(api: Api, body: dict[str, Any]):
    assert_problem(api.post("companies/upsert", body), 422)
    assert not Company.objects.exists()


def test_an_owner_is_set_once(api: Api, alice: Membership, bob: Membership):
    body = named("Press", owner=str(bob.pk))
    assert api.post("opportunities/upsert", body).json()["outcome"] == "created"
    assert api.post("opportunities/upsert", body).json()["outcome"] == "unchanged"

    answer = api.post("opportunities/upsert", body | {"owner": str(alice.pk)})

    assert_problem(answer, 422)
    assert answer.json()["errors"][0]["field"] == "owner"
    assert Opportunity.objects.get().owner == bob


def test_each_item_of_a_batch_is_kept_or_refused_by_itself(api: Api):
    items = [
        named("Delta", "1"),
        named("", "2"),
        named("Delta BV", "1"),
        "nothing",
        named("Echo", "3", company="00000000-0000-7000-8000-000000000000"),
        named("Foxtrot", "4"),
    ]

    answer = api.post("people/batch", {"items": items})

    assert answer.status_code == 207
    refuse_other_shapes("people/batch", answer, method="post")
    results = answer.json()["results"]
    assert [each["status"] for each in results] == [200, 422, 200, 422, 422, 200]
    assert [each["outcome"] for each in results if each["id"]] == [
        *("created", "updated", "created"),
    ]
    assert results[4]["problem"]["errors"][0]["field"] == "company"
    names = set(Person.objects.values_list("name", flat=True))
    assert names == {"Delta BV", "Foxtrot"}


def test_an_atomic_batch_is_kept_whole_or_refused_whole(api: Api):
    good = [named("Delta", "1"), named("Echo", "2")]
    bare = named("Press", "3", amount={"amount": "1.00"})

    refused = api.post("opportunities/batch?atomic=true", {"items": [*good, bare]})
    assert_problem(refused, 422)
    assert refused.json()["errors"][0]["field"].startswith("items[2]")
    assert not Opportunity.objects.exists()
    assert not AuditEvent.objects.exists()
    done = api.post("opportunities/batch?atomic=true", {"items": good})
    assert done.status_code == 207
    assert Opportunity.objects.count() == 2


@pytest.mark.parametrize(
    "body",
    [{}, [], {"items": []}, {"items": {}}, {"items": [named("x")] * 101}, {"rows": []}],
    ids=range(6),
)
def test_a_batch_is_a_list_of_one_to_a_hundred(api: Api, body: Any):
    assert_problem(api.post("companies/batch", body), 422)


def test_a_batch_is_atomic_or_not_and_nothing_else(api: Api):
    body = {"items": [named("Delta")]}

    assert_problem(api.post("companies/batch?atomic=yes", body), 400)
    assert_problem(api.post("companies/batch?fields=id", body), 400)


def test_a_batch_sent_again_is_answered_again(api: Api):
    api.headers = api.headers | {"Idempotency-Key": "a"}
    body = {"items": [named("Delta"), named("", "2")]}

    first, second = (api.post("companies/batch", body) for _each in range(2))

    assert first.content == second.content
    assert first.json()["results"][0]["outcome"] == "created"


def test_another_workspaces_row_is_none_of_ours(api: Api, charlie: Membership):
    theirs = Api(charlie)
    assert (
        theirs.post("companies/upsert", named("Delta")).json()["outcome"] == "created"
    )

    assert api.post("companies/upsert", named("Echo")).json()["outcome"] == "created"
    assert Company.objects.count() == 1
