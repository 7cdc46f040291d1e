"""Next steps somebody promised."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from accounts.http.guards import member
from accounts.http.pages import render_page
from accounts.http.request import WorkspaceRequest


@require_safe
@member("deal.see")
def tasks(request: WorkspaceRequest, slug: str) -> HttpResponse:
    return render_page(request, "coming.html", {})
