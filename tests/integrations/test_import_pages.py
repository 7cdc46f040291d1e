"""An import by its pages: looked at, tried, committed or thrown away."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from accounts.http.sheets import harmless
from accounts.models import AuditEvent, Membership
from integrations.actions.imports import forget_files
from integrations.models import ImportChunk, ImportRow, ImportRun, ImportStatus
from opportunities.models import Opportunity, ScheduleSlot
from tests.factories import NOW
from tests.integrations.files import SMALL, furnish, write_bundle
from tests.integrations.pages import (
    IMPORT,
    PLAIN,
    answers,
    commit,
    try_it,
    upload,
    work_off,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def furnished(ours: Any) -> None:
    furnish()


def only_run() -> ImportRun:
    return ImportRun.objects.get()


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def imported(client: Any, data: bytes, name: str = "deals.csv") -> ImportRun:
    """Take a file all the way."""
    upload(client, data, name)
    run = ImportRun.objects.latest("pk")
    assert try_it(client, run).status_code == 303
    work_off()
    assert commit(client, run).status_code == 303
    work_off()
    run.refresh_from_db()
    return run


def test_a_table_goes_all_the_way(as_alice: Any):
    run = imported(as_alice, PLAIN)

    deal = Opportunity.objects.get()
    page = text_of(as_alice.get(f"{IMPORT}/{run.pk}"))
    assert run.status == ImportStatus.COMMITTED
    assert (deal.name, deal.owner.name, deal.owner.is_seat) == (
        "Planning",
        "Dora",
        True,
    )
    assert "It was imported on" in page
    assert "What it did" in page


def test_a_bundle_goes_all_the_way(as_alice: Any, tmp_path: Path):
    data = write_bundle(tmp_path / "b.jsonl", SMALL).read_bytes()

    run = imported(as_alice, data, "b.jsonl")

    assert run.status == ImportStatus.COMMITTED
    assert run.counts["interaction"] == {"made": 1, "changed": 0, "unchanged": 0}


def test_the_same_file_again_changes_nothing(as_alice: Any):
    imported(as_alice, PLAIN)
    before = Opportunity.objects.values().get()

    run = imported(as_alice, PLAIN)

    assert Opportunity.objects.values().get() == before
    assert run.counts["opportunity"] == {"made": 0, "changed": 0, "unchanged": 1}


def test_nothing_is_written_before_the_commit(as_alice: Any):
    upload(as_alice, PLAIN)
    run = only_run()
    try_it(as_alice, run)
    work_off()

    run.refresh_from_db()
    page = text_of(as_alice.get(f"{IMPORT}/{run.pk}"))
    assert run.status == ImportStatus.CHECKED
    assert "It can be imported" in page
    assert "What it would do" in page
    assert not Opportunity.objects.exists()
    assert not Membership.objects.filter(name="Dora").exists()


def test_a_commit_deletes_the_file_and_what_was_read_of_it(as_alice: Any):
    imported(as_alice, PLAIN)

    assert not ImportChunk.objects.exists()
    assert not ImportRow.objects.exists()
    assert not ScheduleSlot.objects.filter(job="import").exists()
    verbs = set(AuditEvent.objects.values_list("verb", "actor_name"))
    assert verbs >= {("import.uploaded", "Alice"), ("import.committed", "Alice")}


def test_a_commit_without_a_check_is_refused(as_alice: Any):
    upload(as_alice, PLAIN)

    response = commit(as_alice, only_run())

    assert response.status_code == 422
    assert "Only an import that was checked can be committed." in text_of(response)


def test_a_second_commit_is_refused(as_alice: Any):
    run = imported(as_alice, PLAIN)

    assert commit(as_alice, run).status_code == 422
    assert Opportunity.objects.count() == 1


def test_an_import_is_thrown_away_with_its_file(as_alice: Any):
    upload(as_alice, PLAIN)
    try_it(as_alice, only_run())

    response = as_alice.post(f"{IMPORT}/{only_run().pk}/discard")
    work_off()

    assert response.status_code == 303
    assert not ImportRun.objects.exists()
    assert not ImportChunk.objects.exists()
    assert not ScheduleSlot.objects.filter(job="import").exists()


def test_what_was_imported_is_not_thrown_away(as_alice: Any):
    run = imported(as_alice, PLAIN)

    response = as_alice.post(f"{IMPORT}/{run.pk}/discard")

    assert response.status_code == 422
    assert "What was imported stays" in text_of(response)
    assert Opportunity.objects.exists()


def test_what_is_refused_can_be_read_otherwise(as_alice: Any):
    upload(as_alice, PLAIN.replace(b"2026-01-05", b"05/01/2026"))
    run = only_run()
    try_it(as_alice, run)
    work_off()
    refused = text_of(as_alice.get(f"{IMPORT}/{run.pk}"))

    try_it(as_alice, run, date_format="%d/%m/%Y")
    work_off()

    run.refresh_from_db()
    assert "“05/01/2026” is not a day written as 2026-05-31." in refused
    assert run.status == ImportStatus.CHECKED


def test_refusals_are_told_as_a_table_without_formulas(as_alice: Any):
    bad = b"id,name,opened_on\n=1+1,\xe2\x80\x9d,2026-13-01\n"
    upload(as_alice, bad)
    run = only_run()
    try_it(as_alice, run)
    work_off()

    response = as_alice.get(f"{IMPORT}/{run.pk}/refused.csv")

    lines = response.content.decode("utf-8-sig").splitlines()
    assert response["Content-Disposition"] == 'attachment; filename="refused.csv"'
    assert lines[0] == "line,why it is refused"
    assert lines[1].startswith("2,")
    assert len(lines) == 2


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+1", "-1+1", "@SUM(1)", "\t=1", " =1", "\r=1", "＝1", "\u00a0=1"],  # noqa: RUF001
)
def test_no_cell_is_a_formula(cell: str):
    assert harmless(cell) == f"'{cell}"


def test_plain_words_stay_what_they_are():
    assert harmless("a=1") == "a=1"
    assert harmless("-1.50") == "-1.50"


@pytest.mark.claim(29)
def test_personal_columns_are_dropped_and_named(as_alice: Any):
    upload(as_alice, b"id,name,opened_on,Gender,note\no1,x,2026-01-05,f,y\n")
    run = only_run()
    mapping = text_of(as_alice.get(f"{IMPORT}/{run.pk}/mapping"))
    try_it(as_alice, run)
    work_off()

    run.refresh_from_db()
    page = text_of(as_alice.get(f"{IMPORT}/{run.pk}"))
    assert "sex, age and nationality are never read" in mapping
    assert [row[3] for row in run.facts["rows"]] == [""]
    assert run.report["dropped"] == ["Gender"]
    assert '<dt>note</dt><dd class="muted">left out</dd>' in page


def test_a_personal_column_is_not_read_even_when_asked_for(as_alice: Any):
    upload(as_alice, b"id,name,opened_on,gender\no1,x,2026-01-05,f\n")

    try_it(as_alice, only_run(), column_3="lost_to")

    assert "lost_to" not in only_run().order["mapping"]["columns"]


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"column_0": ""}, "Say which column holds the number of the deal."),
        ({"column_2": ""}, "Say which column holds the day the deal was opened."),
        ({"column_1": "id"}, "The column id holds this already."),
        ({"currency": "EURO"}, "at most 3 characters"),
        ({"currency": "XXQ"}, "“XXQ”"),
        ({"won_stages": "Won"}, "Say which column holds the stage."),
        ({"column_0": "workspace_id"}, "Select a valid choice."),
        ({"preset": "../../etc/passwd"}, "Start from one of the shipped mappings."),
    ],
)
def test_a_mapping_that_can_t_be_followed_is_refused(
    as_alice: Any, told: dict[str, str], sentence: str
):
    upload(as_alice, PLAIN)

    response = try_it(as_alice, only_run(), **told)

    assert response.status_code == 422
    assert sentence.strip("“”") in text_of(response)
    assert only_run().status == ImportStatus.UPLOADED


def test_the_preset_that_fits_is_proposed(as_alice: Any):
    head = (
        b"opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date"
    )
    upload(
        as_alice, head + b",close_value\n1,Dora,GTX,Isdom,Won,2016-10-20,2017-03-01,5\n"
    )

    told = answers(as_alice, only_run())

    assert told["preset"] == "maven"
    assert (told["column_0"], told["won_stages"]) == ("id", "Won")
    page = text_of(as_alice.get(f"{IMPORT}/{only_run().pk}/mapping"))
    assert "accounts.csv was not given beside this file" in page


def test_stages_say_how_deals_ended(as_alice: Any):
    upload(
        as_alice,
        b"id,name,opened_on,closed_on,stage\n"
        b"1,a,2026-01-05,2026-02-01,Gone\n2,b,2026-01-05,,Talking\n",
    )
    run = only_run()
    try_it(as_alice, run, withdrawn_stages="Gone, Off")
    work_off()
    commit(as_alice, run)
    work_off()

    ends = dict(Opportunity.objects.values_list("name", "outcome"))
    assert ends == {"a": "withdrawn", "b": "open"}


def test_htmx_gets_a_part_and_is_told_when_to_stop(as_alice: Any):
    upload(as_alice, PLAIN)
    run = only_run()
    try_it(as_alice, run)
    headers = {"HX-Request": "true"}
    working = as_alice.get(f"{IMPORT}/{run.pk}", headers=headers)
    work_off()

    over = as_alice.get(f"{IMPORT}/{run.pk}", headers=headers)

    assert (working.status_code, over.status_code) == (200, 286)
    assert "<html" not in text_of(working)
    assert "It waits for a worker." in text_of(working)


def test_no_page_asks_more_for_more_imports(as_alice: Any, cost_of: Any):
    upload(as_alice, PLAIN)
    run = only_run()
    pages = [IMPORT, f"{IMPORT}/{run.pk}", f"{IMPORT}/{run.pk}/mapping"]
    one = [len(cost_of(as_alice, page)) for page in pages]

    upload(as_alice, PLAIN)
    upload(as_alice, PLAIN)

    assert [len(cost_of(as_alice, page)) for page in pages] == one
    assert max(one) <= 9


def test_a_file_that_is_too_large_is_refused_while_it_comes(
    as_alice: Any, settings: Any
):
    settings.IMPORT_MAX_BYTES = 200_000

    response = upload(as_alice, b"id\n" + b"x" * 5_000_000)

    assert response.status_code == 422
    assert "The files are too large: together they may have 195.3 KB." in text_of(
        response
    )
    assert not ImportRun.objects.exists()


def test_files_beside_count_as_well(as_alice: Any, settings: Any):
    settings.IMPORT_MAX_BYTES = 200_000

    response = upload(as_alice, b"id\n" + b"x" * 100_000, accounts=b"y" * 150_000)

    assert response.status_code == 422


def test_a_file_that_was_imported_before_is_said_so(as_alice: Any):
    imported(as_alice, PLAIN)
    upload(as_alice, PLAIN)

    run = ImportRun.objects.latest("pk")
    page = text_of(as_alice.get(f"{IMPORT}/{run.pk}/mapping"))
    assert "This very file was imported on" in page


def test_the_first_rows_go_with_the_commit(as_alice: Any):
    run = imported(as_alice, PLAIN)

    assert run.facts["rows"] == []
    assert run.facts["columns"] == ["id", "name", "opened_on", "owner_name"]


def test_files_nobody_went_on_with_are_forgotten_after_a_month(as_alice: Any):
    imported(as_alice, PLAIN)
    upload(as_alice, PLAIN)

    forget_files(now=timezone.now() + timedelta(days=29))
    kept = ImportRun.objects.count()
    forget_files(now=timezone.now() + timedelta(days=31))

    assert kept == 2
    assert ImportRun.objects.get().status == ImportStatus.COMMITTED


def test_two_imports_of_one_file_are_not_read_at_once(as_alice: Any):
    upload(as_alice, PLAIN)
    upload(as_alice, PLAIN)
    first, second = ImportRun.objects.order_by("pk")
    try_it(as_alice, first)

    response = try_it(as_alice, second)

    assert response.status_code == 422
    assert "Somebody else is importing this very file." in text_of(response)


def test_a_report_speaks_the_language_of_who_asked(as_alice: Any, alice: Membership):
    assert alice.user
    alice.user.language = "nl"
    alice.user.save()
    upload(as_alice, PLAIN)
    try_it(as_alice, only_run())

    assert only_run().order["language"] == "nl"


def test_older_imports_are_on_the_next_page(as_alice: Any):
    runs = [
        ImportRun.objects.create(source=f"{n}.csv", digest=f"{n}", started_at=NOW)
        for n in range(51)
    ]

    page = as_alice.get(IMPORT)
    older = as_alice.get(IMPORT + page.context["next"])

    assert [run for run, _tone in older.context["runs"]] == [runs[0]]
    assert older.context["next"] == ""
    assert as_alice.get(f"{IMPORT}?before=nonsense").status_code == 200
