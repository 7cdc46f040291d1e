"""From staged rows to facts: checked against each other, compared, written in one transaction."""

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.models import Membership, SearchToken, Workspace
from integrations.importing.job import Job
from integrations.importing.journal import Journal
from integrations.importing.likely import report_likely
from integrations.importing.merged import Merged
from integrations.importing.report import Report
from integrations.importing.steps.base import Step
from integrations.importing.steps.deals import (
    Companies,
    ExchangeRates,
    Opportunities,
    OutcomeEvents,
    SellerForecasts,
    StageChanges,
)
from integrations.importing.steps.facts import (
    Confirmations,
    DecisionDates,
    OutcomeReviews,
    Overrides,
    PurchaseFileItems,
    Quotes,
)
from integrations.importing.steps.interactions import Interactions
from integrations.importing.steps.people import (
    Influences,
    Persons,
    Roles,
    Seats,
    Stakeholders,
    Tasks,
)
from integrations.models import ImportRow, ImportRun, ImportStatus
from integrations.signals import import_finished
from opportunities.actions import request_recomputes
from opportunities.models import Opportunity

# What others stand on comes first.
STEPS: tuple[type[Step], ...] = (
    Seats,
    ExchangeRates,
    Companies,
    Persons,
    Opportunities,
    OutcomeEvents,
    StageChanges,
    SellerForecasts,
    Stakeholders,
    Roles,
    Influences,
    Interactions,
    DecisionDates,
    Quotes,
    PurchaseFileItems,
    Confirmations,
    Overrides,
    OutcomeReviews,
    Tasks,
)
CHUNK = 1_000
Progress = Callable[[int], None]  # is told how many rows were worked


class Undone(Exception):
    """Nothing of this is to be kept."""


def settle(
    *,
    run: ImportRun,
    report: Report,
    by: Membership | None,
    now: datetime,
    is_dry_run: bool,
    progress: Progress,
) -> Report:
    """Check all staged rows and write them, or nothing: one refusal refuses the file.

    A dry run does the very same and takes it back. Needs the workspace open.
    """
    report.source, report.is_dry_run = run.source, is_dry_run
    workspace = Workspace.objects.get(pk=run.workspace_id)
    try:
        with transaction.atomic():
            job = Job(workspace, run.source, report, by, now, Journal(run))
            _write(run, job, progress)
    except Undone:
        pass
    except IntegrityError as error:
        report.refuse(0, _clash(error))
    report.refused.sort()
    _close(run, report, now)
    return report


def _write(run: ImportRun, job: Job, progress: Progress) -> None:
    """:raises Undone: when nothing of it is to be kept."""
    _refuse_unread(run, job)
    merged = Merged(job)
    for step in (kind(job) for kind in STEPS):
        for chunk in _staged(run, step.kind):
            step.take(merged.follow(step.kind, chunk))
            progress(len(chunk))
        step.finish()
    if not job.report.is_clean:
        raise Undone
    merged.finish()
    report_likely(job)
    _conclude(run, job)
    # Foreign keys are looked at here, so that a dry run finds what a commit would.
    connection.check_constraints()
    if job.report.is_dry_run:
        raise Undone
    job.journal.seal()


def _clash(error: IntegrityError) -> str:
    broken = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "")
    return _(
        "The database refuses it (%(constraint)s): somebody else may have changed the"
        " same things meanwhile. Import it again."
    ) % {"constraint": broken}


def _refuse_unread(run: ImportRun, job: Job) -> None:
    """What could not be read is refused; its id is remembered, for those who refer to it."""
    unread = run.rows.exclude(error="").order_by("line", "pk")
    for row in unread.iterator(chunk_size=CHUNK):
        job.report.refuse(row.line, row.error)
        job.broken.add((row.kind, row.external_id))


def _staged(run: ImportRun, kind: str) -> Iterator[list[ImportRow]]:
    rows = run.rows.filter(kind=kind, error="").order_by("line", "pk")
    source = rows.iterator(chunk_size=CHUNK)
    while chunk := list(islice(source, CHUNK)):
        yield chunk


def _conclude(run: ImportRun, job: Job) -> None:
    """Ask for the recompute of every open deal this touched, and write down the import."""
    still_open = Opportunity.objects.still_open().filter(pk__in=job.touched)
    before = job.touched - job.fresh  # closed meanwhile: their outlook goes
    request_recomputes(
        workspace_id=job.workspace.pk,
        opportunity_ids=set(still_open.values_list("pk", flat=True)) | before,
        now=job.now,
    )
    if any(job.report.total(verdict) for verdict in ("made", "changed")):
        record(
            verb="import.committed",
            subject=run,
            by=job.by,
            at=job.now,
            after=job.report.as_json()["counts"],
        )


def _close(run: ImportRun, report: Report, now: datetime) -> None:
    """Keep the report; the staged rows stay only for a commit after a dry run."""
    run.report = report.as_json()
    if report.is_clean and report.is_dry_run:
        run.status = ImportStatus.CHECKED
    else:
        ImportRow.objects.filter(run=run).delete()
        run.status = ImportStatus.COMMITTED if report.is_clean else ImportStatus.REFUSED
        run.committed_at = now if report.is_clean else None
    run.save(update_fields=["report", "status", "committed_at"])
    if run.status != ImportStatus.CHECKED:
        import_finished.send(ImportRun, run=run, now=now)


def analyze() -> None:
    """Let PostgreSQL count the tables anew: an uncounted one made a list 18 times slower.

    A role that does not own the tables gets a warning and changes nothing.
    """
    models = [model for step in STEPS if (model := getattr(step, "model", None))]
    tables = {model._meta.db_table for model in [*models, SearchToken]}
    with connection.cursor() as cursor:
        for table in sorted(tables | _TABLES_BELOW):
            cursor.execute(f"ANALYZE {connection.ops.quote_name(table)}")


_TABLES_BELOW = {
    "readiness_signal",
    "readiness_selleraction",
    "readiness_selleractiontarget",
    "stakeholders_interaction",
    "stakeholders_participation",
    "stakeholders_outcomeevent",
}
