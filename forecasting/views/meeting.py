"""Meeting mode: the deals one at a time, those first that move the range most."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.http.guards import member
from accounts.http.pages import render_page, see_other
from accounts.http.request import WorkspaceRequest
from accounts.permissions import permissions_of
from forecasting.actions.calls import NoReason, Place, call_deal
from forecasting.forms.calls import DealCallForm
from forecasting.models import PeriodOutlook, Verdict
from forecasting.queries.calls import calls_on_deals
from forecasting.queries.causes import CAUSES
from forecasting.queries.changes import movement
from forecasting.queries.listed import Listed, labels_by_anchor, listed
from forecasting.queries.moments import Moment, nearest_night
from forecasting.queries.seats import WeakSeat, weakest_seats
from forecasting.views.asked import Asked, asked_of
from forecasting.views.changes import A_WEEK
from opportunities.actions import RateMissing
from opportunities.models import Opportunity
from readiness.queries.models import active_model

PAGE, SEATS_SHOWN = "forecasting/meeting.html", 5


@dataclass(frozen=True, slots=True)
class Turn:
    """The deal in front of the meeting, with what it does to the range of the period."""

    deal: Listed
    chance: float
    amount: Decimal
    swing: Decimal
    place: int
    count: int
    previous: UUID | None
    following: UUID | None


@dataclass(frozen=True, slots=True)
class Seat:
    """A weak seat of the deal, and what its phase is called."""

    seat: WeakSeat
    phase: str


@require_safe
@member("forecast.see")
def meeting(request: WorkspaceRequest, slug: str) -> HttpResponse:
    return _page(request, asked_of(request), request.GET.get("deal", ""))


@require_POST
@member("call.make")
def call(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    """Keep what is said of a deal, and go on to the next."""
    rows = Opportunity.objects.visible_to(request.membership)
    deal = get_object_or_404(rows, pk=id)
    asked, form = asked_of(request), DealCallForm(request.POST)
    if form.is_valid():
        try:
            call_deal(
                place=Place(span=asked.span, opportunity=deal),
                verdict=Verdict(form.cleaned_data["verdict"]),
                reason=form.cleaned_data["reason"],
                by=request.membership,
                now=asked.now,
            )
        except NoReason as refusal:
            form.add_error("reason", str(refusal))
        else:
            said = _("Kept: %(deal)s.") % {"deal": deal.name}
            messages.success(request, said)
            there = asked.query(deal=_following(asked, deal))
            return see_other(f"{reverse('forecasting:meeting', args=[slug])}?{there}")
    return _page(request, asked, str(deal.pk), form=form, status=422)


def _following(asked: Asked, deal: Opportunity) -> UUID:
    order = [pk for pk, *_figures in _movers(asked)]
    place = order.index(deal.pk) + 1 if deal.pk in order else len(order)
    return order[place] if place < len(order) else deal.pk


def _movers(asked: Asked) -> list[tuple[UUID, float, float, float]]:
    if asked.chosen is None:
        return []
    rows = PeriodOutlook.objects.values_list("movers", flat=True)
    kept = rows.get(pk=asked.chosen.row.pk)
    return [(UUID(pk), *figures) for pk, *figures in kept]


def _page(
    request: WorkspaceRequest,
    asked: Asked,
    wanted: str,
    *,
    form: DealCallForm | None = None,
    status: int = 200,
) -> HttpResponse:
    movers = _movers(asked)
    deals = Opportunity.objects.visible_to(request.membership).still_open()
    there = set(
        deals.filter(pk__in=[row[0] for row in movers]).values_list("pk", flat=True)
    )
    order = [row for row in movers if row[0] in there]
    context: dict[str, Any] = {
        "asked": asked,
        "span": asked.span,
        "chosen": asked.chosen,
        "may_call": "call.make" in permissions_of(request.membership),
    }
    if order:
        ids = [str(row[0]) for row in order]
        place = ids.index(wanted) if wanted in ids else 0
        context |= _told(request, asked, order, place=place)
        context["form"] = form or DealCallForm()
    return render_page(request, PAGE, context, status=status)


def _told(
    request: WorkspaceRequest,
    asked: Asked,
    order: Sequence[tuple[UUID, float, float, float]],
    *,
    place: int,
) -> dict[str, Any]:
    pk, chance, amount, swing = order[place]
    labels = labels_by_anchor()
    rows = Opportunity.objects.filter(pk=pk)
    [deal] = listed(rows, now=asked.now, sort_by="name", labels=labels)
    seats = weakest_seats(
        {pk: amount}, model=active_model(), now=asked.now, limit=SEATS_SHOWN
    )
    return {
        "turn": Turn(
            deal=deal,
            chance=chance,
            amount=Decimal(round(amount)),
            swing=Decimal(round(swing)),
            place=place + 1,
            count=len(order),
            previous=order[place - 1][0] if place else None,
            following=order[place + 1][0] if place + 1 < len(order) else None,
        ),
        "seats": [Seat(seat, labels.get(seat.anchor, "")) for seat in seats],
        "standing": calls_on_deals(asked.span, [pk]).get(pk),
        **_moved(request, asked, pk),
    }


def _moved(request: WorkspaceRequest, asked: Asked, pk: UUID) -> dict[str, Any]:
    """What changed of this deal in a week; nothing where no night is kept."""
    night = nearest_night(asked.today - A_WEEK)
    if night is None:
        return {}
    workspace, now = request.workspace, asked.now
    since, until = (Moment.of(workspace, night=each, now=now) for each in (night, None))
    try:
        found = movement(
            asked.span, since=since, until=until, workspace=workspace, only=[pk]
        )
    except RateMissing:
        return {}
    return {
        "since": night,
        "moves": [
            (str(CAUSES[part]), value)
            for deal in found.deals
            for part, value in deal.parts.items()
        ],
    }
