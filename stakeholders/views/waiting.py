"""Whose time it was in one deal, stretch by stretch."""

from datetime import date
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.http.guards import member
from accounts.http.pages import render_page
from accounts.http.request import WorkspaceRequest
from opportunities.models import Opportunity
from stakeholders.engine.waiting import Turn
from stakeholders.queries.waiting import waited_in

NAMES = {
    Turn.US: _("waiting on us"),
    Turn.THEM: _("waiting on the buyer"),
    Turn.AGREED: _("agreed time"),
    Turn.OPEN: _("nothing agreed"),
}
WHY = {
    Turn.US: _("They spoke last, or a step of ours is late."),
    Turn.THEM: _("We spoke last."),
    Turn.AGREED: _("A step with a day lay ahead."),
    Turn.OPEN: _("No step with a day followed the last talk, or there was none."),
}


@require_safe
@member("deal.see")
def waiting(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    deals = Opportunity.objects.visible_to(request.membership)
    deal = get_object_or_404(deals.select_related("company"), pk=id)
    today = request.workspace.today(timezone.now())
    waited = waited_in([deal], today=today, zone=request.workspace.zone)[deal.pk]
    context = {
        "deal": deal,
        "waited": waited,
        "sums": [
            (NAMES[turn], days, 100 * days / waited.total if waited.total else 0)
            for turn, days in waited.days.items()
        ],
        "stretches": [
            (
                date.fromordinal(each.first),
                date.fromordinal(each.until - 1),
                each.days,
                NAMES[each.turn],
                WHY[each.turn],
            )
            for each in reversed(waited.stretches)
        ],
    }
    return render_page(request, "stakeholders/waiting.html", context)
