"""`manage.py import_data`: a bundle or a table of deals into a workspace, or not at all."""

from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand
from django.core.validators import validate_email
from django.db import connection
from django.utils import timezone
from django.utils.text import slugify
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
from rich.table import Table
from uuid_utils.compat import uuid7

from accounts import tenancy
from accounts.actions.workspaces import RESERVED, create_workspace
from accounts.models import User, Workspace
from buyreadiness.services.refused import Refused
from integrations.actions.imports import may_undo
from integrations.importing import (
    BadMapping,
    Order,
    ReadElsewhere,
    Report,
    analyze,
    import_file,
    mapping_named,
)
from integrations.importing import Progress as Told
from integrations.importing.mappings import PRESETS, Mapping
from integrations.importing.report import CHANGED, MADE
from integrations.importing.undoing import CHANGED as CHANGED_SINCE
from integrations.importing.undoing import MERGED, STANDS, Undo, undo
from integrations.importing.working import lock
from integrations.models import ImportRun
from integrations.queries.texts import CURRENCIES

TABLES = {".csv", ".tsv", ".txt", ".xlsx"}
SHOWN = 50  # refusals that are printed
WAYS = {
    CHANGED_SINCE: "changed since",
    MERGED: "merged since",
    STANDS: "stands on it",
}


class NotKept(Exception):
    """Leave the transaction without keeping anything of it."""

    def __init__(self, report: Report) -> None:
        super().__init__()
        self.report = report


