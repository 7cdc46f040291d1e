"""A worker's turn at an import: staged in chunks, then checked or written in one transaction.

Killed at any point, it has lost one chunk or one settling; whoever comes next goes on.
"""

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import Error, connection, connections
from django.utils import translation

from accounts.models import Workspace
from integrations.importing.bundles import Bundle
from integrations.importing.deals import Deals
from integrations.importing.files import folder, lay_out
from integrations.importing.mappings import Mapping, mapping_from
from integrations.importing.reading import Reading
from integrations.importing.report import Report
from integrations.importing.settling import analyze, settle
from integrations.importing.staging import Door, Progress, ReadElsewhere, stage
from integrations.importing.undoing import undo
from integrations.models import OF_UNDO, FileKind, ImportRow, ImportRun, ImportStatus
from integrations.signals import import_asked, import_finished
from opportunities.models import ScheduleSlot

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 3
ALIVE = timedelta(seconds=45)  # who gave a sign of life so lately is still at it
TURN = timedelta(seconds=20)  # then others have their turn
BEAT = timedelta(seconds=1)

Now = Callable[[], datetime]


def work(*, slot_id: UUID, door: Door, now: Now) -> None:
    """Take an import as far as one turn allows."""
    with door():
        run = _begin(slot_id, now())
    if run is None:
        return
    with translation.override(run.order.get("language", "en")):
        try:
            if run.status == ImportStatus.READING and not _read(
                run, slot_id, door=door, now=now
            ):
                return
            with Beat(run.pk, slot_id, door=door, now=now) as beat:
                _settle(run.pk, slot_id, beat, door=door, now=now)
        except ReadElsewhere:  # discarded, or asked for anew
            logger.info("Import %s is another's by now", run.pk)


def lock(run_id: UUID) -> bool:
    """Hold an import until the transaction ends; False when another does.

    No row lock: the worker tells of itself in the row, over another connection.
    """
    key = int.from_bytes(run_id.bytes[8:], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [key])
        return bool(cursor.fetchone()[0])


# --- the beginning of a turn ---------------------------------------------------------


def _begin(slot_id: UUID, now: datetime) -> ImportRun | None:
    """Count the attempt, which a failure does not undo; None when there is nothing to do."""
    slot = ScheduleSlot.objects.filter(pk=slot_id).first()
    if slot is None:
        return None
    run = ImportRun.objects.filter(pk=UUID(slot.slot)).first()
    if run is None or not run.is_at_work:
        ScheduleSlot.objects.filter(pk=slot_id).delete()
        return None
    if not lock(run.pk) or (run.beat_at and run.beat_at > now - ALIVE):
        return None  # the task was sent twice: the other is at it
    if run.attempts >= MAX_ATTEMPTS:
        _give_up(run, slot_id, now=now)
        return None
    run.attempts += 1
    run.beat_at = now
    run.save(update_fields=["attempts", "beat_at"])
    ScheduleSlot.objects.filter(pk=slot_id).update(claimed_at=now)
    return run


def _give_up(run: ImportRun, slot_id: UUID, *, now: datetime) -> None:
    logger.error(
        "Could not work import %s in %s attempts: given up", run.pk, run.attempts
    )
    if run.status in OF_UNDO:
        run.status, run.undo = ImportStatus.COMMITTED, {"has_failed": True}
        run.save(update_fields=["status", "undo"])
    else:
        ImportRow.objects.filter(run=run).delete()
        run.status, run.row_count, run.beat_at = ImportStatus.FAILED, 0, None
        run.save(update_fields=["status", "row_count", "beat_at"])
        import_finished.send(ImportRun, run=run, now=now)
    ScheduleSlot.objects.filter(pk=slot_id).delete()


# --- reading -------------------------------------------------------------------------


def _read(run: ImportRun, slot_id: UUID, *, door: Door, now: Now) -> bool:
    """Stage the file's rows; say whether all of them are staged."""
    ends = now() + TURN

    @contextmanager
    def beating() -> Iterator[None]:
        with door():
            yield
            _beat(run.pk, slot_id, at=now())

    mapping = _mapping_of(run)
    with folder() as where:
        with door():
            path = lay_out(run, mapping, where)
            zone = Workspace.objects.get(pk=run.workspace_id).zone
        reading = _reading(path, mapping, zone)
        is_all = stage(
            run,
            reading,
            door=beating,
            progress=Progress(),
            enough=lambda: now() > ends,
        )
        with door():
            if is_all:
                _keep_reading(run, reading)
            else:
                _rest(run, slot_id)
    return is_all


