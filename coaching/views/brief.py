"""Before a meeting: choose who will be there, and print one page."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from accounts.http.guards import member
from accounts.http.pages import render_page
from accounts.http.request import WorkspaceRequest
from coaching.queries.brief import brief_of
from coaching.queries.wording import Reader
from forecasting.models import Outlook
from opportunities.models import Opportunity
from stakeholders.models import Stakeholder


@require_safe
@member("deal.see")
def brief(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    deal = get_object_or_404(
        Opportunity.objects.visible_to(request.membership).select_related("company"),
        pk=id,
    )
    now = timezone.now()
    here = list(
        Stakeholder.objects.active_on(request.workspace.today(now))
        .filter(opportunity=deal)
        .select_related("person", "opportunity")
        .order_by("person__name", "pk")
    )
    asked = set(request.GET.getlist("who"))
    chosen = [person for person in here if str(person.pk) in asked]
    reader = Reader(get_language() or "en", request.workspace, now)
    context = {
        "deal": deal,
        "people": [(person, str(person.pk) in asked) for person in here],
        "attendees": brief_of(chosen, reader=reader, now=now),
        "outlook": Outlook.objects.filter(opportunity=deal).first(),
        "now": now,
    }
    return render_page(request, "coaching/brief.html", context)
