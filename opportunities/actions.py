"""What people can do with companies and deals."""

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.actions.audit import differences, record
from accounts.actions.facts import AlreadyRetracted
from accounts.actions.search import index
from accounts.models import Membership
from accounts.models.base import replace_version
from opportunities.models import Company, ExchangeRate, Opportunity, RecomputeRequest
from opportunities.signals import (
    opportunity_created,
    rates_changed,
    recompute_requested,
)


class AmountWithoutCurrency(Exception):
    """A number of money that says not of which."""


class RateMissing(Exception):
    """A sum over currencies needs a rate that nobody has entered."""


STALE = "Somebody else changed this meanwhile. Look again, then save."


@transaction.atomic
def create_company(
    *, name: str, by: Membership | None, now: datetime, **fields: Any
) -> Company:
    company = Company.objects.create(name=name.strip(), **fields)
    index(kind="company", object_id=company.pk, texts=[company.name])
    record(verb="company.created", subject=company, by=by, at=now)
    return company


@transaction.atomic
def change_company(
    *,
    company: Company,
    values: dict[str, Any],
    version: int,
    by: Membership | None,
    now: datetime,
) -> Company:
    """Put a company right.

    :raises StaleVersion: when somebody else changed it since `version`.
    """
    before, after = differences(company, values)
    if not after:
        return company
    changed = {name: values[name] for name in after}
    replace_version(company, version=version, fields=changed, stale=_(STALE))
    index(kind="company", object_id=company.pk, texts=[company.name])
    record(
        verb="company.changed",
        subject=company,
        by=by,
        at=now,
        before=before,
        after=after,
    )
    return company


@transaction.atomic
def create_opportunity(
    *,
    name: str,
    owner: Membership,
    opened_on: date,
    by: Membership | None,
    now: datetime,
    company: Company | None = None,
    **fields: Any,
) -> Opportunity:
    """Open a deal.

    :raises AmountWithoutCurrency: when an amount comes without one.
    """
    refuse_bare_amount(fields.get("amount"), fields.get("currency", ""))
    opportunity = Opportunity.objects.create(
        name=name.strip(), company=company, owner=owner, opened_on=opened_on, **fields
    )
    index(kind="opportunity", object_id=opportunity.pk, texts=[opportunity.name])
    record(verb="opportunity.created", subject=opportunity, by=by, at=now)
    opportunity_created.send(sender=Opportunity, opportunity=opportunity, now=now)
    request_recompute(opportunity=opportunity, now=now)
    return opportunity


@transaction.atomic
def change_opportunity(
    *,
    opportunity: Opportunity,
    values: dict[str, Any],
    version: int,
    by: Membership | None,
    now: datetime,
) -> Opportunity:
    """Edit a deal's own fields in place.

    :raises AmountWithoutCurrency: when an amount would have none.
    :raises StaleVersion: when somebody else changed it since `version`.
    """
    seen = {"amount": opportunity.amount, "currency": opportunity.currency} | values
    refuse_bare_amount(seen["amount"], seen["currency"])
    before, after = differences(opportunity, values)
    if not after:
        return opportunity
    changed = {name: values[name] for name in after}
    replace_version(opportunity, version=version, fields=changed, stale=_(STALE))
    index(kind="opportunity", object_id=opportunity.pk, texts=[opportunity.name])
    record(
        verb="opportunity.changed",
        subject=opportunity,
        by=by,
        at=now,
        before=before,
        after=after,
    )
    request_recompute(opportunity=opportunity, now=now)
    return opportunity


@transaction.atomic
def hand_over(
    *, opportunity: Opportunity, heir: Membership, by: Membership | None, now: datetime
) -> Opportunity:
    """Give a deal another owner."""
    before = opportunity.owner
    Opportunity.objects.filter(pk=opportunity.pk).update(
        owner=heir, version=F("version") + 1
    )
    opportunity.refresh_from_db()
    record(
        verb="opportunity.handed_over",
        subject=opportunity,
        by=by,
        at=now,
        before={"owner": before.name},
        after={"owner": heir.name},
    )
    request_recompute(opportunity=opportunity, now=now)
    return opportunity


