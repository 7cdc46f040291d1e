"""Where our own people read otherwise than the model, and how that turned out."""

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.http.guards import member
from accounts.http.pages import render_page
from accounts.http.request import WorkspaceRequest
from coaching.engine.judging import FEWEST, FEWEST_DEALS, WITHIN_DAYS
from coaching.forms.readings import WhoseForm
from coaching.queries.otherwise import read_otherwise
from coaching.queries.skill import skill
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
        "fewest": FEWEST,
        "fewest_deals": FEWEST_DEALS,
        "within_days": int(WITHIN_DAYS),
    }
    return render_page(request, "coaching/readings.html", context)
