"""Files into facts, with a look at what they would do."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from accounts.http.guards import member
from accounts.http.pages import posted, render_page, see_other
from accounts.http.request import WorkspaceRequest
from accounts.http.sheets import sheet_response
from integrations.actions.imports import (
    MAY_BE_CHECKED,
    NotReady,
    ask_for_check,
    ask_for_commit,
    discard,
    keep_file,
)
from integrations.forms.imports import (
    HOLDS,
    MappingForm,
    PresetForm,
    UploadForm,
    best_preset,
    initial_from,
    initial_of,
)
from integrations.importing.files import folder, kept_beside
from integrations.importing.kinds import look_at
from integrations.importing.mappings import BadMapping, preset
from integrations.importing.personal import is_personal
from integrations.importing.refusal import Unreadable
from integrations.importing.uploads import TOO_LARGE
from integrations.importing.values import show
from integrations.models import FileKind, ImportRun, ImportStatus
from integrations.queries.likely import likely_in
from stakeholders.queries.duplicates import REASONS

LIST, MAPPING, RUN = (
    "integrations/imports.html",
    "integrations/import_mapping.html",
    "integrations/import_run.html",
)
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
            run = _kept(request, form)
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
    return list(runs.defer("report", "facts", "order")[: PAGE_SIZE + 1])


def _kept(request: WorkspaceRequest, form: UploadForm) -> ImportRun:
    """:raises Unreadable: when one of the files is nothing that is read."""
    uploaded, besides = form.cleaned_data["file"], form.cleaned_data["beside"]
    with _on_disk(uploaded, *besides) as paths:
        name = _name_of(uploaded)
        seen = look_at(paths[0], name)
        return keep_file(
            path=paths[0],
            name=name,
            seen=seen,
            beside={
                _name_of(each): path
                for each, path in zip(besides, paths[1:], strict=True)
            },
            by=request.membership,
            now=timezone.now(),
        )


@contextmanager
def _on_disk(*uploaded: "UploadedFile[Any]") -> Iterator[list[Path]]:
    """Uploaded files under names of ours, for as long as they are looked at."""
    with folder() as where:
        paths = [where / str(number) for number, _file in enumerate(uploaded)]
        for file, path in zip(uploaded, paths, strict=True):
            with path.open("wb") as target:
                target.writelines(file.chunks())
        yield paths


def _name_of(file: "UploadedFile[Any]") -> str:
    """The file's name, as text that can be kept and shown."""
    name = "".join(c for c in (file.name or "") if c.isprintable())
    return name.encode(errors="replace").decode()[:120] or "file"


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


# --- columns -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the file: what it may hold, and what stands in it."""

    name: str
    field: Any  # none: it is dropped
    cells: list[str]


@require_http_methods(["GET", "HEAD", "POST"])
@member("import.run")
def mapping(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    run: ImportRun = get_object_or_404(ImportRun, pk=id)
    columns: list[str] = run.facts.get("columns", [])
    form = None
    if run.kind == FileKind.TABLE:
        initial = _initial(request, run, columns)
        form = MappingForm(posted(request), columns=columns, initial=initial)
    refusal, status = "", 200
    if request.method == "POST":
        status = 422
        if form is None or form.is_valid():
            try:
                _ask(request, run, form)
            except (NotReady, BadMapping) as error:
                refusal = str(error)
            else:
                return see_other("integrations:import-run", slug=slug, id=id)
    if run.status not in MAY_BE_CHECKED and not refusal:
        return see_other("integrations:import-run", slug=slug, id=id)
    context = {
        "run": run,
        "form": form,
        "presets": _presets(form) if form else None,
        "columns": _columns(run, form) if form else [],
        "settings": [form[name] for name in form.fields if _is_setting(name)]
        if form
        else [],
        "missing": _missing(run, form) if form else [],
        "lines": [row[0] for row in run.facts.get("rows", []) if row]
        if not form
        else [],
        "earlier": ImportRun.objects.filter(
            digest=run.digest, status=ImportStatus.COMMITTED
        )
        .order_by("committed_at")
        .last(),
        "refusal": refusal,
    }
    return render_page(request, MAPPING, context, status=status)


def _is_setting(name: str) -> bool:
    return name != "preset" and not name.startswith("column_")


def _initial(request: WorkspaceRequest, run: ImportRun, columns: list[str]) -> Any:
    asked = PresetForm(request.GET)
    if "preset" in request.GET and asked.is_valid():
        return initial_of(asked.cleaned_data["preset"], columns)
    if run.order.get("mapping"):
        return initial_from(run.order["mapping"], run.mapping, columns)
    return initial_of(best_preset(columns), columns)


def _presets(form: MappingForm) -> PresetForm:
    chosen = form["preset"].value()
    return PresetForm(initial={"preset": chosen}, auto_id="id_start_%s")


def _columns(run: ImportRun, form: MappingForm) -> list[Column]:
    rows = run.facts.get("rows", [])
    return [
        Column(
            name=column,
            field=form[f"column_{number}"]
            if f"column_{number}" in form.fields
            else None,
            cells=[] if is_personal(column) else [row[number] for row in rows[:3]],
        )
        for number, column in enumerate(form.columns)
    ]


def _missing(run: ImportRun, form: MappingForm) -> list[str]:
    """Files the chosen mapping reads that were not given."""
    name = form["preset"].value()
    told = preset(name) if name in dict(form.fields["preset"].choices) else {}  # type: ignore[attr-defined]
    wanted = [
        told[word]["file"]
        for word in ("companies", "teams", "products")
        if word in told
    ]
    if not wanted:
        return []
    there = kept_beside(run)
    return [file for file in wanted if file.lower() not in there]


def _ask(request: WorkspaceRequest, run: ImportRun, form: MappingForm | None) -> None:
    """:raises NotReady, BadMapping: when it can't be checked now, or not like this."""
    ask_for_check(
        run=run,
        mapping=form.mapping() if form else None,
        name=form.cleaned_data["preset"] if form else "",
        language=get_language() or "en",
        by=request.membership,
        now=timezone.now(),
    )


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
    return Progress(run.settled_count, run.row_count)


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
        "may_discard": run.status != ImportStatus.COMMITTED,
        "refusal": refusal,
    }
    return render_page(request, RUN, context, partial="work", status=status)


def _holds(run: ImportRun, told: dict[str, Any]) -> list[tuple[str, Any]]:
    """Which column was read as what, in the order of the file."""
    held_by = {column: held for held, column in told.get("columns", {}).items()}
    columns = [column for column in run.facts.get("columns", []) if column in held_by]
    return [(column, HOLDS.get(held_by[column], held_by[column])) for column in columns]


def _kind(kind: str) -> str:
    return str(KINDS.get(kind) or kind.replace("_", " "))
