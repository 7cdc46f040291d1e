"""An import in a real browser, with a worker beside it: looked at, with and without scripts."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone
from playwright.sync_api import expect

from accounts import tenancy
from accounts.models import Membership, Role
from integrations.importing.working import work
from integrations.models import ImportRun
from opportunities.models import Opportunity, ScheduleSlot
from stakeholders.models import Task
from tests.browser.conftest import assert_fine
from tests.factories import create_membership, create_user, create_workspace
from tests.integrations.files import furnish
from tests.integrations.workbooks import workbook

# Files as they are found elsewhere: the columns and first deals of a public data set.
DEALS = """opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value
1C1I7A6R,Moses Frase,GTX Plus Basic,Cancity,Won,2016-10-20,2017-03-01,1054
Z063OYW0,Darcel Schlecht,GTXPro,Isdom,Won,2016-10-25,2017-03-11,4514
HAXMC4IX,James Ascencio,MG Advanced,,Engaging,2016-11-03,,
6PTR7VBR,Versie Hillebrand,MG Special,Acme Corporation,Lost,2016-12-01,2017-04-02,0
"""
TEAMS = """sales_agent,manager,regional_office
Moses Frase,Dustin Brinkmann,Central
Darcel Schlecht,Dustin Brinkmann,Central
James Ascencio,Summer Sewald,West
Versie Hillebrand,Dustin Brinkmann,Central
"""


@pytest.fixture
def alice(transactional_db) -> Membership:
    ours = create_workspace(slug="ours", name="Ours")
    user = create_user(email="alice@example.com", name="Alice Adams")
    alice = create_membership(workspace=ours, user=user, roles=tuple(Role))
    with tenancy.workspace(ours):
        furnish()
    return alice


@contextmanager
def a_worker(alice: Membership) -> Iterator[None]:
    """Does what is asked for, in a thread, until it is no longer wanted."""
    over = Event()
    door: Any = partial(tenancy.workspace, alice.workspace, through="import")

    def run() -> None:
        while not over.wait(0.3):
            for pk in ScheduleSlot.objects.values_list("pk", flat=True):
                work(slot_id=pk, door=door, now=timezone.now)
        connections.close_all()

    thread = Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@pytest.fixture
def deals(tmp_path: Path) -> list[Path]:
    files = {"sales_pipeline.csv": DEALS, "sales_teams.csv": TEAMS}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    return [tmp_path / name for name in files]


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_file_is_looked_at_tried_and_imported(alice, open_page, deals, script):
    page = open_page("/w/ours/settings/import", user=alice.user, script=script)
    if script:
        assert_fine(page, "imports-none")

    page.get_by_label("File", exact=True).set_input_files(deals[0])
    page.get_by_label("Files beside it").set_input_files(deals[1])
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_label("sales_agent")).to_have_value("owner_name")
    expect(page.get_by_text("accounts.csv was not given")).to_be_visible()
    if script:
        assert_fine(page, "import-mapping")
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_text("It waits for a worker.")).to_be_visible()
    if script:
        assert_fine(page, "import-reading")

    with a_worker(alice):
        found = reached(page, "It can be imported", script=script)
        expect(found).to_be_visible()
        if script:
            assert_fine(page, "import-checked")
        page.get_by_role("button", name="Import it").click()
        expect(reached(page, "It was imported on", script=script)).to_be_visible()
    if script:
        assert_fine(page, "import-committed")
        page.goto("/w/ours/settings/import")
        assert_fine(page, "imports")

    with tenancy.workspace(alice.workspace):
        assert Opportunity.objects.count() == 4
        assert Opportunity.objects.filter(owner__name="Moses Frase").exists()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_an_import_is_undone_after_a_look_at_what_goes(alice, open_page, deals, script):
    page = open_page("/w/ours/settings/import", user=alice.user, script=script)
    page.get_by_label("File", exact=True).set_input_files(deals[0])
    page.get_by_role("button", name="Look at it").click()
    page.get_by_role("button", name="Try it").click()

    with a_worker(alice):
        expect(reached(page, "It can be imported", script=script)).to_be_visible()
        page.get_by_role("button", name="Import it").click()
        expect(reached(page, "It was imported on", script=script)).to_be_visible()
        page.get_by_role("button", name="See what an undo takes back").click()
        expect(reached(page, "come back as they were", script=script)).to_be_visible()
        if script:
            assert_fine(page, "import-undo")
        with tenancy.workspace(alice.workspace):
            task = Task.objects.create(
                opportunity=Opportunity.objects.earliest("pk"), title="Call them"
            )
        page.get_by_role("button", name="Undo the import").click()
        expect(reached(page, "It can't be undone", script=script)).to_be_visible()
        if script:
            assert_fine(page, "import-undo-refused")
        with tenancy.workspace(alice.workspace):
            task.delete()
        page.get_by_role("button", name="See what an undo takes back").click()
        expect(reached(page, "come back as they were", script=script)).to_be_visible()
        page.get_by_role("button", name="Undo the import").click()
        expect(reached(page, "and taken back on", script=script)).to_be_visible()
    if script:
        assert_fine(page, "import-undone")

    with tenancy.workspace(alice.workspace):
        assert not Opportunity.objects.exists()


def test_a_sheet_of_a_workbook_is_chosen(alice, open_page, tmp_path):
    path = tmp_path / "deals.xlsx"
    told = [["id", "name", "opened_on"], ["o1", "Planning", "2026-01-05"]]
    path.write_bytes(workbook([["Notes"], ["Nothing here"]], told))
    page = open_page("/w/ours/settings/import", user=alice.user)

    page.get_by_label("File", exact=True).set_input_files(path)
    page.get_by_role("button", name="Look at it").click()
    page.get_by_label("Sheet").select_option("People")
    page.get_by_label("Start from").select_option("plain")
    page.get_by_role("button", name="Fill in").click()

    expect(page.get_by_label("opened_on")).to_have_value("opened_on")
    assert_fine(page, "import-mapping-sheet")


def reached(page: Any, text: str, *, script: bool) -> Any:
    """The words, once they are there: by themselves, or by looking again."""
    words = page.get_by_text(text)
    again = page.get_by_role("link", name="Look again")
    for _turn in range(0 if script else 60):
        if words.count():
            break
        page.wait_for_timeout(300)
        if again.count():  # it goes with the page that has the words
            with page.expect_navigation():
                again.click()
    return words


def test_a_refused_file_shows_its_lines(alice, open_page, tmp_path):
    bad = tmp_path / "deals.csv"
    bad.write_text("id,name,opened_on,gender\no1,Planning,soon,f\n")
    page = open_page("/w/ours/settings/import", user=alice.user, listen=False)
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_text("Choose a file.")).to_be_visible()
    assert_fine(page, "imports-refused")

    page.get_by_label("File", exact=True).set_input_files(bad)
    page.get_by_role("button", name="Look at it").click()
    page.get_by_label("id", exact=True).select_option("")
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_text("Say which column holds the number")).to_be_visible()
    assert_fine(page, "import-mapping-refused")
    page.get_by_label("id", exact=True).select_option("id")
    with a_worker(alice):
        page.get_by_role("button", name="Try it").click()
        expect(page.get_by_text("“soon” is not a day")).to_be_visible()
    assert_fine(page, "import-refused")
    with page.expect_download() as download:
        page.get_by_role("link", name="As CSV").click()
    with Path(download.value.path()).open(encoding="utf-8-sig", newline="") as file:
        assert [row[0] for row in csv.reader(file)] == ["line", "2"]

    page.get_by_text("Throw this import away…").click()
    page.get_by_role("button", name="Throw it away").click()
    expect(page.get_by_text("is thrown away.")).to_be_visible()
    with tenancy.workspace(alice.workspace):
        assert not ImportRun.objects.exists()
