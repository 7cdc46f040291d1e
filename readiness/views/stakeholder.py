"""One person in one deal: where they stand, and why."""

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
from readiness.models import PhaseConfirmation, PhaseOverride
from stakeholders.models import Stakeholder


@require_safe
@member("deal.see")
def stakeholder(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    get_object_or_404(
        Stakeholder,
        pk=id,
        opportunity__in=Opportunity.objects.visible_to(request.membership),
    )
    return render_page(request, "coming.html", {})


@require_http_methods(["GET", "HEAD", "POST"])
@member("deal.write")
def override(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    get_object_or_404(
        Stakeholder,
        pk=id,
        opportunity__in=Opportunity.objects.visible_to(request.membership),
    )
    return render_page(request, "coming.html", {})


@require_http_methods(["GET", "HEAD", "POST"])
@member("deal.write")
def confirm(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    get_object_or_404(
        Stakeholder,
        pk=id,
        opportunity__in=Opportunity.objects.visible_to(request.membership),
    )
    return render_page(request, "coming.html", {})


@require_POST
@member("deal.write")
def end_override(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    get_object_or_404(
        PhaseOverride,
        pk=id,
        stakeholder__opportunity__in=Opportunity.objects.visible_to(request.membership),
    )
    return render_page(request, "coming.html", {})


@require_POST
@member("deal.write")
def retract_confirmation(
    request: WorkspaceRequest, slug: str, id: UUID
) -> HttpResponse:
    get_object_or_404(
        PhaseConfirmation,
        pk=id,
        stakeholder__opportunity__in=Opportunity.objects.visible_to(request.membership),
    )
    return render_page(request, "coming.html", {})
