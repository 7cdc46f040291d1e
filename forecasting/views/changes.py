"""What changed in the forecast of a period since a night that was frozen."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.http.guards import member
from accounts.http.pages import render_page
from accounts.http.request import WorkspaceRequest
from accounts.http.sheets import sheet_response
from forecasting.engine.changes import Part
from forecasting.queries.causes import CAUSES
from forecasting.queries.changes import Moved, Movement, Summary, movement, summary
from forecasting.queries.moments import Moment, nearest_night
from forecasting.views.asked import Asked, asked_of, day_in
from opportunities.actions import RateMissing
from opportunities.models import Opportunity

DEALS_SHOWN = 100
A_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason for the change, over all deals of the sum."""

    part: Part
    label: str
    amount: Decimal
    deals: int


class Named(NamedTuple):
    name: str
    company: str | None
    owner: str


@dataclass(frozen=True, slots=True)
class Row:
    """A deal with its change and the reasons for it."""

    id: UUID
    name: str
    company: str
    owner: str
    total: Decimal
    parts: Sequence[tuple[str, Decimal]]


@require_safe
@member("forecast.see")
def changes(request: WorkspaceRequest, slug: str) -> HttpResponse:
    asked = asked_of(request)
    context: dict[str, Any] = {
        "asked": asked,
        "span": asked.span,
        "chosen": asked.chosen,
        "sees_all": asked.seen is None,
        **_told(request, asked),
    }
    return render_page(request, "forecasting/changes.html", context, partial="told")


@require_safe
@member("forecast.see")
def changes_sheet(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """Every deal that changed, a column for each cause, as a table for a spreadsheet."""
    asked = asked_of(request)
    told = _told(request, asked)
    whole: Summary | None = told.get("whole")
    head = [_("deal"), _("company"), _("owner"), _("currency"), _("change")]
    causes = list(whole.parts) if whole else []
    currency = request.workspace.base_currency
    rows = [
        [row.name, row.company, row.owner, currency, str(row.total)]
        + [str(deal.parts.get(cause, Decimal(0))) for cause in causes]
        for row, deal in _rows(whole.deals if whole else [])
    ]
    table = [head + [str(CAUSES[cause]) for cause in causes], *rows]
    return sheet_response(table, name=f"changes-{asked.span.starts_on}.csv")


def _told(request: WorkspaceRequest, asked: Asked) -> dict[str, Any]:
    """The movement that is asked for, or why there is none."""
    wanted = day_in(request.GET.get("since", "")) or asked.today - A_WEEK
    night = nearest_night(min(wanted, asked.today))
    if asked.chosen is None or asked.is_past or night is None:
        return {"wanted": wanted, "is_past": asked.is_past}
    until = _until(request, night)
    since, later = (
        Moment.of(request.workspace, night=each, now=asked.now)
        for each in (night, until)
    )
    try:
        found = movement(
            asked.span, since=since, until=later, workspace=request.workspace
        )
    except RateMissing as refusal:
        return {"wanted": wanted, "refusal": str(refusal)}
    whole = summary(found, owners=asked.owners)
    return {
        "wanted": wanted,
        "night": night,
        "is_gap": night != wanted,
        "until": until,
        "whole": whole,
        "causes": _causes(whole),
        "waterfall": _waterfall(whole, found, request),
        **_shown(request, whole),
        "unfrozen": len(found.unfrozen & {deal.opportunity_id for deal in whole.deals}),
    }


def _until(request: WorkspaceRequest, night: date) -> date | None:
    """A later night that is asked for; None is now."""
    wanted = day_in(request.GET.get("until", ""))
    later = nearest_night(wanted) if wanted else None
    return later if later is not None and later > night else None


def _causes(whole: Summary) -> list[Cause]:
    return [
        Cause(
            part,
            label=str(CAUSES[part]),
            amount=amount,
            deals=sum(part in deal.parts for deal in whole.deals),
        )
        for part, amount in whole.parts.items()
    ]


def _shown(request: WorkspaceRequest, whole: Summary) -> dict[str, Any]:
    """The deals that changed most, of one cause when one is asked for."""
    cause = request.GET.get("cause", "")
    deals = [deal for deal in whole.deals if not cause or cause in deal.parts]
    return {
        "cause": str(CAUSES[Part(cause)]) if cause in CAUSES else "",
        "all_rows": len(deals),
        "rows": [row for row, _deal in _rows(deals[:DEALS_SHOWN])],
    }


def _rows(deals: Sequence[Moved]) -> list[tuple[Row, Moved]]:
    fields = ("pk", "name", "company__name", "owner__name")
    named = {
        pk: Named(*names)
        for pk, *names in Opportunity.objects.filter(
            pk__in=[deal.opportunity_id for deal in deals]
        ).values_list(*fields)
    }
    return [
        (_row(deal, named[deal.opportunity_id]), deal)
        for deal in deals
        if deal.opportunity_id in named
    ]


def _row(deal: Moved, named: Named) -> Row:
    return Row(
        id=deal.opportunity_id,
        name=named.name,
        company=named.company or "",
        owner=named.owner,
        total=deal.total,
        parts=[(str(CAUSES[part]), amount) for part, amount in deal.parts.items()],
    )


def _waterfall(whole: Summary, found: Movement, request: WorkspaceRequest) -> str:
    """What the chart is drawn from: an attribute, since a part may hold no script."""
    steps = [[str(CAUSES[part]), float(value)] for part, value in whole.parts.items()]
    return json.dumps(
        {
            "start": [str(found.since), float(whole.start)],
            "steps": steps,
            "end": [str(found.until), float(whole.end)],
            "currency": request.workspace.base_currency,
            "label": _("Expected, and what changed it"),
        }
    )
