"""Whatever is uploaded: a sentence, never an error page, and nothing written."""

import gzip
import io
import zipfile
from typing import Any

import pytest

from accounts.models import Membership
from integrations.models import ImportChunk, ImportRow, ImportRun, ImportStatus
from opportunities.models import Company, Opportunity
from tests.integrations.files import furnish
from tests.integrations.pages import IMPORT, PLAIN, try_it, upload, work_off

pytestmark = pytest.mark.django_db

HEAD = b"id,name,opened_on\n"
GOOD = HEAD + b"".join(b"g%d,a,2026-01-05\n" % n for n in range(9))


def bomb(size: int = 50_000_000) -> bytes:
    """A small archive that unpacks to a thousand times its size."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("deals.csv", b"0" * size)
    return file.getvalue()


# What is seen to be no file of ours when it comes in.
UPLOADS: dict[str, tuple[bytes, str, str]] = {
    "zip bomb called csv": (bomb(), "deals.csv", "This is an archive, but no spreadsheet"),
    "archive called xlsx": (bomb(10), "deals.xlsx", "This is an archive, but no spreadsheet"),
    "old spreadsheet": (b"\xd0\xcf\x11\xe0\xa1", "deals.xls", "This is an old spreadsheet"),
    "packed": (gzip.compress(b"id\n1"), "deals.csv", "This file is packed"),
    "pdf": (b"%PDF-1.7\n", "deals.csv", "This is a PDF"),
    "empty": (b"", "deals.csv", "The file is empty."),
    "only a mark": (b"\xef\xbb\xbf", "deals.csv", "The file is empty."),
    "only blanks": (b" \n\t\n", "deals.csv", "The file is empty."),
    "nul": (HEAD + b"1,a\0b,2026-01-01\n", "d.csv", "Line 2: There is a NUL character"),
    "picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "d.csv", "There is a NUL character"),
    "utf-32": ("id".encode("utf-32"), "d.csv", "The file is in UTF-32."),
    "broken utf-16": (b"\xff\xfei\0d\0\n\0\0\xd8", "d.csv", "The file is in UTF-16"),
    "broken utf-8": (HEAD + "é\n".encode() + b"\xff\xc3\xa9", "d.csv", "is in UTF-8"),
    "other code page": (HEAD + b"Andr\x82 Mari\x82e", "d.csv", "recognised"),
    "long line": (b"id," + b"x" * 3_000_000, "d.csv", "The line is too long."),
    "open quote": (b'"id,name\n' + b"1,2\n" * 40_000, "d.csv", "quotation mark"),
    "column twice": (b"id,id\n1,2\n", "d.csv", "Two columns are called “id”."),
    "nameless column": (b"id,,name\n1,2,3\n", "d.csv", "Column 2 has no name."),
    "columns without end": (b",".join(b"c%d" % n for n in range(5_000)), "d.csv",
                            "The file has 5000 columns; at most 200 are read."),
}  # fmt: skip


@pytest.mark.parametrize("name", UPLOADS)
def test_it_is_refused_with_a_sentence(as_alice: Any, name: str):
    data, file, sentence = UPLOADS[name]

    response = upload(as_alice, data, file)

    assert response.status_code == 422
    assert sentence in " ".join(response.content.decode().split())
    assert not ImportRun.objects.exists()
    assert not ImportChunk.objects.exists()


# What is seen only when it is read.
READINGS: dict[str, tuple[bytes, str, str]] = {
    "rows missing": (HEAD, "d.csv", "There are no rows in the file."),
    "row too short": (HEAD + b"1,a\n", "d.csv", "The row has 2 cells"),
    "open quote later": (GOOD + b'1,"a,2026-01-01\n', "d.csv", "quotation mark"),
    "year nobody lives in": (HEAD + b"1,a,9999-12-31\n", "d.csv", "The year 9999"),
    "name too long": (HEAD + b"1," + b"x" * 201 + b",2026-01-01\n", "d.csv", "at most"),
    "control character": (HEAD + b"1,a\x07b,2026-01-01\n", "d.csv", "control"),
    "long line later": (GOOD + b"x" * 1_500_000, "d.csv", "The line is too long."),
    "no json": (b"{nonsense\n", "d.jsonl", "This is not JSON"),
    "a list": (b"[1]\n", "d.jsonl", "A line of a bundle is an object."),
    "nested without end": (b'{"a":' * 50_000, "d.jsonl", "can&#x27;t be read"),
    "number without end": (b'{"a":' + b"9" * 9_000 + b"}", "d.jsonl", "can&#x27;t be read"),
    "long line of json": (b'{"a":"' + b"x" * 2_500_000, "d.jsonl", "too long"),
    "lone surrogate": (b'{"type":"company","id":"1","name":"\\ud800"}', "d.jsonl",
                       "control characters"),
    "foreign key": (b'{"type":"company","id":"1","name":"x","workspace_id":"y"}',
                    "d.jsonl", "workspace_id"),
}  # fmt: skip


@pytest.mark.parametrize("name", READINGS)
def test_it_is_refused_when_it_is_read(as_alice: Any, name: str):
    furnish()
    data, file, sentence = READINGS[name]
    members = Membership.objects.count()
    assert upload(as_alice, data, file).status_code == 303
    run = ImportRun.objects.get()
    try_it(as_alice, run)
    work_off()

    run.refresh_from_db()
    page = as_alice.get(f"{IMPORT}/{run.pk}")
    assert run.status == ImportStatus.REFUSED
    assert sentence in " ".join(page.content.decode().split())
    assert not any(m.objects.exists() for m in (ImportRow, Company, Opportunity))
    assert Membership.objects.count() == members


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "a\0b.csv", "=cmd.csv", "x" * 300 + ".csv", "\u202evsc.exe",
     "<script>.csv", "é.csv"],
)  # fmt: skip
def test_a_file_may_be_called_anything(as_alice: Any, name: str):
    response = upload(as_alice, PLAIN, name)

    assert response.status_code in {303, 422}
    page = as_alice.get(IMPORT).content.decode()
    assert "<script>.csv" not in page
    assert not ImportRun.objects.filter(file_name__contains="/").exists()


def test_cells_that_look_like_formulas_are_kept_as_they_are(as_alice: Any):
    furnish()
    upload(as_alice, HEAD + b"1,=HYPERLINK(1),2026-01-05\n2,-5,2026-01-05\n")
    run = ImportRun.objects.get()
    try_it(as_alice, run)
    work_off()
    as_alice.post(f"{IMPORT}/{run.pk}/commit")
    work_off()

    names = set(Opportunity.objects.values_list("name", flat=True))
    assert names == {"=HYPERLINK(1)", "-5"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings_that_are_recognised_are_said(as_alice: Any, encoding: str):
    upload(as_alice, "id,name,opened_on\n1,Anna Bédard,2026-01-05\n".encode(encoding))

    run = ImportRun.objects.get()
    assert run.facts["rows"] == [["1", "Anna Bédard", "2026-01-05"]]
    page = as_alice.get(f"{IMPORT}/{run.pk}/mapping").content.decode()
    said = {"utf-16": "UTF-16", "cp1252": "Windows-1252"}.get(encoding, "UTF-8")
    assert f"<dd>{said}</dd>" in page


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"file": "a string"},
        {"beside": "a string"},
    ],
)
def test_a_form_without_a_file_is_refused(as_alice: Any, body: dict[str, str]):
    response = as_alice.post(IMPORT, body)

    assert response.status_code == 422
    assert "Choose a file." in response.content.decode()


def test_a_body_that_is_no_form_is_refused(as_alice: Any):
    for body in (b"", b"--x\r\nnonsense", b"\xff" * 1_000):
        response = as_alice.post(
            IMPORT, body, content_type="multipart/form-data; boundary=x"
        )
        assert response.status_code in {400, 403, 422}
    response = as_alice.post(IMPORT, b"x", content_type="multipart/form-data")
    assert response.status_code == 400
