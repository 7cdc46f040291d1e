"""Companies, and the deals with them."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from accounts.http.guards import member
from accounts.http.pages import render_page
from accounts.http.request import WorkspaceRequest


@require_safe
@member("person.see")
def companies(request: WorkspaceRequest, slug: str) -> HttpResponse:
    return render_page(request, "coming.html", {})
