"""Open a deal, change it, hand it over, take it back."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import (
    require_http_methods,
)

from accounts.http.guards import member
from accounts.http.pages import render_page
from accounts.http.request import WorkspaceRequest
from opportunities.models import Opportunity


@require_http_methods(["GET", "HEAD", "POST"])
@member("deal.write")
def new(request: WorkspaceRequest, slug: str) -> HttpResponse:
    return render_page(request, "coming.html", {})


@require_http_methods(["GET", "HEAD", "POST"])
@member("deal.write")
def edit(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    get_object_or_404(Opportunity.objects.visible_to(request.membership), pk=id)
    return render_page(request, "coming.html", {})


@require_http_methods(["GET", "HEAD", "POST"])
@member("deal.write")
def hand_over(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    get_object_or_404(Opportunity.objects.visible_to(request.membership), pk=id)
    return render_page(request, "coming.html", {})


@require_http_methods(["GET", "HEAD", "POST"])
@member("deal.write")
def retract(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    get_object_or_404(Opportunity.objects.visible_to(request.membership), pk=id)
    return render_page(request, "coming.html", {})
