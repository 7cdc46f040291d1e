"""What science supports, and what it does not."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from accounts.http.guards import member
from accounts.http.pages import render_page
from accounts.http.request import WorkspaceRequest
from readiness.queries.claims import claims


@require_safe
@member("deal.see")
def evidence(request: WorkspaceRequest, slug: str) -> HttpResponse:
    return render_page(request, "readiness/evidence.html", {"claims": claims()})
