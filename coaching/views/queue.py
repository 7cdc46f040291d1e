"""The coaching queue: whom to see, what to ask, and why first."""

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from accounts.http.guards import member
from accounts.http.pages import render_page
from accounts.http.request import WorkspaceRequest
from accounts.permissions import permissions_of
from coaching.forms.queue import QueueFilters
from coaching.queries.queue import prompts_for, queue_page
from coaching.queries.wording import Reader
from opportunities.models import Opportunity


@require_safe
@member("deal.see")
def queue(request: WorkspaceRequest, slug: str) -> HttpResponse:
    now = timezone.now()
    filters = QueueFilters(request.GET, membership=request.membership)
    reader = Reader(get_language() or "en", request.workspace, now)
    prompts = prompts_for(
        Opportunity.objects.visible_to(request.membership),
        day=request.workspace.today(now),
        owner=filters.owner,
        play=filters.play_code,
    )
    page = queue_page(
        prompts, reader=reader, now=now, cursor=request.GET.get("after", "")
    )
    context = {
        "filters": filters,
        "rows": page.rows,
        "next": f"?{filters.query(after=page.next)}" if page.next else "",
        "first": f"?{filters.query()}" if "after" in request.GET else "",
        "now": now,
        "back": request.get_full_path(),
        "may_write": "deal.write" in permissions_of(request.membership),
    }
    return render_page(request, "coaching/queue.html", context, partial="rows")
