"""Which symptoms the open deals show, and where."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from accounts.http.guards import member
from accounts.http.pages import render_page
from accounts.http.request import WorkspaceRequest
from coaching.queries.symptoms import scan as scan_deals
from opportunities.models import Opportunity


@require_safe
@member("deal.see")
def scan(request: WorkspaceRequest, slug: str) -> HttpResponse:
    seen = Opportunity.objects.visible_to(request.membership)
    return render_page(request, "coaching/scan.html", {"scan": scan_deals(seen)})
