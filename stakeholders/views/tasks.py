"""What was promised: by whom, for whom, until when."""

from collections.abc import Callable
from datetime import date
from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import NullIf
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from accounts.http.form_pages import FormPage, retype, shut, way_back
from accounts.http.guards import member
from accounts.http.pages import posted, render_page, see_other
from accounts.http.request import WorkspaceRequest
from accounts.models import Membership, start_of
from accounts.models.base import StaleVersion
from accounts.permissions import permissions_of
from opportunities.models import Opportunity
from stakeholders.actions.acts import (
    AlreadyDone,
    NotInThisDeal,
    UnknownStep,
    change_task,
    create_task,
    finish_task,
    undo_task,
)
from stakeholders.actions.outcomes import AlreadyClosed, refuse_closed
from stakeholders.forms.tasks import ChangeTaskForm, TaskFilters, TaskForm
from stakeholders.models import Stakeholder, Task
from stakeholders.queries.deals import active_in, closed_words
from stakeholders.queries.steps import choosable_steps, plannable_steps

SHOWN = 200
# What advice proposes: the page that links here may name it.
PROPOSED = ("title", "stakeholder", "action")
REFUSED_AT: dict[type[Exception], str] = {
    NotInThisDeal: "stakeholder",
    UnknownStep: "action",
}


@require_safe
@member("deal.see")
def tasks(request: WorkspaceRequest, slug: str) -> HttpResponse:
    now = timezone.now()
    day = request.workspace.today(now)
    filters = TaskFilters(request.GET, owners=_owners(request))
    given = filters.cleaned_data if filters.is_valid() else {}
    rows = Task.objects.filter(
        opportunity__in=Opportunity.objects.visible_to(request.membership)
    )
    if not given.get("done"):
        # Those done today stay in sight, to be undone.
        today = start_of(day, request.workspace.zone)
        rows = rows.filter(Q(done_at__isnull=True) | Q(done_at__gte=today))
    if given.get("owner"):
        rows = rows.filter(owner=given["owner"])
    if given.get("department"):
        rows = rows.filter(department__icontains=given["department"])
    by = given.get("by") or TaskFilters.DUE
    found = list(
        rows.select_related(
            "opportunity__company", "owner", "stakeholder__person"
        ).order_by(*ORDERS[by], F("due_on").asc(nulls_last=True), "title", "pk")[
            : SHOWN + 1
        ]
    )
    context = {
        "filters": filters,
        "tasks": found[:SHOWN],
        "groups": _together(found[:SHOWN], by),
        "has_more": len(found) > SHOWN,
        "shown": SHOWN,
        "by_due": by == TaskFilters.DUE,
        "nothing": NOTHING[by],
        "day": day,
        "now": now,
        "may_write": "deal.write" in permissions_of(request.membership),
        "is_filtered": any(given.get(name) for name in ("owner", "department")),
        "back": request.get_full_path(),
    }
    return render_page(request, "stakeholders/tasks.html", context, partial="rows")


# Above those that share nothing.
NOTHING = {
    TaskFilters.DUE: gettext_lazy("no date"),
    TaskFilters.OWNER: gettext_lazy("nobody yet"),
    TaskFilters.PERSON: gettext_lazy("nobody in particular"),
    TaskFilters.DEPARTMENT: gettext_lazy("no department"),
}

ORDERS: dict[str, list[Any]] = {
    TaskFilters.DUE: [],
    TaskFilters.OWNER: [F("owner__name").asc(nulls_last=True), "owner"],
    TaskFilters.PERSON: [
        F("stakeholder__person__name").asc(nulls_last=True),
        "stakeholder__person",
    ],
    TaskFilters.DEPARTMENT: [NullIf("department", Value("")).asc(nulls_last=True)],
}


def _together(rows: list[Task], by: str) -> list[tuple[Any, list[Task]]]:
    """Tasks that follow each other, under what they share."""
    shared: dict[str, Callable[[Task], Any]] = {
        TaskFilters.DUE: lambda task: task.due_on,
        TaskFilters.OWNER: lambda task: task.owner,
        TaskFilters.PERSON: lambda task: task.stakeholder and task.stakeholder.person,
        TaskFilters.DEPARTMENT: lambda task: task.department,
    }
    return [(key, list(some)) for key, some in groupby(rows, shared[by])]


