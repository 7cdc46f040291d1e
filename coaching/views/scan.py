"""Which symptoms the open deals show, and where."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from accounts.http.guards import member
from accounts.http.pages import render_page
from accounts.http.request import WorkspaceRequest
from accounts.permissions import permissions_of
from coaching.models import SymptomThresholds
from coaching.queries.symptoms import scan as scan_deals
from opportunities.models import Opportunity


@require_safe
@member("deal.see")
def scan(request: WorkspaceRequest, slug: str) -> HttpResponse:
    seen = Opportunity.objects.visible_to(request.membership)
    context = {
        "scan": scan_deals(seen),
        "own": SymptomThresholds.objects.exclude(own={}).exists(),
        "may_set": "model.manage" in permissions_of(request.membership),
    }
    return render_page(request, "coaching/scan.html", context)
