"""Files for an import over the API: as the parts of a form, from upload to undo."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Membership
from integrations.models import ImportChunk, ImportRun
from opportunities.models import Opportunity
from tests.api.conftest import ROOT, Api
from tests.api.test_hostile import assert_problem
from tests.api.test_lists import by_key
from tests.api.test_schema import refuse_other_shapes
from tests.factories import NOW
from tests.integrations.files import furnish
from tests.integrations.pages import PLAIN, work_off

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def still(time_machine: Any) -> None:
    """A worker that takes long tells how far it is, by a door that no test opens."""
    time_machine.move_to(NOW, tick=False)


UPLOAD = f"{ROOT}imports/upload"


def file(data: bytes, name: str = "deals.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def upload(api: Api, data: bytes = PLAIN, key: str = "", **parts: Any) -> Any:
    headers = api.headers | ({"Idempotency-Key": key} if key else {})
    return api.client.post(UPLOAD, {"file": file(data)} | parts, headers=headers)


def send(api: Api, body: bytes, content_type: str = MULTIPART_CONTENT) -> Any:
    return api.client.generic(
        "POST", UPLOAD, body, content_type=content_type, headers=api.headers
    )


def table(rows: int, *, memo: int = 0) -> bytes:
    lines = [
        f"o{n},Planning {n},2026-01-05,Dora,{'x' * memo}" for n in range(1, rows + 1)
    ]
    return "\n".join(["id,name,opened_on,owner_name,memo", *lines, ""]).encode()


def test_a_large_file_goes_from_upload_to_undo(api: Api):
    furnish()
    mapping = {
        "columns": {each: each for each in ("id", "name", "opened_on", "owner_name")},
        "ignored": ["memo"],
    }
    large = table(300, memo=9_000)

    kept = upload(api, large)
    id = kept.json()["id"]
    told = []
    for act, body in (
        ("check", {"mapping": mapping}),
        ("commit", {}),
        ("preview-undo", {}),
        ("undo", {}),
    ):
        asked = api.post(f"imports/{id}/{act}", body)
        assert asked.status_code == 200, asked.content
        work_off(now=timezone.now)
        told.append((api.get(f"imports/{id}").json(), Opportunity.objects.count()))

    assert len(large) > 2_500_000
    assert kept.status_code == 201
    assert kept.headers["Location"] == f"/api/v1/imports/{id}"
    assert [(row["status"], deals) for row, deals in told] == [
        ("checked", 0),
        ("committed", 300),
        ("committed", 300),
        ("undone", 0),
    ]
    undo = told[2][0]["undo"]
    assert (undo["gone"]["opportunities.Opportunity"], undo["obstacle_count"]) == (
        300,
        0,
    )
    refuse_other_shapes("imports/upload", kept, method="post")
    refuse_other_shapes("imports/{id}", api.get(f"imports/{id}"))


def test_what_stands_on_an_import_is_named_and_nothing_undone(api: Api):
    furnish()
    id = upload(api).json()["id"]
    for act, body in (("check", {"preset": "plain"}), ("commit", {})):
        api.post(f"imports/{id}/{act}", body)
        work_off(now=timezone.now)
    deal = Opportunity.objects.get()
    headers = api.headers | {"If-Match": f'"v{deal.version}"'}
    api.client.patch(
        f"{ROOT}opportunities/{deal.pk}",
        {"name": "Ours"},
        content_type="application/json",
        headers=headers,
    )
    api.post(f"imports/{id}/preview-undo")
    work_off(now=timezone.now)

    row = api.get(f"imports/{id}").json()

    assert row["undo"]["obstacles"] == [
        {"why": "changed", "kind": "opportunities.Opportunity", "name": "Ours"}
    ]
    assert_problem(api.post(f"imports/{id}/undo"), 409)
    assert Opportunity.objects.count() == 1


def test_lists_beside_a_file_come_with_it(api: Api):
    beside = [file(b"id,name\n1,Delta\n", f"{name}.csv") for name in ("A", "b")]

    answer = upload(api, beside=beside)

    assert answer.status_code == 201
    names = ImportChunk.objects.exclude(file="").values_list("file", flat=True)
    assert sorted(names) == ["a.csv", "b.csv"]


def test_sent_again_under_its_key_it_is_kept_once(api: Api):
    first, other = upload(api, key="k1"), upload(api, PLAIN + b"\n", key="k1")
    parts = {"file": file(PLAIN)}
    body = encode_multipart("another", parts)  # as every client makes a new one
    again = api.client.generic(
        "POST",
        UPLOAD,
        body,
        content_type="multipart/form-data; boundary=another",
        headers=api.headers | {"Idempotency-Key": "k1"},
    )

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert again.headers["Idempotency-Replayed"] == "true"
    assert_problem(other, 422)
    assert ImportRun.objects.count() == 1


PARTS: dict[str, tuple[dict[str, Any], int]] = {
    "nothing": ({}, 422),
    "another part": ({"file": file(PLAIN), "x": "1"}, 422),
    "a text for the file": ({"file": "id,name"}, 422),
    "the file twice": ({"file": [file(PLAIN), file(PLAIN)]}, 422),
    "nine beside": ({"file": file(PLAIN), "beside": [file(PLAIN)] * 9}, 422),
    "a text beside": ({"file": file(PLAIN), "beside": ["a"]}, 422),
    "a PDF": ({"file": file(b"%PDF-1.7\n")}, 409),
    "an empty file": ({"file": file(b"")}, 409),
}


@pytest.mark.parametrize("name", PARTS)
def test_parts_that_are_no_import_are_refused(api: Api, name: str):
    parts, status = PARTS[name]

    answer = send(api, encode_multipart(BOUNDARY, parts))

    assert_problem(answer, status)
    refuse_other_shapes("imports/upload", answer, method="post")
    assert not ImportRun.objects.exists()


WHOLE = encode_multipart(BOUNDARY, {"file": file(PLAIN)})
BODIES = {
    "cut off": (WHOLE[:-20], MULTIPART_CONTENT, 400),
    "empty": (b"", MULTIPART_CONTENT, 415),
    "no boundary": (WHOLE, "multipart/form-data", 400),
    "another boundary": (WHOLE, "multipart/form-data; boundary=x", 400),
    "json": (b"{}", "application/json", 415),
    "the bare file": (PLAIN, "text/csv", 415),
    "no type": (WHOLE, "", 415),
    "other parts": (WHOLE, "multipart/mixed; boundary=x", 415),
    "half base64": (
        WHOLE.replace(
            b"\r\n\r\n", b"\r\nContent-Transfer-Encoding: base64\r\n\r\n%%%a", 1
        ),
        MULTIPART_CONTENT,
        400,
    ),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_is_no_form_is_refused(api: Api, name: str):
    body, content_type, status = BODIES[name]

    answer = send(api, body, content_type)

    assert_problem(answer, status)
    refuse_other_shapes("imports/upload", answer, method="post")
    assert not ImportRun.objects.exists()


def test_more_than_is_taken_is_refused_while_it_comes(api: Api, settings: Any):
    settings.IMPORT_MAX_BYTES = 200_000

    large = upload(api, b"id\n" + b"x" * 5_000_000)
    together = upload(api, b"id\n" + b"x" * 100_000, beside=[file(b"y" * 150_000)])

    assert_problem(large, 413)
    assert_problem(together, 413)
    assert not ImportRun.objects.exists()


def test_a_key_uploads_within_its_scope(alice: Membership):
    reading = by_key(alice, ["imports:read"])
    writing = by_key(alice, ["imports:write"])

    answers = [
        caller.post(UPLOAD, {"file": file(PLAIN)}) for caller in (reading, writing)
    ]

    assert [answer.status_code for answer in answers] == [403, 201]


def test_an_upload_asks_no_more_for_more_rows(api: Api):
    upload(api)
    costs = []
    for rows in (1, 3):
        with CaptureQueriesContext(connection) as seen:
            assert upload(api, table(rows)).status_code == 201
        costs.append(len(seen))

    assert costs[0] == costs[1] <= 16, costs


MAPPINGS: list[Any] = [
    {},
    {"columns": 1},
    {"columns": {"id": 5}},
    {"columns": {"id": ["a", 5]}},
    {"columns": {"id": "id"}, "teams": "x"},
    {"columns": {"id": "id"}, "companies": {"file": 5}},
    {"columns": {"id": "id"}, "ignored": 5},
    {"columns": {"id": "id"}, "name_parts": {"a": 1}},
    {"columns": {"id": "id"}, "outcomes": "won"},
    {"columns": {"id": "id"}, "outcomes": {"a": {"b": 1}}},
    {"columns": {"id": "id"}, "date_format": 5},
    {"columns": {"id": "id"}, "decimal_sign": ["."]},
    {"columns": {"id": "id"}, "currency": {"a": 1}},
    {"columns": {"id": "id"}, "probability_of": "x"},
    {"columns": {"id": "id"}, "name": "x"},
]


@pytest.mark.parametrize("number", range(len(MAPPINGS)))
def test_a_mapping_that_can_not_be_followed_is_refused(api: Api, number: int):
    id = upload(api).json()["id"]

    answer = api.post(f"imports/{id}/check", {"mapping": MAPPINGS[number]})

    assert_problem(answer, 422)
    assert api.get(f"imports/{id}").json()["status"] == "uploaded"


@pytest.mark.parametrize("name", ["nothing", "../../pyproject", "plain\n"])
def test_a_preset_is_one_of_those_shipped(api: Api, name: str):
    id = upload(api).json()["id"]

    assert_problem(api.post(f"imports/{id}/check", {"preset": name}), 422)
