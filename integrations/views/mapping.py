"""Which column of an uploaded table holds what."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from accounts.http.guards import member
from accounts.http.pages import posted, render_page, see_other
from accounts.http.request import WorkspaceRequest
from integrations.actions.imports import MAY_BE_CHECKED, NotReady, ask_for_check
from integrations.forms.imports import (
    MappingForm,
    PresetForm,
    best_preset,
    initial_from,
    initial_of,
)
from integrations.importing.besides import named
from integrations.importing.files import kept_beside
from integrations.importing.mappings import BadMapping, mapping_from, preset
from integrations.importing.personal import is_personal
from integrations.models import ImportRun, ImportStatus

MAPPING = "integrations/import_mapping.html"


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
    seen = _seen(request, run)
    form = None
    if run.is_table:
        initial = _initial(request, run, seen["columns"]) | {"sheet": seen["name"]}
        form = MappingForm(posted(request), columns=seen["columns"], initial=initial)
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
        "presets": _presets(run, form) if form else None,
        "columns": _columns(seen["rows"], form) if form else [],
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
    return name not in {"preset", "sheet"} and not name.startswith("column_")


def _seen(request: WorkspaceRequest, run: ImportRun) -> dict[str, Any]:
    """The sheet that is asked for, or was read before; else the file's only table."""
    told = run.order.get("mapping") or {}
    name = request.POST.get("sheet") or request.GET.get("sheet") or told.get("sheet")
    sheets: list[dict[str, Any]] = run.facts.get("sheets", [])
    first = {"name": "", "columns": [], "rows": []} | run.facts
    return next(
        (s for s in sheets if s["name"] == name), sheets[0] if sheets else first
    )


def _initial(request: WorkspaceRequest, run: ImportRun, columns: list[str]) -> Any:
    asked = PresetForm(request.GET, sheets=_sheets(run))
    if "preset" in request.GET and asked.is_valid():
        return initial_of(asked.cleaned_data["preset"], columns)
    if run.order.get("mapping"):
        return initial_from(run.order["mapping"], run.mapping, columns)
    return initial_of(best_preset(columns), columns)


def _sheets(run: ImportRun) -> list[str]:
    return [sheet["name"] for sheet in run.facts.get("sheets", [])]


def _presets(run: ImportRun, form: MappingForm) -> PresetForm:
    chosen = {"preset": form["preset"].value(), "sheet": form["sheet"].value()}
    return PresetForm(initial=chosen, sheets=_sheets(run), auto_id="id_start_%s")


def _columns(rows: list[list[str]], form: MappingForm) -> list[Column]:
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
    if not told:
        return []
    wanted = mapping_from(name, told).beside
    there = kept_beside(run) if wanted else set()
    return [each.file for each in wanted if not named(each, there)]


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
