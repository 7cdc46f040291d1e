"""The manager's call: beside the forecast, with its reason and its history."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.http.guards import member
from accounts.http.pages import render_page, see_other
from accounts.http.request import WorkspaceRequest
from accounts.permissions import permissions_of
from accounts.queries import visible_owners
from forecasting.actions.calls import (
    NoReason,
    Place,
    TakenBack,
    call_amount,
    take_back_call,
)
from forecasting.forms.calls import CallForm
from forecasting.queries.calls import calls_seen_by, history
from forecasting.views.asked import Asked, asked_of

PAGE = "forecasting/calls.html"


@require_safe
@member("forecast.see")
def calls(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """What was called for a sum, by whom and why."""
    return _page(request, asked_of(request))


@require_POST
@member("call.make")
def make(request: WorkspaceRequest, slug: str) -> HttpResponse:
    asked = asked_of(request)
    if asked.chosen is None:
        raise Http404
    form = CallForm(request.POST, currency=asked.chosen.row.currency)
    if form.is_valid():
        row = asked.chosen.row
        place = Place(span=asked.span, team=row.team, owner=row.owner)
        try:
            call_amount(
                place=place,
                currency=row.currency,
                by=request.membership,
                now=asked.now,
                **form.cleaned_data,
            )
        except NoReason as refusal:
            form.add_error("reason", str(refusal))
        else:
            messages.success(request, _("Your call is kept beside the forecast."))
            return see_other(_here(slug, asked))
    return _page(request, asked, form=form, status=422)


@require_POST
@member("call.make")
def take_back(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    seen = visible_owners(request.membership)
    call = get_object_or_404(calls_seen_by(seen), pk=id)
    try:
        take_back_call(call=call, by=request.membership, now=timezone.now())
    except TakenBack as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The call is taken back; its history stays."))
    return see_other(_here(slug, asked_of(request)))


def _here(slug: str, asked: Asked) -> str:
    return f"{reverse('forecasting:calls', args=[slug])}?{asked.query()}"


def _page(
    request: WorkspaceRequest,
    asked: Asked,
    *,
    form: CallForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "asked": asked,
        "span": asked.span,
        "chosen": asked.chosen,
        "may_call": "call.make" in permissions_of(request.membership),
    }
    if asked.chosen is not None:
        context |= {
            "history": history(asked.span, asked.chosen),
            "form": form or CallForm(currency=asked.chosen.row.currency),
        }
    return render_page(request, PAGE, context, status=status)
