"""Ask for a file of what is here, take it, and let it go after a day."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.models import Membership
from integrations.models import Contents, ExportRun, ExportStatus, Format
from integrations.signals import export_asked
from opportunities.models import ScheduleSlot
from opportunities.models.schedule import export_slot

AT_ONCE = 3


class TooManyExports(Exception):
    """Others are being made."""


class ExportNotReady(Exception):
    """There is no file: not yet, or no more."""


@transaction.atomic
def ask_for_export(
    *,
    contents: str,
    format: str,
    is_raw: bool,
    by: Membership,
    now: datetime,
) -> ExportRun:
    """Have a worker make a file. A bundle is JSON Lines, to the letter, whatever is asked.

    :raises TooManyExports: while several are being made.
    """
    waiting = ExportRun.objects.filter(status=ExportStatus.WAITING).count()
    if waiting >= AT_ONCE:
        raise TooManyExports(
            _("Several exports are being made. Wait until one of them is ready.")
        )
    if contents == Contents.BUNDLE:
        format, is_raw = Format.JSONL, True
    run = ExportRun.objects.create(
        contents=contents, format=format, is_raw=is_raw, asked_at=now, asked_by=by
    )
    record(
        verb="export.asked",
        subject=run,
        by=by,
        at=now,
        after={"contents": contents, "format": format, "raw": is_raw},
    )
    slot = export_slot(workspace_id=run.workspace_id, run_id=run.pk, due_at=now)
    ScheduleSlot.objects.ask(slot)
    export_asked.send(ExportRun, workspace_id=run.workspace_id, run_id=run.pk)
    return run


@transaction.atomic
def take_export(*, run: ExportRun, by: Membership, now: datetime) -> bytes:
    """The file, for somebody who is written down as having it.

    :raises ExportNotReady: before it is made, and after a day.
    """
    if run.status != ExportStatus.READY or run.ends_at <= now:
        raise ExportNotReady(
            _("There is no file: it is not made yet, or its day is over.")
        )
    pieces = run.chunks.order_by("number").values_list("data", flat=True)
    record(verb="export.downloaded", subject=run, by=by, at=now)
    return b"".join(bytes(piece) for piece in pieces)


def forget_exports(*, now: datetime) -> None:
    """Let go of what was made more than a day ago."""
    kept = ExportRun.objects.kept_at(now).values("pk")
    ExportRun.objects.exclude(pk__in=kept).delete()
