"""The forecast of a period: a range, a fan, a roll-up, and the deals behind them."""

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.http.guards import member
from accounts.http.pages import render_page
from accounts.http.request import WorkspaceRequest
from accounts.permissions import permissions_of
from forecasting.models import Outlook
from forecasting.queries.periods import next_period, period_of
from forecasting.queries.rollup import deals_by_influence, rollup
from opportunities.models import Opportunity, Outcome
from opportunities.queries import waiting_for

NEXT = "next"


@require_safe
@member("forecast.see")
def forecast(request: WorkspaceRequest, slug: str) -> HttpResponse:
    now = timezone.now()
    this = period_of(request.workspace.today(now), workspace=request.workspace)
    is_next = request.GET.get("period") == NEXT
    span = next_period(this, workspace=request.workspace) if is_next else this
    roll = rollup(span, workspace=request.workspace, by=request.membership)
    chosen = roll.chosen(request.GET.get("of", ""))
    deals = Opportunity.objects.visible_to(request.membership)
    outlooks = Outlook.objects.filter(
        opportunity__in=deals, opportunity__outcome=Outcome.OPEN
    )
    if chosen is not None and chosen.owners is not None:
        outlooks = outlooks.filter(opportunity__owner__in=chosen.owners)
        deals = deals.filter(owner__in=chosen.owners)
    won = deals.filter(
        outcome=Outcome.WON, closed_on__range=(span.starts_on, span.ends_on)
    )
    context = {
        "span": span,
        "is_next": is_next,
        "rows": roll.rows,
        "chosen": chosen,
        "deals": deals_by_influence(outlooks, is_next=is_next),
        "won": won.select_related("company", "owner").order_by("-closed_on", "pk")[:50],
        "waiting": waiting_for(workspace_id=request.workspace.pk, now=now),
        "may_set": "money.manage" in permissions_of(request.membership),
    }
    return render_page(request, "forecasting/forecast.html", context)