def _reading(path: object, mapping: Mapping | None, zone: ZoneInfo) -> Reading:
    if mapping is None:
        return Bundle(path, zone=zone)  # type: ignore[arg-type]
    return Deals(path, mapping=mapping, currency="", zone=zone)  # type: ignore[arg-type]


def _mapping_of(run: ImportRun) -> Mapping | None:
    if run.kind == FileKind.BUNDLE:
        return None
    return mapping_from(run.mapping, run.order["mapping"])


def _keep_reading(run: ImportRun, reading: Reading) -> None:
    """:raises ReadElsewhere: when the import was discarded or asked for anew meanwhile."""
    report = run.report | {"dropped": sorted(reading.dropped), "notes": reading.notes}
    mine = ImportRun.objects.filter(
        pk=run.pk, status=ImportStatus.READING, row_count=run.row_count
    )
    if not mine.update(report=report, status=ImportStatus.CHECKING, attempts=1):
        raise ReadElsewhere
    run.report, run.status = report, ImportStatus.CHECKING


def _rest(run: ImportRun, slot_id: UUID) -> None:
    """Leave the rest to the next turn, and ask for it."""
    ImportRun.objects.filter(pk=run.pk).update(attempts=0, beat_at=None)
    ScheduleSlot.objects.filter(pk=slot_id).update(claimed_at=None)
    import_asked.send(ImportRun, workspace_id=run.workspace_id, run_id=run.pk)


# --- checking and writing ------------------------------------------------------------


def _settle(run_id: UUID, slot_id: UUID, beat: "Beat", *, door: Door, now: Now) -> None:
    with door():
        run = ImportRun.objects.filter(pk=run_id).select_related("asked_by").first()
        settles = {ImportStatus.CHECKING, ImportStatus.WRITING, *OF_UNDO}
        if run is None or run.status not in settles or not lock(run_id):
            return
        _done(run, beat, now=now())
        run.attempts, run.settled_count, run.beat_at = 0, 0, None
        if run.status == ImportStatus.COMMITTED:
            run.chunks.all().delete()
            run.facts = run.facts | {"rows": [], "sheets": []}  # people are named there
        run.save(update_fields=["attempts", "settled_count", "beat_at", "facts"])
        ScheduleSlot.objects.filter(pk=slot_id).delete()
    if run.status == ImportStatus.COMMITTED:
        with door():
            analyze()


def _done(run: ImportRun, beat: "Beat", *, now: datetime) -> None:
    """Do what is asked: check or write what was staged, or take back what was written."""
    work: dict[str, Any] = {"run": run, "by": run.asked_by, "now": now}
    work |= {"progress": beat.tell}
    if run.status in OF_UNDO:
        undo(**work, is_dry_run=run.status == ImportStatus.WEIGHING)
        return
    told = run.report
    report = Report(dropped=told.get("dropped", []), notes=told.get("notes", []))
    settle(**work, report=report, is_dry_run=run.status == ImportStatus.CHECKING)


def _beat(run_id: UUID, slot_id: UUID, *, at: datetime, **more: int) -> None:
    ImportRun.objects.filter(pk=run_id).update(beat_at=at, **more)
    ScheduleSlot.objects.filter(pk=slot_id).update(claimed_at=at)


class Beat:
    """Tells how far a settling is, on a connection of its own.

    What the settling itself writes is seen by nobody before it ends.
    """

    def __init__(self, run_id: UUID, slot_id: UUID, *, door: Door, now: Now) -> None:
        self._run_id, self._slot_id, self._door, self._now = run_id, slot_id, door, now
        self._pool = ThreadPoolExecutor(1, "beat")
        self._count, self._last = 0, now()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.submit(connections.close_all).result()
        self._pool.shutdown()

    def tell(self, rows: int) -> None:
        self._count += rows
        at = self._now()
        if at - self._last >= BEAT:
            self._last = at
            self._pool.submit(self._say, self._count, at).result()

    def _say(self, count: int, at: datetime) -> None:
        try:
            with self._door():
                _beat(self._run_id, self._slot_id, at=at, settled_count=count)
        except Error as error:  # the work goes on, only nobody sees it
            logger.warning("Could not tell how far an import is: %s", error)
