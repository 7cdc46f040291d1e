"""What a version of the phase model would change, before it is activated."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.http.guards import member
from accounts.http.pages import render_page
from accounts.http.request import WorkspaceRequest
from accounts.models import in_words
from forecasting.queries.preview import DEALS_AT_MOST, preview
from readiness.actions.editing.codes import lacking_words
from readiness.models import PhaseModel
from readiness.queries.catalogue import catalogue_of
from readiness.queries.models import active_model, loaded

MOVERS_SHOWN, DEALS_SHOWN = 100, 20


@require_safe
@member("model.manage")
def model_preview(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    row = get_object_or_404(PhaseModel, pk=id)
    if lacking := lacking_words(row):
        context = {"draft": row, "lacking": lacking}
        return render_page(request, "forecasting/model_preview.html", context)
    old, new = active_model(), loaded(row)
    told = preview(old=old, new=new, workspace=request.workspace, now=timezone.now())
    names: dict[str, str] = {}
    catalogue = catalogue_of(old)
    for anchor, texts in zip(catalogue.anchors, catalogue.phases, strict=True):
        names.setdefault(anchor, in_words(texts, "name"))
    context = {
        "draft": row,
        "active": old,
        "preview": told,
        "at_most": DEALS_AT_MOST,
        "deals": told.changed[:DEALS_SHOWN],
        "movers": [
            (
                each,
                names.get(each.before, each.before),
                names.get(each.after, each.after),
            )
            for each in told.movers[:MOVERS_SHOWN]
        ],
    }
    return render_page(request, "forecasting/model_preview.html", context)
