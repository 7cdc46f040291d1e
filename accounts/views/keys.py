"""API keys: made, shown once, revoked."""

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
from accounts.models import ApiKey


@require_http_methods(["GET", "HEAD", "POST"])
@member("key.manage")
def keys(request: WorkspaceRequest, slug: str) -> HttpResponse:
    return render_page(request, "coming.html", {})


@require_POST
@member("key.manage")
def revoke(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    get_object_or_404(ApiKey, pk=id, workspace=request.workspace)
    return render_page(request, "coming.html", {})
