"""Workbooks: what a cell becomes, which sheet is read, and what is refused."""

import io
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from integrations.importing import mapping_named
from integrations.importing.refusal import Unreadable
from integrations.importing.sheets import SheetTable
from integrations.importing.workbooks import Workbook
from integrations.models import ImportRun, ImportStatus
from opportunities.models import Opportunity
from tests.integrations.files import furnish, importing, refusals
from tests.integrations.pages import IMPORT, commit, upload, work_off
from tests.integrations.workbooks import workbook

HEAD = ["id", "name", "opened_on", "amount", "currency"]
DEAL = [1, "Planning", date(2026, 1, 5), 12_000.5, "EUR"]
SHEET = "xl/worksheets/sheet1.xml"


def saved(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "deals.xlsx"
    path.write_bytes(data)
    return path


def changed(data: bytes, **parts: str) -> bytes:
    """A workbook with some of its parts replaced or added: `sheet=` is the first sheet."""
    new = {SHEET if name == "sheet" else name: text for name, text in parts.items()}
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for name in old.namelist():
            archive.writestr(name, new.pop(name, "") or old.read(name))
        for name, text in new.items():
            archive.writestr(name, text)
    return target.getvalue()


def test_cells_become_the_text_a_table_would_have(tmp_path: Path):
    cells = ["a  b", 12, 1.5, 0.1 + 0.2, 1e-7, True, date(2026, 5, 31), None, "é", 7]
    moment = [datetime(2026, 5, 31, 9, 30)]  # noqa: DTZ001 -- a workbook knows no zones
    path = saved(tmp_path, workbook([cells, moment]))

    rows = [cells for _line, cells in Workbook(path).records()]

    assert rows == [
        ["a  b", "12", "1.5", "0.3", "0.0000001", "true", "2026-05-31", "", "é", "7"],
        ["2026-05-31 09:30:00"],
    ]


def test_a_percentage_is_told_as_one(tmp_path: Path):
    sheet = (
        '<worksheet><sheetData><row r="3"><c r="B3" s="1"><v>0.255</v></c>'
        "</row></sheetData></worksheet>"
    )
    styles = '<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="10"/></cellXfs></styleSheet>'
    data = changed(workbook([["x"]]), **{"sheet": sheet, "xl/styles.xml": styles})

    assert list(Workbook(saved(tmp_path, data)).records()) == [(3, ["", "25.5%"])]


def test_texts_may_be_kept_apart_in_pieces_and_with_their_sound(tmp_path: Path):
    texts = "<sst><si><r><t>An</t></r><r><t>na</t></r><rPh><t>x</t></rPh></si></sst>"
    sheet = (
        '<x:worksheet xmlns:x="urn:x"><x:sheetData><x:row><x:c t="s"><x:v>0</x:v></x:c>'
        '<x:c t="inlineStr"><x:is><x:t>B_x000A_b</x:t></x:is></x:c></x:row>'
        "</x:sheetData></x:worksheet>"
    )
    data = changed(workbook([["x"]]), **{"sheet": sheet, "xl/sharedStrings.xml": texts})

    assert list(Workbook(saved(tmp_path, data)).records()) == [(1, ["Anna", "B\nb"])]


@pytest.mark.django_db
def test_a_formula_counts_by_its_result_and_is_refused_without_one(tmp_path: Path):
    def sheet(cell: str) -> str:
        head = "".join(f'<c t="inlineStr"><is><t>{name}</t></is></c>' for name in HEAD)
        cells = '<c><v>1</v></c><c t="str"><v>Planning</v></c><c t="str"><v>2026-01-05</v></c>'
        tail = '<c t="inlineStr"><is><t>EUR</t></is></c>'
        rows = f"<row>{head}</row><row>{cells}{cell}{tail}</row>"
        return f"<worksheet><sheetData>{rows}</sheetData></worksheet>"

    def read(cell: str) -> Any:
        path = saved(tmp_path, changed(workbook([["x"]]), sheet=sheet(cell)))
        return importing(path, mapping=mapping_named("plain"), is_dry_run=True)

    furnish()

    assert read("<c><f>6*7</f><v>42</v></c>").is_clean
    assert refusals(read("<c><f>6*7</f></c>")) == [
        (2, "A formula has no result: open the file, then save it again.")
    ]
    assert refusals(read('<c t="e"><f>1/0</f><v>#DIV/0!</v></c>')) == [
        (2, "A formula failed here: “#DIV/0!”.")
    ]


@pytest.mark.django_db
def test_a_row_may_be_short_but_not_longer_than_the_header(tmp_path: Path):
    furnish()
    rows: list[list[Any]] = [
        HEAD,
        DEAL,
        [],
        [2, "Short", date(2026, 1, 5)],
        [*DEAL, None, "more"],
    ]
    path = saved(tmp_path, workbook(rows))

    report = importing(path, mapping=mapping_named("plain"))

    assert refusals(report) == [(5, "The row has 7 cells, the header has 5.")]


ENTITY = '<!DOCTYPE a [<!ENTITY b "bbbb">]><worksheet>&b;</worksheet>'
SHEETS: dict[str, tuple[bytes, str]] = {
    "macros": (changed(workbook([HEAD]), **{"xl/vbaProject.bin": "x"}), "holds macros"),
    "files within": (changed(workbook([HEAD]), **{"xl/embeddings/o.bin": "x"}), "other files"),
    "entities": (changed(workbook([HEAD]), sheet=ENTITY), "declares what none needs"),
    "cut off": (changed(workbook([HEAD]), sheet="<worksheet><sheetData>"), "damaged"),
    "half an archive": (workbook([HEAD])[:900], "damaged"),
    "text that is not there": (changed(workbook([HEAD]), sheet=(
        '<worksheet><row><c t="s"><v>99</v></c></row></worksheet>')), "damaged"),
    "bomb": (changed(workbook([HEAD]), sheet="<worksheet>" + " " * 30_000_000
                     + "</worksheet>"), "unpacks to far more"),
    "row far away": (changed(workbook([HEAD]), sheet=(
        '<worksheet><row r="99999999"></row></worksheet>')), "too many rows"),
    "column far away": (changed(workbook([HEAD]), sheet=(
        '<worksheet><row><c r="XFD1"><v>1</v></c></row></worksheet>')), "too many columns"),
    "text without end": (changed(workbook([HEAD]), sheet=(
        f"<worksheet><row><c><v>{'12' * 60_000}</v></c></row></worksheet>")),
        "too much text"),
    "nothing in it": (workbook([]), "The file is empty."),
}  # fmt: skip


@pytest.mark.parametrize("name", SHEETS)
def test_it_is_refused_with_a_sentence(tmp_path: Path, name: str):
    data, sentence = SHEETS[name]

    with pytest.raises(Unreadable, match=sentence):
        list(SheetTable(saved(tmp_path, data)).rows())


@pytest.mark.django_db
def test_a_workbook_goes_all_the_way_by_the_pages(as_alice: Any):
    furnish()
    people = [["Name"], ["Anna Peeters"]]
    upload(as_alice, workbook(people, [HEAD, DEAL]), "deals.xlsx")
    run = ImportRun.objects.get()
    first = as_alice.get(f"{IMPORT}/{run.pk}/mapping").context["columns"]

    chosen = {"preset": "plain", "sheet": "People"}
    page = as_alice.get(f"{IMPORT}/{run.pk}/mapping", chosen)
    told = {field.name: field.value() for field in page.context["form"]}
    as_alice.post(f"{IMPORT}/{run.pk}/mapping", {n: v for n, v in told.items() if v})
    work_off()
    commit(as_alice, run)
    work_off()

    run.refresh_from_db()
    deal = Opportunity.objects.get()
    assert [column.name for column in first] == ["Name"]
    assert run.status == ImportStatus.COMMITTED
    assert (deal.external_id, str(deal.amount), deal.opened_on) == (
        "1",
        "12000.500",
        date(2026, 1, 5),
    )


@pytest.mark.django_db
def test_an_unreadable_workbook_is_refused_at_the_upload(as_alice: Any):
    response = upload(as_alice, SHEETS["macros"][0], "deals.xlsx")

    assert response.status_code == 422
    assert "This spreadsheet holds macros" in response.content.decode()
    assert not ImportRun.objects.exists()
