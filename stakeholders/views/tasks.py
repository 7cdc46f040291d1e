"""What was promised: by whom, for whom, until when."""

from itertools import groupby
from uuid import UUID

from django.contrib import messages
from django.db.models import F, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from accounts.http.form_pages import FormPage, way_back
from accounts.http.guards import member
from accounts.http.pages import posted, render_page, see_other
from accounts.http.request import WorkspaceRequest
from accounts.models import Membership
from accounts.models.base import StaleVersion
from accounts.permissions import permissions_of
from opportunities.models import Opportunity
from stakeholders.actions.acts import (
    AlreadyDone,
    NotInThisDeal,
    change_task,
    create_task,
    finish_task,
    undo_task,
)
from stakeholders.forms.tasks import ChangeTaskForm, TaskFilters, TaskForm
from stakeholders.models import Task
from stakeholders.queries.deals import active_in

SHOWN = 200


@require_safe
@member("deal.see")
def tasks(request: WorkspaceRequest, slug: str) -> HttpResponse:
    day = request.workspace.today(timezone.now())
    filters = TaskFilters(request.GET, owners=_owners(request))
    given = filters.cleaned_data if filters.is_valid() else {}
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
        rows.select_related(
            "opportunity__company", "owner", "stakeholder__person"
        ).order_by(F("due_on").asc(nulls_last=True), "title", "pk")[:SHOWN]
    )
    context = {
        "filters": filters,
        "groups": [
            (due_on, list(some)) for due_on, some in groupby(found, lambda t: t.due_on)
        ],
        "day": day,
        "may_write": "deal.write" in permissions_of(request.membership),
        "is_filtered": bool(request.GET),
        "back": request.get_full_path(),
    }
    return render_page(request, "stakeholders/tasks.html", context, partial="rows")


@require_http_methods(["GET", "HEAD", "POST"])
@member("deal.write")
def new(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    deal = get_object_or_404(Opportunity.objects.visible_to(request.membership), pk=id)
    now = timezone.now()
    form = TaskForm(
        posted(request),
        people=active_in(deal.pk, day=request.workspace.today(now)),
        owners=_owners(request),
        initial={"owner": str(request.membership.pk)},
    )
    if form.is_valid():
        try:
            create_task(opportunity=deal, by=request.membership, now=now, **form.values)
        except NotInThisDeal as refusal:
            form.add_error("stakeholder", str(refusal))
        else:
            messages.success(request, _("The task is noted."))
            return see_other("coaching:opportunity", slug=slug, id=deal.pk)
    page = FormPage(
        title=_("New task"),
        back=reverse("coaching:opportunity", args=[slug, deal.pk]),
        back_text=str(deal),
    )
    return page.answer(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
@member("deal.write")
def edit(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    task, now = _task(request, id), timezone.now()
    back = way_back(
        request, reverse("coaching:opportunity", args=[slug, task.opportunity_id])
    )
    form = ChangeTaskForm(
        posted(request),
        people=active_in(task.opportunity_id, day=request.workspace.today(now)),
        owners=_owners(request),
        initial=ChangeTaskForm.initial_of(task),
    )
    if form.is_valid():
        try:
            change_task(
                task=task,
                values=form.values,
                version=form.cleaned_data["version"],
                by=request.membership,
                now=now,
            )
        except (NotInThisDeal, StaleVersion) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The task is saved."))
            return see_other(back)
    page = FormPage(
        title=_("Edit the task"), back=back, back_text=str(task.opportunity)
    )
    return page.answer(request, form)


@require_POST
@member("deal.write")
def done(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    task = _task(request, id)
    try:
        finish_task(task=task, by=request.membership, now=timezone.now())
    except AlreadyDone as refusal:
        messages.warning(request, str(refusal))
    return see_other(way_back(request, reverse("stakeholders:tasks", args=[slug])))


@require_POST
@member("deal.write")
def undo(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    undo_task(task=_task(request, id), by=request.membership, now=timezone.now())
    return see_other(way_back(request, reverse("stakeholders:tasks", args=[slug])))


def _task(request: WorkspaceRequest, pk: UUID) -> Task:
    return get_object_or_404(
        Task.objects.select_related("opportunity"),
        pk=pk,
        opportunity__in=Opportunity.objects.visible_to(request.membership),
    )


def _owners(request: WorkspaceRequest) -> QuerySet[Membership]:
    return Membership.objects.of(request.workspace).order_by("name", "pk")
