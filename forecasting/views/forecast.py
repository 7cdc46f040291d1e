"""What a period will bring."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.http.guards import member
from accounts.http.pages import render_page
from accounts.http.request import WorkspaceRequest
from accounts.models import Period
from accounts.permissions import permissions_of
from forecasting.models import ManagerCall, Outlook, PeriodOutlook
from forecasting.queries.calls import standing_call
from forecasting.queries.listed import Listed, labels_by_anchor, listed
from forecasting.queries.periods import (
    AHEAD,
    Span,
    periods_ahead,
    periods_before,
    periods_shown,
)
from forecasting.queries.roll_up import Line
from forecasting.queries.seats import weakest_seats
from forecasting.views.asked import NEXT, THIS, Asked, asked_of
from forecasting.views.reviews import reviewed
from opportunities.models import Opportunity
from opportunities.queries import waiting_for
from readiness.models import Basis, ModelStatus, PhaseModel
from readiness.queries.models import active_model

SEATS_SHOWN, PAST_SHOWN = 8, 8


@dataclass(frozen=True, slots=True)
class Mover:
    """A deal with what it does to the range of the period."""

    deal: Listed
    chance: float  # to be won in the period
    amount: Decimal  # in the base currency
    swing: Decimal


@dataclass(frozen=True, slots=True)
class Week:
    """A line of the chart's table: what was won by then, or the range of what will be."""

    on: date
    won: Decimal | None = None
    mean: Decimal | None = None
    p10: Decimal | None = None
    p50: Decimal | None = None
    p90: Decimal | None = None


@require_safe
@member("forecast.see")
def forecast(request: WorkspaceRequest, slug: str) -> HttpResponse:
    asked, workspace = asked_of(request), request.workspace
    chosen, rights = asked.chosen, permissions_of(request.membership)
    context: dict[str, Any] = {
        "asked": asked,
        "span": asked.span,
        "periods": _periods(asked, request),
        "others": _others(asked, request),
        "lines": asked.lines,
        "chosen": chosen,
        "sees_all": asked.seen is None,
        "waiting": waiting_for(workspace_id=workspace.pk, now=asked.now),
        "may_set": "money.manage" in rights,
        "may_call": "call.make" in rights,
    }
    if asked.is_past:
        context |= reviewed(request, asked)
    elif chosen is None:
        context["unpriced"] = _currencies_without_a_rate()
    else:
        row = PeriodOutlook.objects.only("fan", "movers").get(pk=chosen.row.pk)
        call, labels = standing_call(asked.span, chosen), labels_by_anchor()
        movers = _movers(row.movers, seen=asked.seen, now=asked.now, labels=labels)
        context |= {
            "weeks": _weeks(row.fan),
            "chart": _chart(row.fan, chosen, call),
            "basis": _basis(),
            "call": call,
            "movers": movers,
            "seats": _seats(movers, now=asked.now, labels=labels),
        }
    return render_page(request, "forecasting/forecast.html", context)


def _basis() -> str:
    """What the phases rest on that the sums were made from."""
    active = PhaseModel.objects.filter(status=ModelStatus.ACTIVE)
    return active.values_list("basis", flat=True).first() or Basis.EXPERT


def _periods(asked: Asked, request: WorkspaceRequest) -> list[dict[str, Any]]:
    spans = periods_shown(asked.today, workspace=request.workspace)
    names = (
        (_("This month"), _("Next month"))
        if request.workspace.period == Period.MONTH
        else (_("This quarter"), _("Next quarter"))
    )
    return [
        {
            "label": name,
            "href": f"?{urlencode({'period': key})}",
            "is_current": key == asked.which,
            "span": span,
        }
        for key, name, span in zip((THIS, NEXT), names, spans, strict=True)
    ]


def _others(asked: Asked, request: WorkspaceRequest) -> list[Span]:
    """The other periods there is something to say of: those past, and those far ahead."""
    workspace = request.workspace
    ahead = periods_ahead(asked.today, workspace=workspace, count=AHEAD)
    past = periods_before(asked.today, workspace=workspace, count=PAST_SHOWN)
    return [*past, *ahead[2:]]


def _weeks(fan: Mapping[str, Any]) -> list[Week]:
    past = [
        Week(date.fromisoformat(day), won=_money(sum_))
        for day, sum_ in fan.get("won", [])
    ]
    ahead = [
        Week(date.fromisoformat(day), None, *map(_money, figures))
        for day, *figures in fan.get("weeks", [])
    ]
    # The first of those to come is where the past ends.
    return [*past, *ahead[1:]] if past else ahead


def _money(value: float) -> Decimal:
    return Decimal(round(value))


def _chart(
    fan: Mapping[str, Any], line: Line, call: ManagerCall | None
) -> dict[str, Any]:
    return {
        **fan,
        "call": None if call is None else float(call.amount or 0),
        "target": None if line.target is None else float(line.target),
        "currency": line.row.currency,
        "words": {
            "won": _("Won so far"),
            "range": _("8 times in 10"),
            "median": _("As likely more as less"),
            "target": _("Target"),
            "call": _("Manager's call"),
        },
    }


def _movers(
    rows: Iterable[Sequence[Any]],
    *,
    seen: frozenset[UUID] | None,
    now: datetime,
    labels: Mapping[str, str],
) -> list[Mover]:
    """The deals that move the range most, with what holds them down."""
    moving = {UUID(pk): figures for pk, *figures in rows}
    deals = Opportunity.objects.still_open().filter(pk__in=moving)
    if seen is not None:
        deals = deals.filter(owner__in=seen)
    found = {
        deal.id: deal for deal in listed(deals, now=now, sort_by="name", labels=labels)
    }
    return [
        Mover(found[pk], chance, _money(amount), _money(swing))
        for pk, (chance, amount, swing) in moving.items()
        if pk in found
    ]


def _seats(
    movers: Iterable[Mover], *, now: datetime, labels: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Whose next step would bring most, in the deals that move the range."""
    amounts = {mover.deal.id: float(mover.amount) for mover in movers}
    seats = weakest_seats(amounts, model=active_model(), now=now, limit=SEATS_SHOWN)
    return [{"seat": seat, "phase": labels.get(seat.anchor, "")} for seat in seats]


def _currencies_without_a_rate() -> list[str]:
    """Why there may be no sums: amounts in money whose rate nobody has entered."""
    bare = Outlook.objects.filter(amount__isnull=False, amount_sort__isnull=True)
    return list(bare.order_by("currency").values_list("currency", flat=True).distinct())
