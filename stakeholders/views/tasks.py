"""Next steps somebody promised."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from accounts.http.guards import member
from accounts.http.pages import render_page
from accounts.http.request import WorkspaceRequest
from opportunities.models import Opportunity
from stakeholders.models import Task


@require_safe
@member("deal.see")
def tasks(request: WorkspaceRequest, slug: str) -> HttpResponse:
    return render_page(request, "coming.html", {})


@require_http_methods(["GET", "HEAD", "POST"])
@member("deal.write")
def new(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    get_object_or_404(Opportunity.objects.visible_to(request.membership), pk=id)
    return render_page(request, "coming.html", {})


@require_http_methods(["GET", "HEAD", "POST"])
@member("deal.write")
def edit(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    get_object_or_404(
        Task, pk=id, opportunity__in=Opportunity.objects.visible_to(request.membership)
    )
    return render_page(request, "coming.html", {})


@require_POST
@member("deal.write")
def done(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    get_object_or_404(
        Task, pk=id, opportunity__in=Opportunity.objects.visible_to(request.membership)
    )
    return render_page(request, "coming.html", {})


@require_POST
@member("deal.write")
def undo(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    get_object_or_404(
        Task, pk=id, opportunity__in=Opportunity.objects.visible_to(request.membership)
    )
    return render_page(request, "coming.html", {})
