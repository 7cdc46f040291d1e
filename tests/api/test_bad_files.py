"""Files, and how they are to be read, of no honest client: refused, and nothing is kept."""

from typing import Any

import pytest

from accounts.models import AuditEvent
from integrations.importing.mappings import PRESETS, mapping_named
from integrations.models import ImportRun, ImportStatus
from tests.api.conftest import Api
from tests.api.test_hostile import assert_problem
from tests.integrations.files import furnish

pytestmark = pytest.mark.django_db
TABLE = "id,name,opened_on\no1,Planning,2026-01-05\n"
BUNDLE = '{"type": "company", "id": "c1", "name": "Delta"}\n'
COLUMNS = {"columns": {"id": "id", "name": "name"}}


def kept(api: Api, text: str = TABLE) -> str:
    furnish()
    answer = api.post("imports", {"name": "deals.csv", "text": text})
    return str(answer.json()["id"])


PRESETS_OF_NOBODY = [
    *("nonsense", "PLAIN", "plain.toml", "../defaults/plain", "/etc/passwd"),
    *("../../pyproject", "..", "%2e%2e/plain", "a" * 80),
]


@pytest.mark.parametrize("name", PRESETS_OF_NOBODY)
def test_a_preset_that_is_not_shipped_is_refused(api: Api, name: str):
    id = kept(api)
    events = AuditEvent.objects.count()

    answer = api.post(f"imports/{id}/check", {"preset": name})

    assert_problem(answer, 422)
    assert [error["field"] for error in answer.json()["errors"]] == ["preset"]
    assert ImportRun.objects.get().status == ImportStatus.UPLOADED
    assert AuditEvent.objects.count() == events


MAPPINGS: dict[str, Any] = {
    "no columns": {"sheet": "x"},
    "columns as a list": {"columns": ["id"]},
    "a column as a number": {"columns": {"id": 1}},
    "a column of no name": {"columns": {"id": []}},
    "a column within a column": {"columns": {"id": [["id"]]}},
    "no id": {"columns": {"name": "name"}},
    "a column of the workspace": {"columns": {"id": "id", "workspace_id": "x"}},
    "unknown word": COLUMNS | {"__class__": "x"},
    "ignored as a number": COLUMNS | {"ignored": 1},
    "ignored as a text": COLUMNS | {"ignored": "abc"},
    "name parts as a number": COLUMNS | {"name_parts": 1},
    "name parts as objects": COLUMNS | {"name_parts": [{}]},
    "a sheet as a list": COLUMNS | {"sheet": []},
    "a form of days as a number": COLUMNS | {"date_format": 1},
    "a sign as an object": COLUMNS | {"decimal_sign": {}},
    "outcomes as a list": COLUMNS | {"outcomes": []},
    "an outcome as a list": COLUMNS | {"outcomes": {"Won": ["won"]}},
    "an outcome of nobody": COLUMNS | {"outcomes": {"Won": "great"}},
    "a currency of nobody": COLUMNS | {"currency": "QQQ"},
    "a flag as a text": COLUMNS | {"is_export": "yes"},
    "sure is nothing": COLUMNS | {"probability_of": 0},
    "sure is true": COLUMNS | {"probability_of": True},
    "companies as a text": COLUMNS | {"companies": "x"},
    "companies as pairs": COLUMNS | {"companies": [["file", "x"]]},
    "a file as a list": COLUMNS | {"companies": {"file": ["x"]}},
    "other names as a number": COLUMNS | {"companies": {"file": "x", "also": 1}},
}


# Their words are right; that they can't be followed is found by the action.
WELL_FORMED = {"no id", "a column of the workspace"}


@pytest.mark.parametrize("name", MAPPINGS)
def test_a_mapping_that_can_not_be_followed_is_refused(api: Api, name: str):
    id = kept(api)

    answer = api.post(f"imports/{id}/check", {"mapping": MAPPINGS[name]})

    assert_problem(answer, 409 if name in WELL_FORMED else 422)
    assert ImportRun.objects.get().status == ImportStatus.UPLOADED


@pytest.mark.parametrize("name", PRESETS)
def test_what_is_shipped_can_be_followed(name: str):
    assert mapping_named(name).columns


def test_a_bundle_takes_no_mapping(api: Api):
    id = kept(api, BUNDLE)

    answer = api.post(f"imports/{id}/check", {"mapping": COLUMNS})

    assert_problem(answer, 409)
    assert answer.json()["detail"] == "A bundle is read without a mapping."
    assert ImportRun.objects.get().status == ImportStatus.UPLOADED


@pytest.mark.parametrize("code", ["é", "YQ", "YQ==YQ==\u200b", "=", "\u0661" * 4])
def test_what_is_no_base64_is_refused(api: Api, code: str):
    assert_problem(api.post("imports", {"name": "x.csv", "base64": code}), 422)
    assert not ImportRun.objects.exists()


@pytest.mark.parametrize("raw", ["yes", 1, "true", None])
def test_a_flag_is_no_text(api: Api, raw: Any):
    answer = api.post("exports", {"contents": "people", "raw": raw})

    assert_problem(answer, 422)
    assert answer.json()["errors"][0]["field"] == "raw"
