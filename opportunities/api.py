"""The API about companies and exchange rates."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from accounts.rest import (
    Change,
    Creation,
    Filter,
    Reader,
    Removal,
    Resource,
    everything,
)
from accounts.rest.columns import DAY, ID, TEXT, Column, column, maybe
from accounts.rest.fields import Body, Currency, Day, Rate, Text
from opportunities.actions import (
    change_company,
    create_company,
    retract_rate,
    set_rate,
)
from opportunities.models import Company, ExchangeRate

FIRST_RATE_ON = date(1990, 1, 1)


class CompanyBody(Body):
    name = Text(max_length=200)
    domain = Text(max_length=200, required=False)
    country = Text(max_length=2, required=False)


def _create_company(body: Mapping[str, Any], reader: Reader) -> Company:
    return create_company(**body, by=reader.membership, now=reader.now)


def _change_company(
    company: Company, body: Mapping[str, Any], reader: Reader
) -> Company:
    return change_company(
        company=company,
        values=dict(body),
        version=company.version,
        by=reader.membership,
        now=reader.now,
    )


class RateBody(Body):
    on = Day()
    currency = Currency()
    rate = Rate()


def _set_rate(body: Mapping[str, Any], reader: Reader) -> ExchangeRate:
    base = reader.workspace.base_currency
    if body["currency"] == base:
        raise ValidationError({"currency": [_("This is the base currency itself.")]})
    if not FIRST_RATE_ON <= body["on"] <= reader.today:
        sentence = _("Between the years %(first)s and %(last)s, please.")
        years = {"first": FIRST_RATE_ON.year, "last": reader.today.year}
        is_over = body["on"] <= reader.today
        told = sentence % years if is_over else _("Not in the future.")
        raise ValidationError({"on": [told]})
    return set_rate(
        currency=body["currency"],
        base=base,
        valid_on=body["on"],
        rate=body["rate"],
        by=reader.membership,
        now=reader.now,
    )


def _retract_rate(rate: ExchangeRate, reader: Reader) -> None:
    retract_rate(rate=rate, by=reader.membership, now=reader.now)


COMPANIES = Resource(
    name="companies",
    noun="company",
    about="Customers' organisations.",
    permission="person.see",
    rows=everything(Company),
    columns={
        "id": column("pk", ID),
        "name": column("name"),
        "domain": maybe("domain"),
        "country": maybe("country"),
        "source": maybe("source"),
        "external_id": maybe("external_id"),
    },
    filters={
        "name": Filter(TEXT, "name"),
        "source": Filter(TEXT, "source"),
        "external_id": Filter(TEXT, "external_id"),
    },
    orderings={"id": "pk", "name": "name"},
    creation=Creation(CompanyBody, _create_company, "person.write"),
    change=Change(CompanyBody, _change_company, "person.write"),
    version="version",
)

RATES = Resource(
    name="exchange-rates",
    noun="exchange-rate",
    about="From its day on one unit of the currency is worth `rate` of the base currency, "
    "until a later day has a rate of its own. Made again for a day it is another.",
    permission="forecast.see",
    rows=everything(ExchangeRate),
    columns={
        "id": column("pk", ID),
        "on": column("valid_on", DAY),
        "currency": column("currency"),
        "base": column("base"),
        "rate": Column(("rate",), TEXT, lambda rate: f"{rate.normalize():f}"),
    },
    filters={"currency": Filter(TEXT, "currency"), "on": Filter(DAY, "valid_on")},
    orderings={"id": "pk", "on": "valid_on"},
    creation=Creation(RateBody, _set_rate, "money.manage"),
    removal=Removal(_retract_rate, "money.manage"),
    version="rate",  # all there is to change
)

RESOURCES = (RATES,)  # companies stand where their merge may be told of
