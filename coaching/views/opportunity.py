"""A deal: its people, what limits it, what happened."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from accounts.http.guards import member
from accounts.http.pages import render_page
from accounts.http.request import WorkspaceRequest
from accounts.permissions import permissions_of
from coaching.queries.deal import DealPage, deal_page, deal_seen_by
from coaching.queries.moved import what_moved
from coaching.queries.timeline import Before, timeline
from coaching.queries.wording import Reader
from opportunities.models import Opportunity
from opportunities.queries import waiting_for
from stakeholders.models import Interaction

LOOKS = 12  # times a page asks, a second apart: longer than a worker may be late


@require_safe
@member("deal.see")
def opportunity(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    now = timezone.now()
    deal = _deal(request, id)
    page = _page(request, deal, now=now)
    before = _before(request)
    logged = _logged(request, deal)
    may_write = "deal.write" in permissions_of(request.membership)
    context = {
        "deal": page,
        "timeline": timeline(page, zone=request.workspace.zone, before=before),
        "before": before,
        "now": now,
        "may_write": may_write,
        "log_href": _log_address(slug, deal) if may_write else "",
        "logged": logged,
    }
    if logged is not None:
        context |= _moved(logged, page, request=request, now=now)
    return render_page(request, "coaching/opportunity.html", context, partial="deal")


@require_safe
@member("deal.see")
def moved(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    """What an interaction moved, once that is computed; htmx asks again until it is."""
    now = timezone.now()
    deal = _deal(request, id)
    interaction = _interaction(deal, request.GET.get("interaction", ""))
    if interaction is None:
        raise Http404
    looked = _count(request.GET.get("n", "0"))
    context = {
        "logged": interaction,
        "n": looked + 1,
        "asks_again": looked + 1 < LOOKS,
        **_moved(interaction, _page(request, deal, now=now), request=request, now=now),
    }
    response = render_page(
        request, "coaching/moved.html", {"deal_id": deal.pk, **context}, partial="moved"
    )
    if context["what"] is not None:
        response["HX-Trigger"] = "recomputed"
    return response


def _deal(request: WorkspaceRequest, pk: UUID) -> Opportunity:
    try:
        return deal_seen_by(request.membership, pk)
    except Opportunity.DoesNotExist:
        raise Http404 from None


def _page(request: WorkspaceRequest, deal: Opportunity, *, now: datetime) -> DealPage:
    reader = Reader(get_language() or "en", request.workspace, now)
    return deal_page(deal, workspace=request.workspace, reader=reader, now=now)


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
