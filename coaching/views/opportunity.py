"""A deal: its people, what limits it, what happened."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from accounts.forms.looking_back import AsOfForm
from accounts.http.guards import member
from accounts.http.pages import render_page
from accounts.http.request import WorkspaceRequest
from accounts.permissions import permissions_of
from coaching.queries.deal import DealPage, deal_page
from coaching.queries.deal_rows import deal_seen_by
from coaching.queries.deal_then import deal_page_then
from coaching.queries.help import help_about
from coaching.queries.influence import influence_of
from coaching.queries.moved import left_when, seat_left, what_moved
from coaching.queries.timeline import Before, timeline
from coaching.queries.wording import Reader
from opportunities.models import Opportunity
from opportunities.queries import waiting_for
from readiness.queries.as_of import AsOf
from stakeholders.models import Interaction, Stakeholder

LOOKS = 12  # times a page asks, a second apart: longer than a worker may be late


@require_safe
@member("deal.see")
def opportunity(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    now, workspace = timezone.now(), request.workspace
    form = AsOfForm(request.GET, today=workspace.today(now))
    when = AsOf.on(form.day, workspace=workspace, now=now)
    deal = _deal(request, id, when=when)
    if form.refuse_up_to(deal.opened_on):
        when = AsOf.of(workspace, at=None, now=now)
        deal = _deal(request, id, when=when)
    page = _page(request, deal, when=when)
    before = _before(request)
    is_past = page.day is not None
    logged = None if is_past else _logged(request, deal)
    # What was is looked at, not changed.
    may_write = not is_past and "deal.write" in permissions_of(request.membership)
    context: dict[str, Any] = {
        "deal": page,
        "timeline": timeline(page, zone=request.workspace.zone, before=before),
        "before": before,
        "form": form,
        "now": now,
        "may_write": may_write,
        "deal_help": () if is_past else help_about(deal, membership=request.membership),
        "back": reverse("coaching:opportunity", args=[slug, deal.pk]),
        # Who listens to whom is kept without dates: of the past there is no map.
        "influence": None if is_past else influence_of(page),
        "log_href": _log_address(slug, deal) if may_write else "",
        "logged": logged,
    }
    if logged is not None:
        context |= _moved(logged, page, request=request, now=now)
    gone = None if is_past else _seat(deal, request.GET.get("left", ""))
    if gone is not None:
        context |= _left(gone, page)
    return render_page(
        request,
        "coaching/opportunity.html",
        context,
        partial="deal",
        status=form.status,
    )


@require_safe
@member("deal.see")
def moved(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    """What an interaction moved, once that is computed; htmx asks again until it is."""
    now = timezone.now()
    when = AsOf.of(request.workspace, at=None, now=now)
    deal = _deal(request, id, when=when)
    interaction = _interaction(deal, request.GET.get("interaction", ""))
    if interaction is None:
        raise Http404
    looked = _count(request.GET.get("n", "0"))
    context = {
        "logged": interaction,
        "n": looked + 1,
        "asks_again": looked + 1 < LOOKS,
        **_moved(
            interaction, _page(request, deal, when=when), request=request, now=now
        ),
    }
    response = render_page(
        request, "coaching/moved.html", {"deal_id": deal.pk, **context}, partial="moved"
    )
    if context["what"] is not None:
        response["HX-Trigger"] = "recomputed"
    return response


@require_safe
@member("deal.see")
def left(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    """What it did that somebody left, once that is computed; htmx asks until it is."""
    now = timezone.now()
    seat = get_object_or_404(
        Stakeholder,
        pk=id,
        opportunity__in=Opportunity.objects.visible_to(request.membership),
    )
    when = AsOf.of(request.workspace, at=None, now=now)
    deal = _deal(request, seat.opportunity_id, when=when)
    gone = _seat(deal, str(id))
    context = _left(gone, _page(request, deal, when=when)) if gone else {}
    if not context:
        raise Http404
    looked = _count(request.GET.get("n", "0"))
    context |= {"n": looked + 1, "asks_again": looked + 1 < LOOKS}
    response = render_page(request, "coaching/left.html", context, partial="left")
    if context["departure"] is not None:
        response["HX-Trigger"] = "recomputed"
    return response


def _deal(request: WorkspaceRequest, pk: UUID, *, when: AsOf) -> Opportunity:
    try:
        return deal_seen_by(request.membership, pk, when=when)
    except Opportunity.DoesNotExist:
        raise Http404 from None


def _page(request: WorkspaceRequest, deal: Opportunity, *, when: AsOf) -> DealPage:
    reader = Reader(get_language() or "en", request.workspace, when.at)
    if when.known_at is None:
        return deal_page(deal, workspace=request.workspace, reader=reader, now=when.at)
    return deal_page_then(deal, when=when, reader=reader)


def _moved(
    interaction: Interaction,
    page: DealPage,
    *,
    request: WorkspaceRequest,
    now: datetime,
) -> dict[str, Any]:
    """What moved; nothing yet while the deal waits for its recompute."""
    waiting = waiting_for(
        workspace_id=request.workspace.pk, now=now, opportunity_id=page.opportunity.pk
    )
    if waiting is not None:
        return {"what": None, "waiting": waiting}
    return {"what": what_moved(interaction, page, now=now), "waiting": None}


def _seat(deal: Opportunity, given: str) -> Stakeholder | None:
    """Somebody of the deal who left."""
    pk = _id(given)
    if pk is None:
        return None
    people = Stakeholder.objects.filter(opportunity=deal, left_on__isnull=False)
    return people.select_related("person", "replaced_by__person").filter(pk=pk).first()


def _left(gone: Stakeholder, page: DealPage) -> dict[str, Any]:
    since = left_when(gone)
    if since is None:
        return {}
    waits = page.waiting is not None
    departure = None if waits else seat_left(gone, page, since=since)
    return {"gone": gone, "departure": departure, "waiting": page.waiting}


def _logged(request: WorkspaceRequest, deal: Opportunity) -> Interaction | None:
    given = request.GET.get("logged", "")
    return _interaction(deal, given) if given else None


def _interaction(deal: Opportunity, given: str) -> Interaction | None:
    pk = _id(given)
    if pk is None:
        return None
    standing = Interaction.objects.standing().filter(opportunity=deal)
    found: Interaction | None = standing.filter(pk=pk).first()
    return found


def _id(given: str) -> UUID | None:
    try:
        return UUID(given)
    except ValueError:
        return None


def _log_address(slug: str, deal: Opportunity) -> str:
    return "" if deal.is_closed else reverse("readiness:log", args=[slug, deal.pk])


def _before(request: WorkspaceRequest) -> Before | None:
    at = _moment(request.GET.get("before", ""))
    return Before(at, _id(request.GET.get("talk", ""))) if at else None


def _moment(given: str) -> datetime | None:
    try:
        found = parse_datetime(given)
    except ValueError:
        return None
    return found if found and found.tzinfo else None


def _count(given: str) -> int:
    return int(given) if given.isdecimal() and len(given) < 4 else LOOKS
