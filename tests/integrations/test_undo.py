"""An import is taken back whole, or not at all."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.models import AuditEvent, Membership, Workspace
from accounts.tenancy import workspace
from buyreadiness.recompute import recompute
from buyreadiness.services.refused import Refused
from coaching.models import Play, Prompt
from forecasting.models import Outlook
from integrations.actions.imports import forget_files
from integrations.importing.undoing import Undo, undo
from integrations.models import ImportChange, ImportRun, ImportStatus
from opportunities.actions import change_opportunity
from opportunities.models import Opportunity, RecomputeRequest
from stakeholders.models import Quote, Stakeholder, Task
from tests.factories import NOW
from tests.integrations.files import (
    DEAL,
    RICH,
    SMALL,
    Line,
    furnish,
    importing,
    write_bundle,
)
from tests.integrations.pages import IMPORT, PLAIN, commit, try_it, upload, work_off
from tests.integrations.world import world


@pytest.fixture
def furnished(ours: Any) -> None:
    furnish()


def take_back(run: ImportRun | None = None, *, is_dry_run: bool = False) -> Undo:
    run = run or ImportRun.objects.latest("pk")
    return undo(
        run=run, by=None, now=NOW, is_dry_run=is_dry_run, progress=lambda _rows: None
    )


def imported(tmp_path: Path, lines: list[Line], name: str = "b.jsonl") -> ImportRun:
    report = importing(write_bundle(tmp_path / name, lines))
    assert report.refused == []
    return ImportRun.objects.latest("pk")


def changed(lines: list[Line], **fields: Line) -> list[Line]:
    """The same lines, some of them told otherwise: by the id they have."""
    return [line | fields.get(line.get("id", ""), {}) for line in lines]


@pytest.mark.django_db
@pytest.mark.usefixtures("furnished")
def test_what_an_import_made_is_gone_without_a_trace(tmp_path: Path):
    before = world()
    imported(tmp_path, RICH)
    assert world() != before

    found = take_back()

    run = ImportRun.objects.get()
    assert found.is_clean
    assert world() == before
    assert run.status == ImportStatus.UNDONE
    assert AuditEvent.objects.filter(verb="import.undone", subject_id=run.pk).exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("furnished")
def test_what_an_import_changed_comes_back_as_it_was(tmp_path: Path):
    imported(tmp_path, RICH)
    before = world()
    journal = before.pop("integrations_importchange")
    told = []
    for line in RICH:
        changes: dict[str, Line] = {
            "company": {"name": "Other name"},
            "person": {"title": "Other title"},
            "opportunity": {"importance": "small"},
            "stakeholder": {"roles": ["coach"]},
            "interaction": {"summary": "Something else"},
            "quote": {"change": "price"},
            "task": {"title": "Another task"},
        }
        told.append(line | changes.get(line["type"], {}))
    second = imported(tmp_path, told)
    assert second.counts["interaction"]["changed"] > 0

    found = take_back(second)

    after = world()
    assert found.is_clean
    assert found.back["opportunities.Company"] > 0
    assert after.pop("integrations_importchange") == journal
    assert after == before


@pytest.mark.django_db
@pytest.mark.usefixtures("furnished")
def test_an_undo_takes_what_was_computed_with_it(tmp_path: Path):
    before = world()
    imported(tmp_path, SMALL)
    recompute(opportunity=Opportunity.objects.get(), now=NOW)
    assert Outlook.objects.exists()

    found = take_back()

    assert found.is_clean
    assert world() == before
    assert not RecomputeRequest.objects.exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("furnished")
def test_a_deal_that_stays_is_computed_again(tmp_path: Path):
    imported(tmp_path, SMALL)
    deal = Opportunity.objects.get()
    RecomputeRequest.objects.all().delete()
    quote = {"type": "quote", "opportunity": "o1", "version": 1, "sent_on": "2026-02-03",
             "total": "100.00", "currency": "EUR"}  # fmt: skip
    second = imported(tmp_path, [*SMALL, quote])

    found = take_back(second)

    assert found.gone == {"stakeholders.Quote": 1}
    assert RecomputeRequest.objects.get().opportunity_id == deal.pk


def edit_the_deal() -> None:
    deal = Opportunity.objects.get()
    change_opportunity(
        opportunity=deal,
        values={"name": "Renamed"},
        version=deal.version,
        by=None,
        now=NOW,
    )


def give_a_task() -> None:
    Task.objects.create(opportunity=Opportunity.objects.get(), title="Call Anna")


def quote() -> None:
    Quote.objects.create(
        opportunity=Opportunity.objects.get(),
        number=1,
        sent_on=NOW.date(),
        total=100,
        currency="EUR",
        logged_at=NOW,
    )


def answer_advice() -> None:
    Prompt.objects.create(
        opportunity=Opportunity.objects.get(),
        play=Play.objects.create(code="x", situation="heard"),
        evidence_hash="x",
        opened_at=NOW,
        answer="accepted",
        answered_at=NOW,
    )


@pytest.mark.django_db
@pytest.mark.usefixtures("furnished")
@pytest.mark.parametrize(
    ("later", "why", "label", "name"),
    [
        (edit_the_deal, "changed", "opportunities.Opportunity", "Renamed"),
        (give_a_task, "stands", "stakeholders.Task", "Call Anna"),
        (quote, "stands", "stakeholders.Quote", "1"),
        (answer_advice, "stands", "coaching.Prompt", ""),
    ],
)
def test_what_came_later_stands_in_the_way_by_name(
    tmp_path: Path, later: Callable[[], None], why: str, label: str, name: str
):
    imported(tmp_path, SMALL)
    later()
    before = world()

    found = take_back()

    first = found.obstacles[0]
    assert (found.obstacle_count, first[:2]) == (1, (why, label))
    assert name in first[2]
    assert world() == before
    assert ImportRun.objects.get().status == ImportStatus.COMMITTED


@pytest.mark.django_db
@pytest.mark.usefixtures("furnished")
def test_imports_on_each_other_are_undone_the_last_one_first(tmp_path: Path):
    before = world()
    first = imported(tmp_path, SMALL)
    second = imported(tmp_path, changed(SMALL, o1={"amount": "5", "currency": "EUR"}))

    refused = take_back(first)
    for run in (second, first):
        assert take_back(run).is_clean

    assert refused.obstacles[0][:2] == ("changed", "opportunities.Opportunity")
    assert world() == before


@pytest.mark.django_db
@pytest.mark.usefixtures("furnished")
def test_a_version_never_comes_back(tmp_path: Path):
    imported(tmp_path, SMALL)
    before = Opportunity.objects.get()
    second = imported(tmp_path, changed(SMALL, o1={"name": "Other"}))

    take_back(second)

    after = Opportunity.objects.get()
    assert (after.name, before.version, after.version) == (DEAL["name"], 1, 3)


@pytest.mark.django_db
@pytest.mark.usefixtures("furnished")
def test_seats_and_the_words_they_are_found_by_go_too(tmp_path: Path):
    path = tmp_path / "deals.csv"
    path.write_bytes(PLAIN)
    mapping_run = importing(write_bundle(tmp_path / "b.jsonl", SMALL))
    assert mapping_run.is_clean
    seats = Membership.objects.filter(name="No owner")
    assert seats.count() == 1

    take_back()

    assert not seats.exists()
    assert not Stakeholder.objects.exists()


def through_pages(client: Any, data: bytes = PLAIN) -> ImportRun:
    upload(client, data)
    run = ImportRun.objects.latest("pk")
    try_it(client, run)
    work_off(now=timezone.now)
    commit(client, run)
    work_off(now=timezone.now)
    run.refresh_from_db()
    return run


def page_of(client: Any, run: ImportRun) -> str:
    return " ".join(client.get(f"{IMPORT}/{run.pk}").content.decode().split())


@pytest.mark.django_db
@pytest.mark.usefixtures("furnished")
def test_the_page_shows_what_goes_before_it_goes(as_alice: Any):
    run = through_pages(as_alice)
    unseen = as_alice.post(f"{IMPORT}/{run.pk}/undo")

    preview = as_alice.post(f"{IMPORT}/{run.pk}/undo/preview")
    waiting = page_of(as_alice, run)
    work_off()
    seen = page_of(as_alice, run)
    is_there = Opportunity.objects.exists()
    as_alice.post(f"{IMPORT}/{run.pk}/undo")
    work_off()

    assert (unseen.status_code, preview.status_code) == (422, 303)
    assert "What an undo takes back is being seen" in waiting
    assert "come back as they were" in seen
    assert is_there
    assert not Opportunity.objects.exists()
    assert "and taken back on" in page_of(as_alice, run)
    assert as_alice.post(f"{IMPORT}/{run.pk}/discard").status_code == 422


@pytest.mark.django_db
@pytest.mark.usefixtures("furnished")
def test_the_page_names_what_stands_in_the_way(as_alice: Any):
    run = through_pages(as_alice)
    edit_the_deal()

    as_alice.post(f"{IMPORT}/{run.pk}/undo/preview")
    work_off()

    page = page_of(as_alice, run)
    assert "It can't be undone: 1 row stands in the way." in page.replace("&#x27;", "'")
    assert "Renamed" in page
    assert as_alice.post(f"{IMPORT}/{run.pk}/undo").status_code == 422


@pytest.mark.django_db
@pytest.mark.usefixtures("furnished")
def test_after_thirty_days_an_import_stays(as_alice: Any):
    run = through_pages(as_alice)
    assert run.committed_at is not None
    later = run.committed_at + timedelta(days=31)

    forget_files(now=later)

    assert not ImportChange.objects.exists()
    assert "Undo this import" not in page_of(as_alice, run)
    assert as_alice.post(f"{IMPORT}/{run.pk}/undo/preview").status_code == 422


@pytest.mark.django_db
@pytest.mark.usefixtures("furnished")
def test_an_import_that_changed_nothing_has_nothing_to_undo(as_alice: Any):
    through_pages(as_alice)

    run = through_pages(as_alice)

    assert "Undo this import" not in page_of(as_alice, run)


@pytest.mark.django_db(transaction=True)
def test_the_command_takes_an_import_back(
    committed: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    with workspace(committed):
        furnish()
    path = write_bundle(tmp_path / "in.jsonl", SMALL)
    call_command("import_data", path, "--workspace", "committed")
    id = capsys.readouterr().out.split("--undo ")[1].split()[0]
    options = ["--workspace", "committed", "--undo", id]

    call_command("import_data", *options, "--dry-run")
    with workspace(committed):
        assert Opportunity.objects.exists()
    call_command("import_data", *options)

    with workspace(committed):
        assert not Opportunity.objects.exists()
    with pytest.raises(Refused, match=r"^This import can't be undone"):
        call_command("import_data", *options)
