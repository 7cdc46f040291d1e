"""Exchange rates and targets: what sums are made with, and held against."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.http.guards import member
from accounts.http.pages import render_page, see_other
from accounts.http.request import WorkspaceRequest
from accounts.models import Membership, Team
from forecasting.actions.money import (
    RateOfItself,
    enter_rate,
    remove_rate,
    remove_target,
    set_target,
)
from forecasting.forms.money import RateForm, TargetForm
from forecasting.models import Target
from forecasting.queries.periods import Span, next_period, period_of
from opportunities.models import ExchangeRate

PERIODS = 5
SHOWN = 100


@require_http_methods(["GET", "HEAD", "POST"])
@member("money.manage")
def money(request: WorkspaceRequest, slug: str) -> HttpResponse:
    does = request.POST.get("do", "")
    handler = {
        "rate": _enter_rate,
        "drop-rate": _drop_rate,
        "target": _set_target,
        "drop-target": _drop_target,
    }.get(does)
    if request.method == "POST" and handler is None:
        raise Http404
    if handler is not None:
        return handler(request)
    return _page(request)


def _enter_rate(request: WorkspaceRequest) -> HttpResponse:
    form = RateForm(request.POST)
    if form.is_valid():
        try:
            enter_rate(
                workspace=request.workspace,
                by=request.membership,
                now=timezone.now(),
                **form.cleaned_data,
            )
        except RateOfItself as refusal:
            form.add_error("currency", str(refusal))
        else:
            return _done(request, _("The rate is noted; the sums follow."))
    return _page(request, rate_form=form, status=422)


def _drop_rate(request: WorkspaceRequest) -> HttpResponse:
    row = get_object_or_404(ExchangeRate, pk=_id(request))
    remove_rate(
        rate=row,
        workspace=request.workspace,
        by=request.membership,
        now=timezone.now(),
    )
    return _done(request, _("The rate is gone; the sums follow."))


def _set_target(request: WorkspaceRequest) -> HttpResponse:
    form = _target_form(request, request.POST)
    if form.is_valid():
        set_target(
            workspace=request.workspace,
            by=request.membership,
            now=timezone.now(),
            **form.values,
        )
        return _done(request, _("The target is set."))
    return _page(request, target_form=form, status=422)


def _drop_target(request: WorkspaceRequest) -> HttpResponse:
    row = get_object_or_404(Target, pk=_id(request))
    remove_target(target=row, by=request.membership, now=timezone.now())
    return _done(request, _("The target is gone."))


def _page(
    request: WorkspaceRequest, *, status: int = 200, **forms: Any
) -> HttpResponse:
    today = request.workspace.today(timezone.now())
    context = {
        "rates": ExchangeRate.objects.filter(
            base=request.workspace.base_currency
        ).order_by("currency", "-valid_on")[:SHOWN],
        "targets": Target.objects.filter(ends_on__gte=today)
        .select_related("team", "owner")
        .order_by("starts_on", "team__name", "owner__name", "pk")[:SHOWN],
        "rate_form": RateForm(initial={"valid_on": today}),
        "target_form": _target_form(request, None),
        **forms,
    }
    return render_page(request, "forecasting/money.html", context, status=status)


def _target_form(request: WorkspaceRequest, data: Any) -> TargetForm:
    return TargetForm(
        data,
        spans=_spans(request),
        teams=Team.objects.order_by("name", "pk"),
        owners=Membership.objects.of(request.workspace).order_by("name", "pk"),
    )


def _spans(request: WorkspaceRequest) -> list[Span]:
    today = request.workspace.today(timezone.now())
    spans = [period_of(today, workspace=request.workspace)]
    while len(spans) < PERIODS:
        spans.append(next_period(spans[-1], workspace=request.workspace))
    return spans


def _id(request: WorkspaceRequest) -> UUID:
    try:
        return UUID(request.POST.get("id", ""))
    except ValueError:
        raise Http404 from None


def _done(request: WorkspaceRequest, said: str) -> HttpResponse:
    messages.success(request, said)
    return see_other("forecasting:money", slug=request.workspace.slug)
