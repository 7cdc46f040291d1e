"""A worker's turn at an export: one file, made on its own disk and kept in the database."""

import io
import logging
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import IO
from uuid import UUID

from accounts.models import Workspace
from integrations.exporting.bundle import export_bundle
from integrations.exporting.sheets import pieces, write_csv, write_xlsx, write_zip
from integrations.exporting.tables import tables_of
from integrations.models import (
    Contents,
    ExportChunk,
    ExportRun,
    ExportStatus,
    Format,
)
from opportunities.models import ScheduleSlot

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 3
PIECE = 1 << 20
Door = Callable[[], AbstractContextManager[None]]


def make(*, slot_id: UUID, door: Door, now: Callable[[], datetime]) -> None:
    """Make the file that was asked for; killed at any point, the next worker makes it."""
    with door():
        run = _begin(slot_id)
    if run is None:
        return
    with door():
        held = ExportRun.objects.select_for_update(of=("self",), skip_locked=True)
        run = held.filter(pk=run.pk, status=ExportStatus.WAITING).first()
        if run is not None:
            _make(run, now=now())
            ScheduleSlot.objects.filter(pk=slot_id).delete()


def _begin(slot_id: UUID) -> ExportRun | None:
    """Count the attempt, which a failure does not undo; None when there is nothing to do."""
    slot = ScheduleSlot.objects.filter(pk=slot_id).first()
    run = ExportRun.objects.filter(pk=UUID(slot.slot)).first() if slot else None
    if run is None or run.status != ExportStatus.WAITING:
        ScheduleSlot.objects.filter(pk=slot_id).delete()
        return None
    run.attempts += 1
    if run.attempts > MAX_ATTEMPTS:
        logger.error("Could not make export %s in %s attempts", run.pk, MAX_ATTEMPTS)
        run.status = ExportStatus.FAILED
        ScheduleSlot.objects.filter(pk=slot_id).delete()
    run.save(update_fields=["attempts", "status"])
    return run if run.status == ExportStatus.WAITING else None


def _make(run: ExportRun, *, now: datetime) -> None:
    workspace = Workspace.objects.get(pk=run.workspace_id)
    with tempfile.TemporaryFile() as file:
        run.row_count = _write(run, workspace, file, now=now)
        for number, data in enumerate(pieces(file, PIECE)):
            ExportChunk.objects.create(run=run, number=number, data=data)
            run.size += len(data)
    run.status, run.ready_at = ExportStatus.READY, now
    run.save(update_fields=["status", "ready_at", "row_count", "size"])


def _write(
    run: ExportRun, workspace: Workspace, to: IO[bytes], *, now: datetime
) -> int:
    today = workspace.today(now)
    if run.contents == Contents.BUNDLE:
        text = io.TextIOWrapper(to, "utf-8", newline="\n")
        count = export_bundle(workspace, to=text)
        text.detach()
        return count
    tables = tables_of(run.contents)
    if run.format == Format.XLSX:
        return write_xlsx(tables, to, today=today, zone=workspace.zone)
    if run.contents == Contents.ALL:
        return write_zip(tables, to, today=today, is_raw=run.is_raw)
    return write_csv(tables[0], to, today=today, is_raw=run.is_raw)
