"""A page the buyer can take along: chosen by the rep, printed, and free of what is ours."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from accounts.http.guards import member
from accounts.http.pages import render_page
from accounts.http.request import WorkspaceRequest
from opportunities.models import Opportunity
from stakeholders.forms.material import MaterialForm
from stakeholders.queries.material import (
    Part,
    decision_on,
    material_in,
    open_tasks,
)


@require_safe
@member("deal.see")
def material(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    deals = Opportunity.objects.visible_to(request.membership)
    deal = get_object_or_404(deals.select_related("company"), pk=id)
    tasks, decision = open_tasks(deal), decision_on(deal)
    form = MaterialForm(
        request.GET or None,
        tasks=tasks,
        has_decision=decision is not None,
        initial={
            "title": str(deal.company or ""),
            "language": (get_language() or "en")[:2],
            "parts": [Part.CHECKLIST, Part.BUSINESS_CASE, Part.QUESTIONS],
        },
    )
    context = {
        "deal": deal,
        "form": form,
        "contact": request.membership,
        "today": request.workspace.today(timezone.now()),
    }
    if form.is_valid():
        given = form.cleaned_data
        context |= {
            "title": given["title"],
            "language": given["language"],
            "material": material_in(
                given["language"],
                parts=given["parts"],
                tasks=tasks,
                chosen={UUID(pk) for pk in given.get("tasks", [])},
                decision=decision if given.get("decision") else None,
            ),
        }
    status = 422 if form.errors else 200
    return render_page(request, "stakeholders/material.html", context, status=status)