class Command(BaseCommand):
    help = (
        "Import a bundle (JSON Lines) or a table of deals (CSV, XLSX): all or nothing."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", nargs="?")
        parser.add_argument("--workspace", required=True, metavar="SLUG")
        parser.add_argument(
            "--create", action="store_true", help="make the workspace if there is none"
        )
        parser.add_argument(
            "--admin", default="", metavar="EMAIL", help="its administrator"
        )
        parser.add_argument(
            "--mapping",
            default="",
            metavar="M",
            help=f"{', '.join(PRESETS)}, or a file",
        )
        parser.add_argument(
            "--sheet", default="", metavar="NAME", help="of a workbook; else the first"
        )
        parser.add_argument("--currency", default="", metavar="CUR")
        parser.add_argument("--dry-run", action="store_true")
        parser.add_argument(
            "--undo", default="", metavar="RUN", help="take an import back, by its id"
        )

    def handle(self, **options: Any) -> None:
        path: Path | None = options["file"]
        if options["undo"]:
            self._undo(options["workspace"], options["undo"], options["dry_run"])
            return
        if path is None or not path.is_file():
            raise Refused(f"There is no file {path}." if path else "Say which file.")
        if options["currency"] and options["currency"] not in CURRENCIES:
            raise Refused(f"{options['currency']} is not a currency, written as EUR.")
        report = self._imported(
            options, _mapping(path, options["mapping"], options["sheet"])
        )
        self._tell(report)
        if report.is_clean and not report.is_dry_run:
            workspace = Workspace.objects.get(slug=options["workspace"])
            with tenancy.workspace(workspace, through="import"):
                analyze()
                run = ImportRun.objects.order_by("committed_at", "pk").last()
            if run is not None and (report.total(MADE) or report.total(CHANGED)):
                self.stdout.write(f"Within 30 days it can be undone: --undo {run.pk}")

    def _undo(self, slug: str, id: str, is_dry_run: bool) -> None:  # noqa: FBT001 -- told by the command line
        workspace = Workspace.objects.filter(slug=slug).first()
        if workspace is None:
            raise Refused(f"There is no workspace “{slug}”.")
        with _through_the_door(workspace):
            run = _run(id)
            if not may_undo(run, now=timezone.now()) or not lock(run.pk):
                raise Refused("This import can't be undone, or a worker is at it.")
            found = undo(
                run=run,
                by=None,
                now=timezone.now(),
                is_dry_run=is_dry_run,
                progress=lambda _rows: None,
            )
        self._tell_undo(found)
        if is_dry_run:
            self.stdout.write("A dry run: nothing was taken back.")

    def _tell_undo(self, found: Undo) -> None:
        for why, label, name in found.obstacles[:SHOWN]:
            self.stderr.write(f"{WAYS[why]}: {_word(label)} “{name}”")
        if not found.is_clean:
            raise Refused(
                f"{found.obstacle_count} rows stand in the way: nothing was taken back."
            )
        table = Table("rows", "gone", "back")
        for label in sorted(found.gone | found.back):
            table.add_row(
                _word(label), f"{found.gone[label]:,}", f"{found.back[label]:,}"
            )
        Console(file=self.stdout, width=72).print(table)  # type: ignore[arg-type]

    def _imported(self, options: dict[str, Any], mapping: Mapping | None) -> Report:
        now = timezone.now()
        try:
            with _workspace(options, mapping, now=now) as workspace:
                order = Order(
                    path=options["file"],
                    zone=ZoneInfo(workspace.time_zone),
                    now=now,
                    mapping=mapping,
                    currency=options["currency"],
                    is_dry_run=options["dry_run"],
                )
                return _kept(_watched(order, workspace))
        except NotKept as nothing:
            return nothing.report
        except ReadElsewhere as error:
            raise Refused(str(error)) from None

    def _tell(self, report: Report) -> None:
        self._tell_counts(report)
        for name in report.dropped:
            self.stdout.write(f"Dropped: the column “{name}”.")
        for note in report.notes:
            self.stdout.write(f"Note: {note}")
        for row in report.refused[:SHOWN]:
            self.stderr.write(f"line {row.line}: {row.sentence}")
        if report.refused_count > SHOWN:
            self.stderr.write(f"… and {report.refused_count - SHOWN} more.")
        if not report.is_clean:
            rows = "row is" if report.refused_count == 1 else "rows are"
            raise Refused(
                f"{report.refused_count} {rows} refused: nothing was imported."
            )
        if report.is_dry_run:
            self.stdout.write("A dry run: nothing was kept.")

    def _tell_counts(self, report: Report) -> None:
        is_kept = report.is_clean and not report.is_dry_run
        title = None if is_kept else "what it would be"
        table = Table("rows", "made", "changed", "unchanged", title=title)
        for column in table.columns[1:]:
            column.justify = "right"
        for kind, counter in report.counts.items():
            verdicts = (counter["made"], counter["changed"], counter["unchanged"])
            table.add_row(kind, *(f"{count:,}" for count in verdicts))
        if report.counts:
            Console(file=self.stdout, width=72).print(table)  # type: ignore[arg-type]


def _run(id: str) -> ImportRun:
    """:raises Refused: when there is no such import."""
    try:
        return ImportRun.objects.select_for_update().get(pk=UUID(id))
    except (ValueError, ImportRun.DoesNotExist):
        raise Refused(f"There is no import {id} here.") from None


def _word(label: str) -> str:
    return str(apps.get_model(label)._meta.verbose_name)


def _mapping(path: Path, name: str, sheet: str) -> Mapping | None:
    """The mapping asked for; a table without one is read as `plain`, all else as a bundle.

    :raises Refused: when there is no such mapping.
    """
    if not name and path.suffix.lower() not in TABLES:
        return None
    try:
        return replace(mapping_named(name or "plain"), sheet=sheet)
    except BadMapping as error:
        raise Refused(str(error)) from None


def _kept(report: Report) -> Report:
    """:raises NotKept: for a refused file and a dry run, which leave nothing behind."""
    if report.is_dry_run or not report.is_clean:
        raise NotKept(report)
    return report


@contextmanager
def _workspace(
    options: dict[str, Any], mapping: Mapping | None, *, now: datetime
) -> Iterator[Workspace]:
    """The workspace to import into.

    A new one, and a dry run, are one transaction from the first row to the last, so that
    nothing is left of them. Into one that is there, each chunk is staged by itself.
    """
    slug = options["workspace"]
    there = Workspace.objects.filter(slug=slug).first()
    if there is None and not options["create"]:
        raise Refused(f"There is no workspace “{slug}”. With --create it is made.")
    if there is not None and not options["dry_run"]:
        yield there
        return
    id = there.pk if there else uuid7()
    with tenancy.workspace(id, through="import"):
        currency = options["currency"] or (mapping.currency if mapping else "")
        yield there or _made(id, options, currency, now=now)


def _made(
    id: UUID, options: dict[str, Any], currency: str, *, now: datetime
) -> Workspace:
    """:raises Refused: when the slug or the administrator's address can't be used."""
    email, slug = options["admin"].strip().lower(), options["workspace"]
    if slugify(slug) != slug or len(slug) > 50 or slug in RESERVED:
        raise Refused(f"“{slug}” can't be the address of a workspace.")
    if email and not _is_email(email):
        raise Refused(f"{email} is not an e-mail address.")
    settings: dict[str, Any] = {"base_currency": currency} if currency else {}
    membership = create_workspace(
        id=id,
        name=slug.replace("-", " ").capitalize(),
        slug=slug,
        user=User.objects.filter(email=email).first() if email else None,
        email=email,
        now=now,
        **settings,
    )
    return membership.workspace


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def _watched(order: Order, workspace: Workspace) -> Report:
    def door() -> AbstractContextManager[None]:
        return _through_the_door(workspace)

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        read = bar.add_task("reading", total=order.path.stat().st_size)
        written = bar.add_task("writing", total=0)
        staged = 0

        def on_staged(rows: int) -> None:
            nonlocal staged
            staged += rows
            bar.update(written, total=staged)

        told = Told(
            read=lambda characters: bar.update(read, completed=characters),
            staged=on_staged,
            settled=lambda rows: bar.advance(written, rows),
        )
        return import_file(order, door=door, progress=told)


@contextmanager
def _through_the_door(workspace: Workspace) -> Iterator[None]:
    with tenancy.workspace(workspace, through="import"), connection.cursor() as cursor:
        # The role's own limits are for pages; an import is one long transaction.
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        yield
