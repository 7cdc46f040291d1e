"""A file into the staging table, a chunk at a time; begun again where it stopped."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from accounts.models import Membership
from integrations.importing.besides import path_beside
from integrations.importing.bundles import Bundle
from integrations.importing.companies import SEAT
from integrations.importing.deals import Deals
from integrations.importing.mappings import Beside, Mapping
from integrations.importing.reading import Parsed, Reading
from integrations.importing.refusal import Unreadable
from integrations.importing.report import Report
from integrations.importing.settling import settle
from integrations.models import ImportRow, ImportRun, ImportStatus

CHUNK = 2_000
SOURCE = "source"
NOT_A_ROW = frozenset({SOURCE, SEAT, ""})

# Opens the workspace for one step. What is done in it is kept when the block ends.
Door = Callable[[], AbstractContextManager[object]]


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be imported, and how."""

    path: Path
    zone: ZoneInfo  # the workspace's
    now: datetime
    by: Membership | None = None
    mapping: Mapping | None = None  # none: the file is a bundle
    currency: str = ""
    is_dry_run: bool = False

    def reading(self) -> Reading:
        if self.mapping is None:
            return Bundle(self.path, zone=self.zone)
        return Deals(
            self.path, mapping=self.mapping, currency=self.currency, zone=self.zone
        )


class ReadElsewhere(Exception):
    """Two processes read the same file into the same workspace."""


def tell_nobody(count: int) -> None:
    """For an import nobody watches."""


def never() -> bool:
    """For a reading that goes to the end in one turn."""
    return False


@dataclass(frozen=True, slots=True)
class Progress:
    """Whom to tell how far it is."""

    read: Callable[[int], None] = tell_nobody  # characters of the file, so far
    staged: Callable[[int], None] = tell_nobody  # rows, each time
    settled: Callable[[int], None] = tell_nobody


def import_file(
    order: Order, *, door: Door, progress: Progress | None = None
) -> Report:
    """Read a file, check it, and write all of it or nothing; say what became of it.

    Each chunk goes through the door by itself, and the writing once more: a reading that
    was cut short goes on where it stopped.
    """
    progress = progress or Progress()
    reading, report = order.reading(), Report()
    with door():
        run = _begun(order)
    stage(run, reading, door=door, progress=progress)
    report.dropped = sorted(reading.dropped)
    report.notes = reading.notes
    with door():
        return settle(
            run=run,
            report=report,
            by=order.by,
            now=order.now,
            is_dry_run=order.is_dry_run,
            progress=progress.settled,
        )


def stage(
    run: ImportRun,
    reading: Reading,
    *,
    door: Door,
    progress: Progress,
    enough: Callable[[], bool] = never,
) -> bool:
    """Stage what is not staged yet; stop when it is enough. Say whether that is all of it."""
    rows = _with_a_row(reading.rows())
    done = 0
    while chunk := list(islice(rows, CHUNK)):
        done += len(chunk)
        progress.read(reading.characters)
        fresh = chunk[len(chunk) - max(0, done - run.row_count) :]
        if not fresh:
            continue
        with door():
            _keep(run, fresh, done, read=reading.characters)
        progress.staged(len(fresh))
        if enough():
            return False
    return True


def _begun(order: Order) -> ImportRun:
    """The run that was cut short while reading this very file, or a new one."""
    digest = _digest(order)
    run, _is_new = ImportRun.objects.get_or_create(
        digest=digest,
        status=ImportStatus.READING,
        defaults={
            "source": _name_of(order.path),
            "mapping": order.mapping.name if order.mapping else "",
            "started_at": order.now,
            "started_by": order.by,
        },
    )
    return run


def _name_of(path: Path) -> str:
    """The file's name, as text that can be kept."""
    return path.name.encode(errors="replace").decode()[:80]


def _digest(order: Order) -> str:
    """One for the file, what lies beside it, and the way they are read."""
    told = repr((order.mapping, order.currency, str(order.zone)))
    digest = hashlib.sha256(told.encode())
    beside = order.mapping.beside if order.mapping else []
    for path in (order.path, *(_beside(order.path, each) for each in beside)):
        if path is not None:
            with path.open("rb") as file:
                while piece := file.read(1 << 20):
                    digest.update(piece)
    return digest.hexdigest()


def _beside(path: Path, beside: Beside) -> Path | None:
    """None also for one that can't be told: the reading refuses it with a sentence."""
    try:
        return path_beside(path, beside)
    except Unreadable:
        return None


def _with_a_row(rows: Iterator[Parsed]) -> Iterator[Parsed]:
    """Everything of the file; a refusal when it holds nothing to import."""
    last, is_empty = 1, True
    for row in rows:
        is_empty = is_empty and row.kind in NOT_A_ROW and not row.error
        last = row.line
        yield row
    if is_empty:
        error = _("There are no rows in the file.")
        yield Parsed(line=last, kind="", error=error)


def _keep(run: ImportRun, rows: list[Parsed], done: int, *, read: int) -> None:
    sources = []
    for row in rows:
        if row.kind == SOURCE and not row.error:
            if SOURCE in run.report:
                row.error = _("There is a second source line.")
            run.report[SOURCE] = row.values["name"]
            sources.append(row.values["name"])
    ImportRow.objects.bulk_create(
        [
            ImportRow(
                run=run,
                line=row.line,
                kind=row.kind,
                external_id=row.external_id[:120],
                values={} if row.error else row.values,
                error=row.error[:500],
            )
            for row in rows
        ],
        batch_size=1_000,
    )
    source = sources[0] if sources else run.source
    _advance(run, done, source=source, read=read)


def _advance(run: ImportRun, done: int, *, source: str, read: int) -> None:
    """:raises ReadElsewhere: when another process has staged rows of the run meanwhile."""
    mine = ImportRun.objects.filter(
        pk=run.pk, status=ImportStatus.READING, row_count=run.row_count
    )
    if not mine.update(
        row_count=done, source=source, report=run.report, read_count=read, attempts=0
    ):
        raise ReadElsewhere(_("Somebody else is importing this very file."))
    run.row_count, run.source = done, source
