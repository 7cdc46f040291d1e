"""The log of conversations."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
)

from accounts.http.guards import member
from accounts.http.pages import render_page
from accounts.http.request import WorkspaceRequest
from opportunities.models import Opportunity
from readiness.models import Signal
from stakeholders.models import Interaction


@require_http_methods(["GET", "HEAD", "POST"])
@member("deal.write")
def anywhere(request: WorkspaceRequest, slug: str) -> HttpResponse:
    return render_page(request, "coming.html", {})


@require_http_methods(["GET", "HEAD", "POST"])
@member("deal.write")
def log(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    get_object_or_404(Opportunity.objects.visible_to(request.membership), pk=id)
    return render_page(request, "coming.html", {})


@require_POST
@member("deal.write")
def draft(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    get_object_or_404(Opportunity.objects.visible_to(request.membership), pk=id)
    return render_page(request, "coming.html", {})


@require_POST
@member("deal.write")
def discard(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    get_object_or_404(Opportunity.objects.visible_to(request.membership), pk=id)
    return render_page(request, "coming.html", {})


@require_http_methods(["GET", "HEAD", "POST"])
@member("deal.write")
def edit(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    get_object_or_404(
        Interaction,
        pk=id,
        opportunity__in=Opportunity.objects.visible_to(request.membership),
    )
    return render_page(request, "coming.html", {})


@require_POST
@member("deal.write")
def retract_interaction(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    get_object_or_404(
        Interaction,
        pk=id,
        opportunity__in=Opportunity.objects.visible_to(request.membership),
    )
    return render_page(request, "coming.html", {})


@require_POST
@member("deal.write")
def retract_signal(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    get_object_or_404(
        Signal,
        pk=id,
        interaction__opportunity__in=Opportunity.objects.visible_to(request.membership),
    )
    return render_page(request, "coming.html", {})
