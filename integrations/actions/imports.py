"""An import by its pages: a file is kept, checked, committed or thrown away."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.models import Membership
from integrations.importing.files import keep
from integrations.importing.kinds import Seen
from integrations.importing.mappings import BadMapping, mapping_from
from integrations.importing.working import lock
from integrations.models import (
    WRITTEN,
    ImportChange,
    ImportRow,
    ImportRun,
    ImportStatus,
)
from integrations.signals import import_asked
from opportunities.models import ScheduleSlot
from opportunities.models.schedule import import_slot

KEPT = timedelta(days=30)  # a file nobody went on with, and what an undo goes by
MAY_BE_CHECKED = frozenset(
    {
        ImportStatus.UPLOADED,
        ImportStatus.CHECKED,
        ImportStatus.REFUSED,
        ImportStatus.FAILED,
    }
)


class NotReady(Exception):
    """The import is not where this could be done with it."""


@transaction.atomic
def keep_file(
    *,
    path: Path,
    name: str,
    seen: Seen,
    beside: Mapping[str, Path],
    by: Membership,
    now: datetime,
) -> ImportRun:
    """Keep an uploaded file, and those beside it, until it is imported or thrown away."""
    run = ImportRun.objects.create(
        source=name[:80],
        file_name=name[:120],
        kind=seen.kind,
        size=path.stat().st_size,
        facts=seen.as_json(),
        digest=_digest(path),
        status=ImportStatus.UPLOADED,
        started_at=now,
        started_by=by,
    )
    keep(run, path)
    for file, place in beside.items():
        keep(run, place, file=file.lower()[:80])
    record(verb="import.uploaded", subject=run, by=by, at=now)
    return run


@transaction.atomic
def ask_for_check(
    *,
    run: ImportRun,
    mapping: Mapping[str, Any] | None,
    name: str = "",
    language: str,
    by: Membership,
    now: datetime,
) -> ImportRun:
    """Have the file read, with a mapping when it is a table, and tried without keeping it.

    :raises NotReady: when it is being worked at, was committed, or is read elsewhere.
    :raises BadMapping: when the mapping can't be followed.
    """
    run = _held(run)
    if run.status not in MAY_BE_CHECKED or not run.chunks.exists():
        raise NotReady(_("This import can't be checked now."))
    if run.is_table:
        mapping_from(name, mapping)
    elif mapping:
        raise BadMapping(_("A bundle is read without a mapping."))
    ImportRow.objects.filter(run=run).delete()
    run.order = {"language": language} | ({"mapping": mapping} if mapping else {})
    run.mapping, run.source = name[:80], run.file_name[:80]
    run.report, run.row_count, run.read_count = {}, 0, 0
    try:
        with transaction.atomic():
            return _ask(run, ImportStatus.READING, by=by, now=now)
    except IntegrityError:
        raise NotReady(_("Somebody else is importing this very file.")) from None


@transaction.atomic
def ask_for_commit(*, run: ImportRun, by: Membership, now: datetime) -> ImportRun:
    """Have what was checked written.

    :raises NotReady: when it was not checked, or is being written already.
    """
    run = _held(run)
    if run.status != ImportStatus.CHECKED:
        raise NotReady(_("Only an import that was checked can be committed."))
    return _ask(run, ImportStatus.WRITING, by=by, now=now)


@transaction.atomic
def discard(*, run: ImportRun, by: Membership | None, now: datetime) -> None:
    """Throw an import away with its file, before anything of it was written.

    :raises NotReady: when it is written, or a worker is settling it this moment.
    """
    run = _held(run)
    if run.status in WRITTEN:
        raise NotReady(_("What was imported stays, and so does its report."))
    if not lock(run.pk):
        raise NotReady(_("A worker is at it this moment. Try again when it is done."))
    record(verb="import.discarded", subject=run, by=by, at=now)
    ScheduleSlot.objects.filter(slot=str(run.pk)).delete()
    run.delete()


@transaction.atomic
def ask_for_preview_of_undo(
    *, run: ImportRun, by: Membership, now: datetime
) -> ImportRun:
    """Have a worker see what taking an import back would do.

    :raises NotReady: when it can't be undone, or no more.
    """
    run = _held(run)
    if not may_undo(run, now=now):
        raise NotReady(_("This import can't be undone."))
    run.undo = {}
    return _ask(run, ImportStatus.WEIGHING, by=by, now=now)


@transaction.atomic
def ask_for_undo(*, run: ImportRun, by: Membership, now: datetime) -> ImportRun:
    """Have an import taken back.

    :raises NotReady: when nobody saw what that does, something stands on it, or it is late.
    """
    run = _held(run)
    if not may_undo(run, now=now) or run.undo.get("obstacle_count") != 0:
        raise NotReady(_("See first what an undo takes back."))
    return _ask(run, ImportStatus.UNDOING, by=by, now=now)


def may_undo(run: ImportRun, *, now: datetime) -> bool:
    """Whether there is something to take back, and it is not too late."""
    if run.status != ImportStatus.COMMITTED or run.committed_at is None:
        return False
    return now - run.committed_at < KEPT and run.changes.exists()


def forget_files(*, now: datetime) -> None:
    """Throw away what was uploaded long ago and never imported, and old journals."""
    ImportChange.objects.filter(run__committed_at__lt=now - KEPT).delete()
    old = ImportRun.objects.filter(started_at__lt=now - KEPT, status__in=MAY_BE_CHECKED)
    for run in old.exclude(file_name=""):
        discard(run=run, by=None, now=now)


def _held(run: ImportRun) -> ImportRun:
    """The import as it is now, shut to others until this transaction ends.

    :raises NotReady: when it was thrown away meanwhile.
    """
    held = ImportRun.objects.select_for_update().filter(pk=run.pk).first()
    if held is None:
        raise NotReady(_("This import was thrown away meanwhile."))
    return held


def _ask(
    run: ImportRun, status: ImportStatus, *, by: Membership, now: datetime
) -> ImportRun:
    run.status, run.asked_by, run.asked_at = status, by, now
    run.attempts, run.settled_count, run.beat_at = 0, 0, None
    run.save()
    slot = import_slot(workspace_id=run.workspace_id, run_id=run.pk, due_at=now)
    ScheduleSlot.objects.ask(slot)
    import_asked.send(ImportRun, workspace_id=run.workspace_id, run_id=run.pk)
    return run


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()
