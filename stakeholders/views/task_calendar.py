"""A month of tasks, day by day."""

from calendar import Calendar
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.http.guards import member
from accounts.http.pages import render_page
from accounts.http.request import WorkspaceRequest
from accounts.models import Membership
from accounts.permissions import permissions_of
from opportunities.models import Opportunity
from stakeholders.forms.tasks import MonthFilters
from stakeholders.models import Task

SHOWN = 500


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the weeks that a month touches, and what is due on it."""

    on: date
    is_of_month: bool
    tasks: list[Task]


@require_safe
@member("deal.see")
def task_calendar(request: WorkspaceRequest, slug: str) -> HttpResponse:
    now = timezone.now()
    day = request.workspace.today(now)
    owners = Membership.objects.of(request.workspace).order_by("name", "pk")
    filters = MonthFilters(request.GET, owners=owners)
    given = filters.cleaned_data if filters.is_valid() else {}
    month = given.get("month") or day.replace(day=1)
    weeks = Calendar().monthdatescalendar(month.year, month.month)
    rows = Task.objects.filter(
        opportunity__in=Opportunity.objects.visible_to(request.membership)
    )
    if not given.get("done"):
        rows = rows.filter(done_at__isnull=True)
    if given.get("owner"):
        rows = rows.filter(owner=given["owner"])
    if given.get("department"):
        rows = rows.filter(department__icontains=given["department"])
    found = list(
        rows.filter(due_on__range=(weeks[0][0], weeks[-1][-1]))
        .select_related("opportunity__company", "owner", "stakeholder__person")
        .order_by("due_on", "title", "pk")[: SHOWN + 1]
    )
    elsewhere = rows.aggregate(
        undated_count=Count("pk", filter=Q(due_on__isnull=True)),
        overdue_count=Count("pk", filter=Q(due_on__lt=day, done_at__isnull=True)),
    )
    context = {
        **elsewhere,
        "filters": filters,
        "month": month,
        "earlier": (month - timedelta(days=1)).replace(day=1),
        "later": (month + timedelta(days=31)).replace(day=1),
        "tasks": found[:SHOWN],
        "weeks": _laid_out(found[:SHOWN], weeks, month),
        "day": day,
        "now": now,
        "has_more": len(found) > SHOWN,
        "shown": SHOWN,
        "may_write": "deal.write" in permissions_of(request.membership),
        "back": request.get_full_path(),
    }
    return render_page(
        request, "stakeholders/task_calendar.html", context, partial="month"
    )


def _laid_out(
    tasks: Iterable[Task], weeks: list[list[date]], month: date
) -> list[list[Day]]:
    due = defaultdict[date | None, list[Task]](list)
    for task in tasks:
        due[task.due_on].append(task)
    return [
        [Day(on, on.month == month.month, due[on]) for on in week] for week in weeks
    ]
