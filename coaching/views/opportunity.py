"""A deal: its people, what limits it, what happened."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import (
    require_safe,
)

from accounts.http.guards import member
from accounts.http.pages import render_page
from accounts.http.request import WorkspaceRequest
from opportunities.models import Opportunity


@require_safe
@member("deal.see")
def opportunity(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    get_object_or_404(Opportunity.objects.visible_to(request.membership), pk=id)
    return render_page(request, "coming.html", {})


@require_safe
@member("deal.see")
def moved(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    get_object_or_404(Opportunity.objects.visible_to(request.membership), pk=id)
    return render_page(request, "coming.html", {})