@require_http_methods(["GET", "HEAD", "POST"])
@member("deal.write")
def new(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    deal = get_object_or_404(Opportunity.objects.visible_to(request.membership), pk=id)
    now = timezone.now()
    back = way_back(request, reverse("coaching:opportunity", args=[slug, deal.pk]))
    people = active_in(deal.pk, day=request.workspace.today(now))
    form = TaskForm(
        posted(request),
        people=people,
        owners=_owners(request),
        steps=plannable_steps(),
        initial={"owner": str(request.membership.pk), **_proposed(request)},
    )
    if form.is_valid():
        try:
            refuse_closed(deal)
            create_task(opportunity=deal, by=request.membership, now=now, **form.values)
        except (AlreadyClosed, NotInThisDeal, UnknownStep) as refusal:
            form.add_error(REFUSED_AT.get(type(refusal)), str(refusal))
        else:
            messages.success(request, _("The task is noted."))
            return see_other(back)
    page = FormPage(
        title=_("New task"),
        back=back,
        back_text=str(deal),
        template="stakeholders/task.html",
        **shut(closed_words(deal), slug=slug, id=deal.pk),
    )
    return page.answer(request, form, people=people, now=now)


@require_http_methods(["GET", "HEAD", "POST"])
@member("deal.write")
def edit(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    task, now = _task(request, id), timezone.now()
    back = way_back(
        request, reverse("coaching:opportunity", args=[slug, task.opportunity_id])
    )
    people = _people_for(task, day=request.workspace.today(now))
    form = ChangeTaskForm(
        posted(request),
        people=people,
        owners=_owners(request),
        steps=choosable_steps(task),
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
        except StaleVersion as refusal:
            retype(form, task, refusal)
        except (NotInThisDeal, UnknownStep) as refusal:
            form.add_error(REFUSED_AT[type(refusal)], str(refusal))
        else:
            messages.success(request, _("The task is saved."))
            return see_other(back)
    page = FormPage(
        title=_("Edit the task"),
        back=back,
        back_text=str(task.opportunity),
        template="stakeholders/task.html",
    )
    return page.answer(request, form, task=task, people=people, now=now)


@require_POST
@member("deal.write")
def done(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    task = _task(request, id)
    try:
        finish_task(task=task, by=request.membership, now=timezone.now())
    except AlreadyDone as refusal:
        messages.warning(request, str(refusal))
    else:
        # A part of the list says so in the row itself.
        if task.action and not request.htmx:
            messages.success(request, _offer_to_log(task, slug))
    return see_other(way_back(request, reverse("stakeholders:tasks", args=[slug])))


@require_POST
@member("deal.write")
def undo(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    undo_task(task=_task(request, id), by=request.membership, now=timezone.now())
    return see_other(way_back(request, reverse("stakeholders:tasks", args=[slug])))


def _task(request: WorkspaceRequest, pk: UUID) -> Task:
    return get_object_or_404(
        Task.objects.select_related("opportunity", "stakeholder__person"),
        pk=pk,
        opportunity__in=Opportunity.objects.visible_to(request.membership),
    )


def _proposed(request: WorkspaceRequest) -> dict[str, str]:
    """What the form begins with, when a page proposes a step; what is none is not chosen."""
    longest = TaskForm.base_fields["title"].max_length  # type: ignore[attr-defined]
    return {
        name: request.GET[name][:longest] for name in PROPOSED if name in request.GET
    }


def _offer_to_log(task: Task, slug: str) -> str:
    """A step that is done was a conversation: its form, with the step and the person."""
    given = {"did": task.action, "took": str(task.stakeholder_id or "")}
    return format_html(
        '{} <a href="{}?{}">{}</a>',
        _("“%(task)s” is done.") % {"task": task.title},
        reverse("readiness:log", args=[slug, task.opportunity_id]),
        urlencode(given),
        _("Log how it went"),
    )


def _people_for(task: Task, *, day: date) -> list[Stakeholder]:
    """Those to choose from; whom it was for stays among them when they leave."""
    people = active_in(task.opportunity_id, day=day)
    if task.stakeholder is not None and task.stakeholder not in people:
        people.append(task.stakeholder)
    return people


def _owners(request: WorkspaceRequest) -> QuerySet[Membership]:
    return Membership.objects.of(request.workspace).order_by("name", "pk")
