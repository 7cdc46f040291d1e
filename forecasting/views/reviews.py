"""The weekly reviews of a period: frozen, with what moved between two of them."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.http.guards import member
from accounts.http.pages import render_page, see_other
from accounts.http.request import WorkspaceRequest
from accounts.http.sheets import sheet_response
from forecasting.actions.subscriptions import subscribe, unsubscribe
from forecasting.engine.changes import Part
from forecasting.models import ReviewSubscription
from forecasting.queries.causes import CAUSES
from forecasting.queries.reviews import Line, reviewed_scopes, reviews_of, what_came
from forecasting.views.asked import Asked, asked_of
from opportunities.actions import RateMissing


@require_safe
@member("forecast.see")
def reviews(request: WorkspaceRequest, slug: str) -> HttpResponse:
    asked = asked_of(request)
    mine = ReviewSubscription.objects.filter(member=request.membership)
    context = {"asked": asked, "span": asked.span, "is_mailed": mine.exists()}
    context |= reviewed(request, asked)
    return render_page(request, "forecasting/reviews.html", context)


@require_POST
@member("forecast.see")
def mail_me(request: WorkspaceRequest, slug: str) -> HttpResponse:
    here = reverse("forecasting:reviews", kwargs={"slug": slug})
    subscribe(address=request.build_absolute_uri(here), by=request.membership)
    messages.success(request, _("Each week's review comes to you by mail."))
    return see_other("forecasting:reviews", slug=slug)


@require_POST
@member("forecast.see")
def stop_mailing(request: WorkspaceRequest, slug: str) -> HttpResponse:
    unsubscribe(by=request.membership)
    messages.success(request, _("No more reviews come by mail."))
    return see_other("forecasting:reviews", slug=slug)


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
        told["reviews"] = reviews_of(asked.span, scope)
    if asked.is_past:
        owners = scope.owners if scope else asked.seen
        try:
            told["came"] = what_came(
                asked.span, owners=owners, workspace=request.workspace
            )
        except RateMissing as refusal:
            told["refusal"] = str(refusal)
    return told
