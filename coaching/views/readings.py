"""Where our own people read otherwise than the model, and how that turned out."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.http.guards import member
from accounts.http.pages import render_page
from accounts.http.request import WorkspaceRequest
from accounts.models import Membership
from coaching.engine.judging import FEWEST, FEWEST_DEALS, WITHIN_DAYS
from coaching.engine.winning import Goes
from coaching.forms.readings import WhoseForm
from coaching.queries.otherwise import read_otherwise
from coaching.queries.skill import skill
from coaching.queries.winning import winning_for
from opportunities.models import Opportunity


@require_safe
@member("deal.see")
def readings(request: WorkspaceRequest, slug: str) -> HttpResponse:
    now = timezone.now()
    deals = Opportunity.objects.visible_to(request.membership)
    form = WhoseForm(request.GET, membership=request.membership)
    context = {
        "now": now,
        "rows": read_otherwise(deals, workspace=request.workspace, now=now),
        "form": form,
        "whose": form.whose,
        "is_own": form.whose == request.membership,
        "skill": skill(form.whose, deals=deals, workspace=request.workspace, now=now),
        "winning": winning_shown(request.membership),
        "fewest": FEWEST,
        "fewest_deals": FEWEST_DEALS,
        "within_days": int(WITHIN_DAYS),
    }
    return render_page(request, "coaching/readings.html", context)


def winning_shown(membership: Membership) -> dict[str, Any] | None:
    """Whether reading well goes with winning, in words; None for who may not see it."""
    kept = winning_for(membership)
    if kept is None:
        return None
    shown = {**kept.body, "computed_at": kept.computed_at}
    halves = shown["halves"]
    if halves is None:
        return shown
    verdicts = {
        Goes.TOGETHER: _("The half that reads closer won more often."),
        Goes.APART: _("The half that reads closer won less often."),
        Goes.UNDECIDED: _("The two halves cannot be told apart."),
    }
    difference = halves["difference"]
    return shown | {
        "verdict": verdicts[Goes(halves["verdict"])],
        "closer": halves["closer_won"] / halves["closer_deals"],
        "other": halves["other_won"] / halves["other_deals"],
        "points": {name: 100 * each for name, each in difference.items()},
    }
