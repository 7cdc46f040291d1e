"""The list of deals: by chance, by amount, by what limits them. There is no stage."""

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.http.guards import member
from accounts.http.pages import render_page
from accounts.http.request import WorkspaceRequest
from accounts.models import Membership
from accounts.permissions import permissions_of
from forecasting.forms.lists import DealFilters
from forecasting.queries.lists import deal_page, deals_matching, totals_of
from opportunities.models import Opportunity
from opportunities.queries import waiting_for


@require_safe
@member("deal.see")
def opportunities(request: WorkspaceRequest, slug: str) -> HttpResponse:
    now = timezone.now()
    filters = DealFilters(
        request.GET,
        owners=Membership.objects.of(request.workspace).order_by("name", "pk"),
    )
    rows = deals_matching(
        Opportunity.objects.visible_to(request.membership),
        filters.given,
        status=filters.status_shown,
        now=now,
    )
    page = deal_page(rows, order=filters.order, cursor=request.GET.get("after", ""))
    context = {
        "filters": filters,
        "rows": [(deal, next(iter(deal.outlooks.all()), None)) for deal in page.rows],
        "totals": totals_of(rows),
        "now": now,
        "today": request.workspace.today(now),
        "waiting": waiting_for(workspace_id=request.workspace.pk, now=now),
        "next": f"?{filters.query(after=page.next)}" if page.next else "",
        "first": f"?{filters.query()}" if "after" in request.GET else "",
        "may_write": "deal.write" in permissions_of(request.membership),
    }
    return render_page(
        request, "forecasting/opportunities.html", context, partial="rows"
    )
