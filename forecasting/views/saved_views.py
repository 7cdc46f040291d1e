"""Views of the list of deals: kept under a name, shared, changed, removed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from accounts.http.form_pages import Danger, FormPage, retype
from accounts.http.guards import member
from accounts.http.pages import posted, render_page, see_other
from accounts.http.request import WorkspaceRequest
from accounts.models import Team
from accounts.models.base import StaleVersion
from accounts.permissions import permissions_of
from accounts.queries import teams_around
from forecasting.actions.saved_views import (
    MayNotShare,
    TooManyViews,
    ViewNameTaken,
    change_view,
    remove_view,
    save_view,
)
from forecasting.forms.saved_views import (
    AnotherQuestionForm,
    ChangedViewForm,
    NewViewForm,
    Questions,
    UnknownQuestion,
)
from forecasting.models import SavedView
from forecasting.queries.saved_views import in_their_order, may_change, views_seen_by

VIEWS_SHOWN = 200
PAGE = "forecasting/views.html"


@dataclass(frozen=True, slots=True)
class Line:
    """A view, what it asks in words, and what the reader may do with it."""

    view: SavedView
    words: Sequence[str]
    may_change: bool
    may_share: bool


@require_safe
@member("deal.see")
def saved_views(request: WorkspaceRequest, slug: str) -> HttpResponse:
    by = request.membership
    views = in_their_order(views_seen_by(by), by)[:VIEWS_SHOWN]
    questions, shares = Questions(by), _may_share(request)
    lines = [
        Line(
            view=view,
            words=questions.in_words(view.query),
            may_change=may_change(view, by),
            may_share=shares and view.owner_id == by.pk and not view.is_for_all,
        )
        for view in views
    ]
    return render_page(request, PAGE, {"lines": lines})


@require_http_methods(["GET", "HEAD", "POST"])
@member("deal.see")
def save(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """What the list is asked now arrives as `query`."""
    here = reverse("forecasting:opportunities", args=[slug])
    asked = (request.POST if request.method == "POST" else request.GET).get("query", "")
    form = NewViewForm(posted(request), initial={"query": asked}, **_offered(request))
    questions = Questions(request.membership)
    try:
        query = questions.canonical(asked)
    except UnknownQuestion as refusal:
        if form.is_bound:
            form.add_error(None, str(refusal))
        page = _new_page(here, note=str(refusal), note_tone="bad", way_out=here)
        return page.answer(request, form)
    if form.is_valid():
        try:
            view = save_view(
                query=query, by=request.membership, now=timezone.now(), **form.values
            )
        except ViewNameTaken as refusal:
            form.add_error("name", str(refusal))
        except (TooManyViews, MayNotShare) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The view is saved."))
            return see_other(_open(slug, view))
    note = _in_one_line(questions.in_words(query))
    return _new_page(f"{here}?{query}", note=note).answer(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
@member("deal.see")
def change(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    view = _find(request, id)
    form = ChangedViewForm(posted(request), kept=view, **_offered(request))
    if form.is_valid():
        try:
            change_view(
                view=view,
                values=form.values,
                version=form.cleaned_data["version"],
                by=request.membership,
                now=timezone.now(),
            )
        except StaleVersion as refusal:
            retype(form, view, refusal)
        except ViewNameTaken as refusal:
            form.add_error("name", str(refusal))
        except MayNotShare as refusal:
            form.add_error("shared", str(refusal))
        else:
            messages.success(request, _("The view is saved."))
            return see_other("forecasting:views", slug=slug)
    page = FormPage(
        title=view.name,
        back=reverse("forecasting:views", args=[slug]),
        back_text=_("Views"),
        note=_in_one_line(Questions(request.membership).in_words(view.query)),
        danger=Danger(
            title=_("Remove this view"),
            text=_("It goes for everybody who finds it. The deals stay."),
            label=_("Remove this view"),
            action=reverse("forecasting:view-remove", args=[slug, view.pk]),
        ),
    )
    return page.answer(request, form)


@require_POST
@member("deal.see")
def ask_anew(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    """From now on the view asks what the list was asked."""
    view = _find(request, id)
    form = AnotherQuestionForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("The change of the view can't be read. Try again."))
        return see_other(_open(slug, view))
    try:
        query = Questions(request.membership).canonical(form.cleaned_data["query"])
        change_view(
            view=view,
            values={"query": query},
            version=form.cleaned_data["version"],
            by=request.membership,
            now=timezone.now(),
        )
    except (UnknownQuestion, StaleVersion) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The view is saved."))
    return see_other(_open(slug, view))


@require_POST
@member("view.share")
def share(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    """Everybody finds it from now on."""
    view = _find(request, id)
    change_view(
        view=view,
        values={"team": None, "is_for_all": True},
        version=view.version,
        by=request.membership,
        now=timezone.now(),
    )
    messages.success(request, _("Everybody finds this view now."))
    return see_other("forecasting:views", slug=slug)


@require_POST
@member("deal.see")
def remove(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    remove_view(view=_find(request, id), by=request.membership, now=timezone.now())
    messages.success(request, _("The view is removed."))
    return see_other("forecasting:views", slug=slug)


def _find(request: WorkspaceRequest, id: UUID) -> SavedView:
    """One that the member may change; of another they learn nothing here."""
    rows = SavedView.objects.select_related("owner", "team")
    if request.method == "POST":
        rows = rows.select_for_update(of=("self",))
    view: SavedView = get_object_or_404(rows, pk=id)
    if not may_change(view, request.membership):
        raise Http404
    return view


def _may_share(request: WorkspaceRequest) -> bool:
    return "view.share" in permissions_of(request.membership)


def _offered(request: WorkspaceRequest) -> dict[str, Any]:
    """With whom the member may share."""
    teams, around = (
        Team.objects.order_by("name", "pk"),
        teams_around(request.membership),
    )
    return {
        "teams": list(teams if around is None else teams.filter(pk__in=around)),
        "may_share": _may_share(request),
    }


def _new_page(back: str, **more: Any) -> FormPage:
    return FormPage(
        title=_("Save as a view"),
        back=back,
        back_text=_("Opportunities"),
        way_out_text=_("Opportunities"),
        **more,
    )


def _in_one_line(words: Sequence[str]) -> str:
    return " · ".join(words)


def _open(slug: str, view: SavedView) -> str:
    return reverse("forecasting:opportunities", args=[slug]) + view.address
