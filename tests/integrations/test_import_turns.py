"""Turns, leases and attempts of the worker at an import."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.tenancy import NoWorkspace
from integrations.importing import staging, working
from integrations.models import ImportRow, ImportRun, ImportStatus
from integrations.tasks import work_import
from opportunities.models import ScheduleSlot
from tests.factories import NOW
from tests.integrations.files import furnish
from tests.integrations.pages import PLAIN, try_it, upload, work_off

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(as_alice: Any, ours: Any) -> ImportRun:
    """An import that waits for its worker."""
    furnish()
    upload(as_alice, PLAIN)
    run = ImportRun.objects.get()
    try_it(as_alice, run)
    run.refresh_from_db()
    return run


def test_what_is_asked_for_waits_in_one_slot(run: ImportRun):
    slot = ScheduleSlot.objects.get(job="import")

    assert (slot.slot, slot.claimed_at) == (str(run.pk), None)
    assert run.status == ImportStatus.READING


def test_who_gave_a_sign_of_life_lately_is_not_disturbed(run: ImportRun):
    ImportRun.objects.update(beat_at=NOW - timedelta(seconds=44), attempts=1)

    work_off()

    run.refresh_from_db()
    assert (run.status, run.attempts) == (ImportStatus.READING, 1)


def test_who_is_silent_is_replaced(run: ImportRun):
    ImportRun.objects.update(beat_at=NOW - timedelta(seconds=46), attempts=1)

    work_off()

    run.refresh_from_db()
    assert (run.status, run.beat_at) == (ImportStatus.CHECKED, None)


def test_after_three_attempts_in_vain_an_import_is_given_up(
    run: ImportRun, as_alice: Any, caplog: Any
):
    ImportRun.objects.update(attempts=working.MAX_ATTEMPTS)

    work_off()

    run.refresh_from_db()
    page = as_alice.get(f"/w/ours/settings/import/{run.pk}").content.decode()
    assert run.status == ImportStatus.FAILED
    assert "The worker stopped three times at this file" in page
    assert "Could not work import" in caplog.text
    assert not ScheduleSlot.objects.filter(job="import").exists()


def test_what_was_given_up_can_be_tried_again(run: ImportRun, as_alice: Any):
    ImportRun.objects.update(attempts=working.MAX_ATTEMPTS)
    work_off()

    assert try_it(as_alice, run).status_code == 303
    work_off()

    run.refresh_from_db()
    assert run.status == ImportStatus.CHECKED


def test_an_attempt_is_counted_even_when_it_fails(
    run: ImportRun, monkeypatch: pytest.MonkeyPatch
):
    def broken(*args: Any, **kwargs: Any) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(working, "lay_out", broken)

    with pytest.raises(OSError, match="the disk is full"):
        work_off()

    run.refresh_from_db()
    assert (run.status, run.attempts) == (ImportStatus.READING, 1)


def test_a_long_reading_takes_turns_and_goes_on(
    as_alice: Any, ours: Any, monkeypatch: pytest.MonkeyPatch
):
    furnish()
    monkeypatch.setattr(staging, "CHUNK", 3)
    # A second connection would not see what this test has not committed.
    monkeypatch.setattr(working, "BEAT", timedelta(days=1))
    rows = b"".join(b"o%d,Deal,2026-01-05\n" % n for n in range(8))
    upload(as_alice, b"id,name,opened_on\n" + rows)
    run = ImportRun.objects.get()
    try_it(as_alice, run)
    clock = iter(NOW + timedelta(seconds=15 * n) for n in range(100))
    seen = []
    for _turn in range(4):
        work_off(now=lambda: next(clock))
        run.refresh_from_db()
        seen.append((run.status, run.row_count, run.attempts))

    assert seen[0][:2] == (ImportStatus.READING, 3)
    assert seen[-1] == (ImportStatus.CHECKED, 8, 0)
    assert ImportRow.objects.count() == 8


def test_a_slot_without_its_import_is_closed(run: ImportRun):
    ImportRun.objects.all().delete()

    work_off()

    assert not ScheduleSlot.objects.filter(job="import").exists()


def test_the_task_is_sent_with_a_workspace():
    with pytest.raises(NoWorkspace):
        work_import.delay(slot_id="x")
    with pytest.raises(NoWorkspace):
        work_import(slot_id="x")
