"""What teams can learn: how our steps were timed, and what followed advice."""

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.http.guards import member
from accounts.http.pages import render_page
from accounts.http.request import WorkspaceRequest
from coaching.queries.effect import FEWEST as FEWEST_PEOPLE
from coaching.queries.effect import WINDOW, moved_after
from coaching.queries.timed import FEWEST as FEWEST_STEPS
from coaching.queries.timed import timed_by_team
from opportunities.models import Opportunity
from readiness.queries.models import active_model


@require_safe
@member("deal.see")
def team(request: WorkspaceRequest, slug: str) -> HttpResponse:
    now = timezone.now()
    seen = Opportunity.objects.visible_to(request.membership)
    model = active_model()
    context = {
        "timed": timed_by_team(seen, model=model, workspace=request.workspace, now=now),
        "moved": moved_after(seen, model=model, now=now),
        "window": WINDOW.days,
        "fewest_people": FEWEST_PEOPLE,
        "fewest_steps": FEWEST_STEPS,
    }
    return render_page(request, "coaching/team.html", context)
