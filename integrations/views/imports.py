"""Files into facts, with a look at what they would do."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from accounts.http.bodies import TOO_LARGE
from accounts.http.guards import member
from accounts.http.pages import posted, render_page, see_other
from accounts.http.request import WorkspaceRequest
from accounts.http.sheets import sheet_response
from integrations.actions.imports import (
    MAY_BE_CHECKED,
    NotReady,
    ask_for_commit,
    ask_for_preview_of_undo,
    ask_for_undo,
    discard,
    may_undo,
)
from integrations.actions.uploads import keep_uploaded
from integrations.forms.imports import (
    HOLDS,
    UploadForm,
)
from integrations.importing.personal import is_personal
from integrations.importing.refusal import Unreadable
from integrations.importing.undoing import count_of
from integrations.importing.values import show
from integrations.models import OF_UNDO, WRITTEN, ImportRun, ImportStatus
from integrations.queries.likely import likely_in
from integrations.views.undoing import undo_shown
from stakeholders.queries.duplicates import REASONS

LIST, RUN = "integrations/imports.html", "integrations/import_run.html"
PAGE_SIZE = 50
STOP_POLLING = 286  # htmx takes the answer and asks no more
SHOWN_REFUSALS = 50
TONES = {
    ImportStatus.COMMITTED: "good",
    ImportStatus.CHECKED: "accent",
    ImportStatus.REFUSED: "bad",
    ImportStatus.FAILED: "bad",
}

KINDS = {
    "seat": gettext_lazy("seat"),
    "company": gettext_lazy("company"),
    "person": gettext_lazy("person"),
    "opportunity": gettext_lazy("opportunity"),
    "outcome_event": gettext_lazy("closing or reopening"),
    "stage_change": gettext_lazy("stage entered"),
    "seller_forecast": gettext_lazy("seller's forecast"),
    "stakeholder": gettext_lazy("stakeholder"),
    "role": gettext_lazy("role held"),
    "influence": gettext_lazy("influence"),
    "interaction": gettext_lazy("interaction"),
    "decision_date": gettext_lazy("decision date"),
    "quote": gettext_lazy("quote"),
    "purchase_file_item": gettext_lazy("item of the purchase file"),
    "confirmation": gettext_lazy("confirmation"),
    "override": gettext_lazy("override"),
    "outcome_review": gettext_lazy("review of the end"),
    "task": gettext_lazy("task"),
    "exchange_rate": gettext_lazy("exchange rate"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@member("import.run")
def imports(request: WorkspaceRequest, slug: str) -> HttpResponse:
    form = UploadForm(posted(request), request.FILES or None)
    if request.META.get(TOO_LARGE):
        form.errors.pop("file", None)  # it was chosen, and is not here
        form.add_error("file", _too_large())
    elif request.method == "POST" and form.is_valid():
        try:
            run = keep_uploaded(
                form.cleaned_data["file"],
                beside=form.cleaned_data["beside"],
                by=request.membership,
                now=timezone.now(),
            )
        except Unreadable as refusal:
            form.add_error("file", _with_line(refusal))
        else:
            return see_other("integrations:import-mapping", slug=slug, id=run.pk)
    page = _older_than(request.GET.get("before", ""))
    shown = page[:PAGE_SIZE]
    context = {
        "form": form,
        "runs": [(run, TONES.get(ImportStatus(run.status), "")) for run in shown],
        "next": f"?before={shown[-1].pk}" if len(page) > PAGE_SIZE else "",
        "first": request.path if request.GET.get("before") else "",
        "limit": filesizeformat(settings.IMPORT_MAX_BYTES),
    }
    return render_page(request, LIST, context, status=422 if form.errors else 200)


def _older_than(id: str) -> list[ImportRun]:
    """The newest imports, or those before one: ids are in the order of time."""
    runs = ImportRun.objects.select_related("started_by").order_by("-pk")
    with suppress(ValueError):
        runs = runs.filter(pk__lt=UUID(id)) if id else runs
    return list(runs.defer("report", "facts", "order", "undo")[: PAGE_SIZE + 1])


def _with_line(refusal: Unreadable) -> str:
    if refusal.line <= 1:
        return str(refusal)
    told = {"line": refusal.line, "sentence": refusal}
    return _("Line %(line)s: %(sentence)s") % told


def _too_large() -> str:
    limit = filesizeformat(settings.IMPORT_MAX_BYTES)
    return _("The files are too large: together they may have %(limit)s.") % {
        "limit": limit
    }


# --- one import ----------------------------------------------------------------------


@require_safe
@member("import.run")
def run(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    found: ImportRun = get_object_or_404(ImportRun, pk=id)
    is_over = request.htmx and not found.is_at_work
    return _page(request, found, status=STOP_POLLING if is_over else 200)


@require_POST
@member("import.run")
def commit(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    found: ImportRun = get_object_or_404(ImportRun, pk=id)
    try:
        ask_for_commit(run=found, by=request.membership, now=timezone.now())
    except NotReady as refusal:
        return _page(request, found, refusal=str(refusal), status=422)
    return see_other("integrations:import-run", slug=slug, id=id)


@require_POST
@member("import.run")
def throw_away(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    found: ImportRun = get_object_or_404(ImportRun, pk=id)
    try:
        discard(run=found, by=request.membership, now=timezone.now())
    except NotReady as refusal:
        return _page(request, found, refusal=str(refusal), status=422)
    said = _("The import of %(file)s is thrown away.") % {"file": show(found.source)}
    messages.success(request, said)
    return see_other("integrations:imports", slug=slug)


@require_POST
@member("import.run")
def preview_undo(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    found: ImportRun = get_object_or_404(ImportRun, pk=id)
    try:
        ask_for_preview_of_undo(run=found, by=request.membership, now=timezone.now())
    except NotReady as refusal:
        return _page(request, found, refusal=str(refusal), status=422)
    return see_other("integrations:import-run", slug=slug, id=id)


@require_POST
@member("import.run")
def undo(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    found: ImportRun = get_object_or_404(ImportRun, pk=id)
    try:
        ask_for_undo(run=found, by=request.membership, now=timezone.now())
    except NotReady as refusal:
        return _page(request, found, refusal=str(refusal), status=422)
    return see_other("integrations:import-run", slug=slug, id=id)


@require_safe
@member("import.run")
def refusals(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    """Every refusal that is kept in words, as a table for a spreadsheet."""
    found: ImportRun = get_object_or_404(ImportRun, pk=id)
    rows = [[str(line), sentence] for line, sentence in found.report.get("refused", [])]
    table = [[_("line"), _("why it is refused")], *rows]
    return sheet_response(table, name="refused.csv")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a worker is: of the file while it is read, of the rows from then on."""

    done: int
    total: int

    @property
    def percent(self) -> int:
        return min(100, 100 * self.done // self.total) if self.total else 0


def _progress(run: ImportRun) -> Progress:
    if run.status == ImportStatus.READING:
        return Progress(run.read_count, run.size)
    total = count_of(run) if run.status in OF_UNDO else run.row_count
    return Progress(run.settled_count, total)


def _page(
    request: WorkspaceRequest, run: ImportRun, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    report: dict[str, Any] = run.report
    told = run.order.get("mapping") or {}
    context = {
        "run": run,
        "tone": TONES.get(ImportStatus(run.status), ""),
        "progress": _progress(run) if run.is_at_work else None,
        "counts": [
            (_kind(kind), counts) for kind, counts in report.get("counts", {}).items()
        ],
        "refused": report.get("refused", [])[:SHOWN_REFUSALS],
        "refused_count": report.get("refused_count", 0),
        "kept_count": len(report.get("refused", [])),
        "likely": [
            (each, [REASONS[reason] for reason in each.reasons])
            for each in likely_in(run)
        ],
        "likely_count": report.get("likely_count", 0),
        "dropped": report.get("dropped", []),
        "left_out": [c for c in told.get("ignored", []) if not is_personal(c)],
        "holds": _holds(run, told),
        "notes": report.get("notes", []),
        "may_change": run.status in MAY_BE_CHECKED and run.file_name,
        "may_discard": run.status not in WRITTEN,
        "may_undo": may_undo(run, now=timezone.now()),
        "undo": undo_shown(run),
        "refusal": refusal,
    }
    return render_page(request, RUN, context, partial="work", status=status)


def _holds(run: ImportRun, told: dict[str, Any]) -> list[tuple[str, Any]]:
    """Which column was read as what, in the order of the file."""
    held_by = {column: held for held, column in told.get("columns", {}).items()}
    columns = [*held_by] if told.get("sheet") else run.facts.get("columns", [])
    columns = [column for column in columns if column in held_by]
    return [(column, HOLDS.get(held_by[column], held_by[column])) for column in columns]


def _kind(kind: str) -> str:
    return str(KINDS.get(kind) or kind.replace("_", " "))