@transaction.atomic
def retract_opportunity(
    *, opportunity: Opportunity, by: Membership | None, now: datetime
) -> Opportunity:
    """Take back a deal that was made by mistake: it vanishes from lists, sums and exports.

    :raises AlreadyRetracted: when somebody did so before.
    """
    if (
        not Opportunity.objects.standing()
        .filter(pk=opportunity.pk)
        .update(retracted_at=now, version=F("version") + 1)
    ):
        raise AlreadyRetracted(_("This was changed or taken back meanwhile."))
    opportunity.retracted_at, opportunity.version = now, opportunity.version + 1
    index(kind="opportunity", object_id=opportunity.pk, texts=[])
    record(verb="opportunity.retracted", subject=opportunity, by=by, at=now)
    request_recompute(opportunity=opportunity, now=now)
    return opportunity


@transaction.atomic
def set_rate(
    *,
    currency: str,
    base: str,
    valid_on: date,
    rate: Decimal,
    by: Membership | None,
    now: datetime,
) -> ExchangeRate:
    """Say what one unit of a currency was worth in the base currency on a day."""
    row, _made = ExchangeRate.objects.update_or_create(
        currency=currency, base=base, valid_on=valid_on, defaults={"rate": rate}
    )
    record(
        verb="exchange_rate.set", subject=row, by=by, at=now, after={"rate": str(rate)}
    )
    _tell_of(row, now=now)
    return row


@transaction.atomic
def retract_rate(*, rate: ExchangeRate, by: Membership | None, now: datetime) -> None:
    """Take back what was entered for a day; the latest one before counts again."""
    record(
        verb="exchange_rate.retracted",
        subject=rate,
        by=by,
        at=now,
        before={"rate": str(rate.rate)},
    )
    rate.delete()
    _tell_of(rate, now=now)


def _tell_of(rate: ExchangeRate, *, now: datetime) -> None:
    rates_changed.send(
        sender=ExchangeRate,
        workspace_id=rate.workspace_id,
        currency=rate.currency,
        now=now,
    )


def rate_to_base(*, currency: str, base: str, day: date) -> Decimal:
    """What one unit of `currency` is worth in `base` on a day.

    :raises RateMissing: when there is none on or before that day.
    """
    if currency == base:
        return Decimal(1)
    row = ExchangeRate.objects.filter(base=base).used_on(day, currency=currency)
    if row is None:
        raise RateMissing(
            _("There is no rate from %(currency)s to %(base)s on or before %(day)s.")
            % {"currency": currency, "base": base, "day": day}
        )
    return row.rate


def refuse_bare_amount(amount: Decimal | None, currency: str) -> None:
    """:raises AmountWithoutCurrency: for a number of money that says not of which."""
    if amount is not None and not currency:
        raise AmountWithoutCurrency(_("An amount needs a currency."))


@transaction.atomic(savepoint=False)  # always within an action's own
def request_recompute(*, opportunity: Opportunity, now: datetime) -> None:
    """Ask for the readings, the forecast and the prompts of a deal to be made again."""
    ids = {
        "workspace_id": opportunity.workspace_id,
        "opportunity_id": opportunity.pk,
    }
    RecomputeRequest.objects.upsert(**ids, now=now)
    recompute_requested.send(sender=Opportunity, **ids)


@transaction.atomic(savepoint=False)
def request_recomputes(
    *, workspace_id: UUID, opportunity_ids: Collection[UUID], now: datetime
) -> None:
    """Ask for many deals at once, with one ring of the bell."""
    if not opportunity_ids:
        return
    RecomputeRequest.objects.upsert_all(
        workspace_id=workspace_id, opportunity_ids=opportunity_ids, now=now
    )
    recompute_requested.send(
        sender=Opportunity,
        workspace_id=workspace_id,
        opportunity_id=next(iter(opportunity_ids)),
    )
