"""Acts that propose a signal: a date moves, a quote goes out, somebody leaves."""

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
from stakeholders.models import DecisionDate, Quote, Stakeholder


@require_http_methods(["GET", "HEAD", "POST"])
@member("deal.write")
def decision_date(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    get_object_or_404(Opportunity.objects.visible_to(request.membership), pk=id)
    return render_page(request, "coming.html", {})


@require_http_methods(["GET", "HEAD", "POST"])
@member("deal.write")
def quote(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    get_object_or_404(Opportunity.objects.visible_to(request.membership), pk=id)
    return render_page(request, "coming.html", {})


@require_http_methods(["GET", "HEAD", "POST"])
@member("deal.write")
def leave(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    get_object_or_404(
        Stakeholder,
        pk=id,
        opportunity__in=Opportunity.objects.visible_to(request.membership),
    )
    return render_page(request, "coming.html", {})


@require_POST
@member("deal.write")
def retract_decision_date(
    request: WorkspaceRequest, slug: str, id: UUID
) -> HttpResponse:
    get_object_or_404(
        DecisionDate,
        pk=id,
        opportunity__in=Opportunity.objects.visible_to(request.membership),
    )
    return render_page(request, "coming.html", {})


@require_POST
@member("deal.write")
def retract_quote(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    get_object_or_404(
        Quote, pk=id, opportunity__in=Opportunity.objects.visible_to(request.membership)
    )
    return render_page(request, "coming.html", {})
