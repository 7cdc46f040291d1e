"""Enter a company, or put it right."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import (
    require_http_methods,
)

from accounts.http.guards import member
from accounts.http.pages import render_page
from accounts.http.request import WorkspaceRequest
from opportunities.models import Company


@require_http_methods(["GET", "HEAD", "POST"])
@member("person.write")
def new(request: WorkspaceRequest, slug: str) -> HttpResponse:
    return render_page(request, "coming.html", {})


@require_http_methods(["GET", "HEAD", "POST"])
@member("person.write")
def edit(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    get_object_or_404(Company, pk=id)
    return render_page(request, "coming.html", {})
