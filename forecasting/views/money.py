"""Exchange rates and targets."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from accounts.http.guards import member
from accounts.http.pages import posted, render_page, see_other
from accounts.http.request import WorkspaceRequest
from accounts.models import Membership, Team
from accounts.models.base import StaleVersion
from forecasting.actions.targets import (
    TargetExists,
    add_target,
    change_target,
    remove_target,
)
from forecasting.forms.money import AmountForm, RateForm, TargetForm
from forecasting.models import Target
from forecasting.queries.periods import periods_ahead
from opportunities.actions import retract_rate, set_rate
from opportunities.models import ExchangeRate

RATES_SHOWN, TARGETS_SHOWN, PERIODS = 50, 200, 5
PAGE = "forecasting/money.html"


@require_safe
@member("money.manage")
def money(request: WorkspaceRequest, slug: str) -> HttpResponse:
    return _page(request)


@require_POST
@member("money.manage")
def add_rate(request: WorkspaceRequest, slug: str) -> HttpResponse:
    form = _rate_form(request, request.POST)
    if not form.is_valid():
        return _page(request, rate_form=form, status=422)
    base = request.workspace.base_currency
    row = set_rate(
        base=base, by=request.membership, now=timezone.now(), **form.cleaned_data
    )
    messages.success(
        request,
        _("The rate of %(currency)s is saved; the forecasts follow.")
        % {"currency": row.currency},
    )
    return see_other("forecasting:money", slug=slug)


@require_POST
@member("money.manage")
def take_back_rate(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    rate = get_object_or_404(ExchangeRate, pk=id)
    retract_rate(rate=rate, by=request.membership, now=timezone.now())
    messages.success(
        request,
        _("The rate of %(currency)s is taken back; the forecasts follow.")
        % {"currency": rate.currency},
    )
    return see_other("forecasting:money", slug=slug)


@require_POST
@member("money.manage")
def add(request: WorkspaceRequest, slug: str) -> HttpResponse:
    form = _target_form(request, request.POST)
    if form.is_valid():
        try:
            add_target(
                currency=request.workspace.base_currency,
                by=request.membership,
                now=timezone.now(),
                **form.values,
            )
        except TargetExists as refusal:
            form.add_error("period", str(refusal))
        else:
            messages.success(request, _("The target is saved."))
            return see_other("forecasting:money", slug=slug)
    return _page(request, target_form=form, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@member("money.manage")
def change(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    target = _find(id)
    initial = {
        "amount": f"{target.amount.normalize():f}",
        "reason": target.reason,
        "version": target.version,
    }
    form = AmountForm(posted(request), initial=initial)
    status = 422 if form.is_bound else 200
    if form.is_valid():
        try:
            change_target(
                target=target,
                by=request.membership,
                now=timezone.now(),
                **form.cleaned_data,
            )
        except StaleVersion as stale:
            target.refresh_from_db()
            typed = {**form.cleaned_data, "version": target.version}
            form, status = AmountForm(typed), 412
            form.add_error(None, str(stale))
        else:
            messages.success(request, _("The target is saved."))
            return see_other("forecasting:money", slug=slug)
    context = {"target": target, "form": form}
    return render_page(request, "forecasting/target.html", context, status=status)


@require_POST
@member("money.manage")
def remove(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    remove_target(target=_find(id), by=request.membership, now=timezone.now())
    messages.success(request, _("The target is removed."))
    return see_other("forecasting:money", slug=slug)


def _find(id: UUID) -> Target:
    target: Target = get_object_or_404(
        Target.objects.select_related("team", "owner"), pk=id
    )
    return target


def _page(
    request: WorkspaceRequest,
    *,
    rate_form: RateForm | None = None,
    target_form: TargetForm | None = None,
    status: int = 200,
) -> HttpResponse:
    rates = ExchangeRate.objects.filter(base=request.workspace.base_currency)
    rates = rates.order_by("-valid_on", "currency", "pk")
    targets = Target.objects.select_related("team", "owner")
    targets = targets.order_by("-starts_on", "team__name", "owner__name", "pk")
    context: dict[str, Any] = {
        "rates": rates[:RATES_SHOWN],
        "targets": targets[:TARGETS_SHOWN],
        "rate_form": rate_form or _rate_form(request),
        "target_form": target_form or _target_form(request),
    }
    return render_page(request, PAGE, context, status=status)


def _rate_form(request: WorkspaceRequest, data: QueryDict | None = None) -> RateForm:
    today = request.workspace.today(timezone.now())
    return RateForm(
        data,
        base=request.workspace.base_currency,
        today=today,
        initial={"valid_on": today},
        prefix="rate",
    )


def _target_form(
    request: WorkspaceRequest, data: QueryDict | None = None
) -> TargetForm:
    workspace = request.workspace
    today = workspace.today(timezone.now())
    spans = periods_ahead(today, workspace=workspace, count=PERIODS)
    return TargetForm(
        data,
        teams=Team.objects.order_by("name", "pk"),
        owners=Membership.objects.of(workspace).able_to_own(),
        spans=spans,
        currency=workspace.base_currency,
        prefix="target",
    )
