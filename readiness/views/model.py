"""The phase model of the workspace: its numbers, its versions, and learning them."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.http.guards import member
from accounts.http.pages import render_page, see_other
from accounts.http.request import WorkspaceRequest
from accounts.models.base import StaleVersion
from readiness.actions.editing.codes import LacksLoggedSignals
from readiness.actions.learning import AlreadyLearning, ask_to_learn
from readiness.actions.versions import (
    NotADraft,
    NotRetired,
    activate_model,
    roll_back,
)
from readiness.models import LearningRun, ModelStatus, PhaseModel
from readiness.queries.catalogue import catalogue_of
from readiness.queries.learned import report_of
from readiness.queries.models import loaded
from readiness.queries.pack import pack_of
from readiness.queries.phase_rows import phase_rows
from readiness.views.drafts import revision_in

PAGE = "readiness/model.html"
VERSIONS_SHOWN = 50


@require_safe
@member("model.manage")
def model(request: WorkspaceRequest, slug: str) -> HttpResponse:
    return _page(request)


@require_safe
@member("model.manage")
def version(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    return _page(request, shown=get_object_or_404(PhaseModel, pk=id))


@require_POST
@member("model.manage")
def learn(request: WorkspaceRequest, slug: str) -> HttpResponse:
    try:
        ask_to_learn(by=request.membership, now=timezone.now())
    except AlreadyLearning as refusal:
        return _page(request, refusal=str(refusal), status=409)
    return see_other("readiness:model", slug=slug)


@require_POST
@member("model.manage")
def activate(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    row = get_object_or_404(PhaseModel, pk=id)
    return _put_in_force(
        request,
        lambda: activate_model(
            draft=row,
            revision=revision_in(request),
            by=request.membership,
            now=timezone.now(),
        ),
    )


@require_POST
@member("model.manage")
def back(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    row = get_object_or_404(PhaseModel, pk=id)
    return _put_in_force(
        request,
        lambda: roll_back(to=row, by=request.membership, now=timezone.now()),
    )


@require_safe
@member("model.manage")
def pack(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    """Download a version as JSON, in one order, a line for each value."""
    row = get_object_or_404(PhaseModel, pk=id)
    answer = JsonResponse(
        pack_of(row),
        json_dumps_params={"indent": 2, "ensure_ascii": False, "sort_keys": True},
    )
    name = "".join(c if c.isalnum() or c in "-." else "-" for c in row.version)
    answer["Content-Disposition"] = f'attachment; filename="phase-model-{name}.json"'
    return answer


def _put_in_force(
    request: WorkspaceRequest, act: Callable[[], PhaseModel]
) -> HttpResponse:
    try:
        row = act()
    except (NotADraft, NotRetired, StaleVersion, LacksLoggedSignals) as refusal:
        return _page(request, refusal=str(refusal), status=409)
    messages.success(
        request,
        _("%(version)s is active. The open deals are being computed again.")
        % {"version": row.version},
    )
    return see_other("readiness:model", slug=request.workspace.slug)


def _page(
    request: WorkspaceRequest,
    *,
    shown: PhaseModel | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    versions = list(PhaseModel.objects.order_by("-created_at", "-pk")[:VERSIONS_SHOWN])
    active = next((r for r in versions if r.status == ModelStatus.ACTIVE), None)
    row = shown or active or PhaseModel.objects.get(status=ModelStatus.ACTIVE)
    latest = LearningRun.objects.defer("state", "report").order_by("-asked_at", "-pk")
    run = latest.select_related("asked_by", "made").first()
    context: dict[str, Any] = {
        "shown": row,
        "versions": versions,
        "phases": phase_rows(row),
        "run": run,
        "refusal": refusal,
    }
    if run is not None and not run.is_at_work:
        context["report"] = report_of(run, catalogue=catalogue_of(loaded(row)))
    return render_page(request, PAGE, context, partial="learning", status=status)
