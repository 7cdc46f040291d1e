"""Rates and targets: what sums are made with, and what they are held against."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.models import Membership, Team, Workspace
from forecasting.models import Target
from forecasting.queries.periods import Span
from forecasting.signals import sums_outdated
from opportunities.actions import request_recomputes, set_rate
from opportunities.models import ExchangeRate, Opportunity


class RateOfItself(Exception):
    """The base currency is worth one of itself, always."""


@transaction.atomic
def enter_rate(
    *,
    currency: str,
    valid_on: date,
    rate: Decimal,
    workspace: Workspace,
    by: Membership | None,
    now: datetime,
) -> ExchangeRate:
    """Say what a currency was worth on a day, and let the sums follow.

    :raises RateOfItself: for the base currency.
    """
    if currency == workspace.base_currency:
        raise RateOfItself(_("That is the base currency: it is worth one of itself."))
    row = set_rate(
        currency=currency,
        base=workspace.base_currency,
        valid_on=valid_on,
        rate=rate,
        by=by,
        now=now,
    )
    _follow(currency, workspace=workspace, now=now)
    return row


@transaction.atomic
def remove_rate(
    *, rate: ExchangeRate, workspace: Workspace, by: Membership | None, now: datetime
) -> None:
    """Take a rate away; the one before counts again."""
    record(
        verb="exchange_rate.removed",
        subject=rate,
        by=by,
        at=now,
        before={"rate": str(rate.rate), "on": str(rate.valid_on)},
    )
    currency = rate.currency
    rate.delete()
    _follow(currency, workspace=workspace, now=now)


def _follow(currency: str, *, workspace: Workspace, now: datetime) -> None:
    deals = Opportunity.objects.still_open().filter(currency=currency)
    request_recomputes(
        workspace_id=workspace.pk,
        opportunity_ids=list(deals.values_list("pk", flat=True)),
        now=now,
    )
    sums_outdated.send(sender=ExchangeRate, workspace_id=workspace.pk, now=now)


@transaction.atomic
def set_target(
    *,
    span: Span,
    amount: Decimal,
    workspace: Workspace,
    by: Membership | None,
    now: datetime,
    team: Team | None = None,
    owner: Membership | None = None,
    reason: str = "",
) -> Target:
    """Say what is to be won in a period, by everybody, a team or an owner."""
    scope: dict[str, Any] = {
        "team": team,
        "owner": owner,
        "starts_on": span.starts_on,
        "ends_on": span.ends_on,
    }
    before = Target.objects.filter(**scope).first()
    row, _made = Target.objects.update_or_create(
        **scope,
        defaults={
            "amount": amount,
            "currency": workspace.base_currency,
            "reason": reason,
        },
    )
    record(
        verb="target.set",
        subject=row,
        by=by,
        at=now,
        before={"amount": str(before.amount)} if before else {},
        after={"amount": str(amount), "reason": reason},
    )
    return row


@transaction.atomic
def remove_target(*, target: Target, by: Membership | None, now: datetime) -> None:
    record(
        verb="target.removed",
        subject=target,
        by=by,
        at=now,
        before={"amount": str(target.amount)},
    )
    target.delete()
