"""Merging, imports and exports over the API."""

from contextlib import nullcontext
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import AuditEvent, Membership
from accounts.tenancy import inside
from integrations.exporting.working import make
from integrations.models import ExportRun, ImportRun
from opportunities.actions import create_company
from opportunities.models import Company, ScheduleSlot
from stakeholders.actions.people import create_person
from stakeholders.models import Person
from tests.api.conftest import Api
from tests.api.test_hostile import assert_problem
from tests.factories import NOW
from tests.integrations.files import furnish
from tests.integrations.pages import work_off

pytestmark = pytest.mark.django_db


def two(by: Membership) -> list[Person]:
    return [
        create_person(name=name, title=title, by=by, now=NOW)
        for name, title in (("Karel Maes", ""), ("K. Maes", "Planner"))
    ]


def merge(api: Api, kept: Any, gone: Any, **more: Any) -> Any:
    return api.post(f"people/{kept.pk}/merge", {"other": str(gone.pk)} | more)


def test_two_people_are_merged(api: Api, alice: Membership):
    kept, gone = two(alice)

    answer = merge(api, kept, gone, take=["title"])

    assert answer.status_code == 200
    assert (answer.json()["name"], answer.json()["title"]) == ("Karel Maes", "Planner")
    assert answer.headers["ETag"] == '"v2"'
    assert api.get(f"people/{gone.pk}").status_code == 404


def test_two_companies_are_merged(api: Api, alice: Membership):
    kept, gone = (create_company(name=name, by=alice, now=NOW) for name in "ab")

    answer = api.post(f"companies/{kept.pk}/merge", {"other": str(gone.pk)})

    assert answer.status_code == 200
    assert [row.pk for row in Company.objects.all()] == [kept.pk]


def test_an_upsert_by_the_other_name_finds_the_one_that_stays(api: Api):
    told = [
        api.post("people/upsert", {"source": "crm", "external_id": id, "name": "Karel"})
        for id in ("p1", "p2")
    ]
    ids = [each.json()["row"]["id"] for each in told]
    api.post(f"people/{ids[0]}/merge", {"other": ids[1]})

    answer = api.post(
        "people/upsert", {"source": "crm", "external_id": "p2", "name": "Karel Maes"}
    )

    assert answer.json()["outcome"] == "updated"
    assert answer.json()["row"]["id"] == ids[0]
    assert Person.objects.count() == 1


def test_a_merge_that_can_not_be_is_refused_whole(
    api: Api, alice: Membership, charlie: Membership
):
    kept, gone = two(alice)
    with inside(connection, charlie.workspace_id):
        theirs = create_person(name="Karel Maes", by=charlie, now=NOW)

    assert_problem(merge(api, kept, theirs), 422)
    assert_problem(merge(api, kept, gone, take=["version"]), 422)
    assert_problem(merge(api, kept, kept), 409)
    assert Person.objects.count() == 2


def test_an_export_is_asked_for_and_fetched(api: Api):
    Company.objects.create(name="=Delta")
    asked = api.post("exports", {"contents": "companies", "format": "csv"})
    id = asked.json()["id"]
    assert_problem(api.get(f"exports/{id}/file"), 409)
    for slot in ScheduleSlot.objects.filter(job="export"):
        make(slot_id=slot.pk, door=nullcontext, now=timezone.now)

    ready, file = api.get(f"exports/{id}"), api.get(f"exports/{id}/file")

    assert asked.status_code == 201
    assert (ready.json()["status"], ready.json()["rows"]) == ("ready", 1)
    assert "'=Delta" in file.content.decode("utf-8-sig")
    assert AuditEvent.objects.filter(verb="export.downloaded").count() == 1


@pytest.mark.parametrize(
    "body",
    [
        {"contents": "everything"},
        {"contents": "bundle", "format": "csv"},
        {"contents": "people", "format": "jsonl"},
        {"format": "csv"},
    ],
    ids=range(4),
)
def test_an_export_that_is_not_made_is_refused(api: Api, body: dict[str, Any]):
    assert_problem(api.post("exports", body), 422)
    assert not ExportRun.objects.exists()


def test_a_file_is_kept_checked_and_committed(api: Api):
    furnish()
    text = '{"type": "company", "id": "c1", "name": "Delta"}\n'
    kept = api.post("imports", {"name": "crm.jsonl", "text": text})
    id = kept.json()["id"]
    api.post(f"imports/{id}/check", {})
    work_off()
    checked = api.get(f"imports/{id}").json()
    api.post(f"imports/{id}/commit", {})
    work_off()

    assert kept.status_code == 201
    assert checked["status"] == "checked"
    assert checked["report"]["counts"]["company"]["made"] == 1
    assert api.get(f"imports/{id}").json()["status"] == "committed"
    assert Company.objects.get().name == "Delta"


def test_a_table_is_read_by_a_preset(api: Api):
    furnish()
    text = "id,name,opened_on,owner_name\no1,Planning,2026-01-05,Dora\n"
    id = api.post("imports", {"name": "deals.csv", "text": text}).json()["id"]

    api.post(f"imports/{id}/check", {"preset": "plain"})
    work_off()

    assert api.get(f"imports/{id}").json()["report"]["refused"] == []
    assert api.get(f"imports/{id}").json()["status"] == "checked"


def test_an_import_is_thrown_away(api: Api):
    text = '{"type": "company", "id": "c1", "name": "Delta"}\n'
    id = api.post("imports", {"name": "crm.jsonl", "text": text}).json()["id"]
    assert_problem(api.post(f"imports/{id}/commit", {}), 409)

    assert api.post(f"imports/{id}/discard", {}).status_code == 204
    assert not ImportRun.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        {"name": "x.csv"},
        {"name": "x.csv", "text": "a", "base64": "YQ=="},
        {"name": "x.csv", "base64": "%"},
    ],
    ids=range(3),
)
def test_a_file_without_bytes_is_refused(api: Api, body: dict[str, Any]):
    assert_problem(api.post("imports", body), 422)
