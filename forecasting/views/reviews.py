"""The weekly reviews of a period: frozen, with what moved between two of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.http.guards import member
from accounts.http.pages import render_page
from accounts.http.request import WorkspaceRequest
from accounts.http.sheets import sheet_response
from forecasting.engine.changes import Part
from forecasting.models import PeriodReview
from forecasting.queries.reviews import reviewed_scopes, reviews_of, what_came
from forecasting.views.asked import Asked, asked_of
from forecasting.views.changes import CAUSES
from opportunities.actions import RateMissing


@dataclass(frozen=True, slots=True)
class Line:
    """One review, and what moved since the one before it; None: it is the first."""

    review: PeriodReview
    change: Decimal | None
    parts: Sequence[tuple[str, Decimal]]

    @property
    def since(self) -> str:
        return str(self.review.movement.get("since", ""))


@require_safe
@member("forecast.see")
def reviews(request: WorkspaceRequest, slug: str) -> HttpResponse:
    asked = asked_of(request)
    context = {"asked": asked, "span": asked.span, **reviewed(request, asked)}
    return render_page(request, "forecasting/reviews.html", context)


@require_safe
@member("forecast.see")
def reviews_sheet(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """The weekly movement report, a column for each cause."""
    asked = asked_of(request)
    lines: Sequence[Line] = reviewed(request, asked).get("reviews", [])
    seen = [line.review.movement.get("parts", {}) for line in lines]
    causes = [part for part in Part if any(part in parts for parts in seen)]
    head = [
        *(_("night"), _("currency"), _("won so far"), _("expected")),
        *("P10", "P50", "P90", _("target"), _("call"), _("change")),
        *(str(CAUSES[cause]) for cause in causes),
    ]
    rows = [
        [
            *(str(row.taken_on), row.currency, str(row.won_so_far), str(row.mean)),
            *(str(row.p10), str(row.p50), str(row.p90)),
            *("" if row.target is None else str(row.target),),
            *("" if row.call is None else str(row.call),),
            "" if line.change is None else str(line.change),
            *(str(parts.get(cause, "0")) for cause in causes),
        ]
        for line, row, parts in (
            (line, line.review, kept) for line, kept in zip(lines, seen, strict=True)
        )
    ]
    return sheet_response([head, *rows], name=f"reviews-{asked.span.starts_on}.csv")


def reviewed(request: WorkspaceRequest, asked: Asked) -> dict[str, Any]:
    """The reviews of a period that one may see, and of one that is over what came."""
    scopes = reviewed_scopes(asked.span, seen=asked.seen)
    wanted = request.GET.get("scope", "")
    scope = next((each for each in scopes if each.key == wanted), None)
    scope = scope or next(iter(scopes), None)
    told: dict[str, Any] = {"scopes": scopes, "scope": scope, "is_past": asked.is_past}
    if scope is not None:
        told["reviews"] = _lines(reviews_of(asked.span, scope))
    if asked.is_past:
        owners = scope.owners if scope else asked.seen
        try:
            told["came"] = what_came(
                asked.span, owners=owners, workspace=request.workspace
            )
        except RateMissing as refusal:
            told["refusal"] = str(refusal)
    return told


def _lines(rows: Sequence[PeriodReview]) -> list[Line]:
    """The change is the sum of its parts, as both were frozen."""
    return [_line(row) for row in rows]


def _line(row: PeriodReview) -> Line:
    parts = row.movement.get("parts")
    if parts is None:
        return Line(row, change=None, parts=())
    # As they are heard: JSON keeps no order.
    told = [(str(CAUSES[part]), Decimal(parts[part])) for part in Part if part in parts]
    change = sum((value for _label, value in told), Decimal(0))
    return Line(row, change=change, parts=told)
