"""Files into facts, with a look at what they would do."""

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
from integrations.models import ImportRun


@require_http_methods(["GET", "HEAD", "POST"])
@member("import.run")
def imports(request: WorkspaceRequest, slug: str) -> HttpResponse:
    return render_page(request, "coming.html", {})


@require_safe
@member("import.run")
def run(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    get_object_or_404(ImportRun, pk=id)
    return render_page(request, "coming.html", {})


@require_http_methods(["GET", "HEAD", "POST"])
@member("import.run")
def mapping(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    get_object_or_404(ImportRun, pk=id)
    return render_page(request, "coming.html", {})


@require_POST
@member("import.run")
def commit(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    get_object_or_404(ImportRun, pk=id)
    return render_page(request, "coming.html", {})


@require_POST
@member("import.run")
def discard(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    get_object_or_404(ImportRun, pk=id)
    return render_page(request, "coming.html", {})
