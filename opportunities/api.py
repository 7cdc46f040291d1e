"""The API about companies and exchange rates."""

from collections.abc import Mapping
from typing import Any

from accounts.rest import Change, Creation, Filter, Reader, Resource, everything
from accounts.rest.columns import DAY, ID, TEXT, Column, column, maybe
from accounts.rest.fields import Body, Text
from opportunities.actions import change_company, create_company
from opportunities.models import Company, ExchangeRate


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
    about="On its day one unit of the currency was worth `rate` of the base currency.",
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
)

RESOURCES = (RATES,)  # companies stand where their merge may be told of
