"""People at the customer, and where each of them stands."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import (
    require_safe,
)

from accounts.http.guards import member
from accounts.http.pages import render_page
from accounts.http.request import WorkspaceRequest
from stakeholders.models import Person


@require_safe
@member("person.see")
def people(request: WorkspaceRequest, slug: str) -> HttpResponse:
    return render_page(request, "coming.html", {})


@require_safe
@member("person.see")
def person(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    get_object_or_404(Person, pk=id)
    return render_page(request, "coming.html", {})
