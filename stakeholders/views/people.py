"""Who they are at the customer, and their seats in deals."""

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
from stakeholders.models import Person, Stakeholder


@require_http_methods(["GET", "HEAD", "POST"])
@member("person.write")
def new(request: WorkspaceRequest, slug: str) -> HttpResponse:
    return render_page(request, "coming.html", {})


@require_http_methods(["GET", "HEAD", "POST"])
@member("person.write")
def edit(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    get_object_or_404(Person, pk=id)
    return render_page(request, "coming.html", {})


@require_http_methods(["GET", "HEAD", "POST"])
@member("deal.write")
def seat_new(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    get_object_or_404(Opportunity.objects.visible_to(request.membership), pk=id)
    return render_page(request, "coming.html", {})


@require_http_methods(["GET", "HEAD", "POST"])
@member("deal.write")
def seat_edit(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    get_object_or_404(
        Stakeholder,
        pk=id,
        opportunity__in=Opportunity.objects.visible_to(request.membership),
    )
    return render_page(request, "coming.html", {})
