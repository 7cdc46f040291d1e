"""What a deal is expected to be worth, how wide that is, and how it is written."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from math import exp
from statistics import NormalDist
from typing import Protocol
from uuid import UUID

from babel.numbers import get_currency_precision

from forecasting.engine.portfolio import QUANTILES, AmountSpread
from opportunities.models import Opportunity
from readiness.queries.evidence import as_known
from stakeholders.models import Quote, QuoteChange


@dataclass(frozen=True, slots=True)
class Amount:
    """The expected amount: the last quote's total, else the typed one, else unknown."""

    value: Decimal | None
    currency: str
    scope_changes: int
    has_quote: bool


class Sent(Protocol):
    """A version of the quote, as a row or as it was read."""

    @property
    def total(self) -> Decimal: ...
    @property
    def currency(self) -> str: ...
    @property
    def change(self) -> str: ...


def amounts_of(
    opportunities: Sequence[Opportunity],
    *,
    today: date,
    known_at: datetime | None = None,
) -> dict[UUID, Amount]:
    """The expected amounts of some deals; one query."""
    deals = [each.pk for each in opportunities]
    quotes = quotes_of(deals, today=today, known_at=known_at)
    return {each.pk: amount_of(each, quotes.get(each.pk, [])) for each in opportunities}


def amount_of(opportunity: Opportunity, quotes: Sequence[Sent]) -> Amount:
    """By the last of these quotes, else as it was typed."""
    last = quotes[-1] if quotes else None
    return Amount(
        value=last.total if last else opportunity.amount,
        currency=last.currency if last else opportunity.currency,
        scope_changes=sum(quote.change == QuoteChange.SCOPE for quote in quotes),
        has_quote=last is not None,
    )


def quotes_of(
    deals: Sequence[UUID], *, today: date, known_at: datetime | None
) -> dict[UUID, list[Quote]]:
    """The versions sent by then, in their order."""
    rows = as_known(Quote.objects.all(), known_at)
    sent = rows.filter(opportunity__in=deals, sent_on__lte=today)
    quotes: dict[UUID, list[Quote]] = defaultdict(list)
    for quote in sent.order_by("number", "logged_at", "pk"):
        quotes[quote.opportunity_id].append(quote)
    return quotes


def sigma_of(amount: Amount) -> float:
    """The spread of a deal's amount: sigma of its logarithm, expert default."""
    return AmountSpread().sigma(
        scope_changes=amount.scope_changes, has_quote=amount.has_quote
    )


@dataclass(frozen=True, slots=True)
class AmountRange:
    """The points below which the amount lies in 10, 50 and 90 of 100 cases."""

    currency: str
    p10: Decimal
    p50: Decimal
    p90: Decimal


def range_of(value: Decimal, *, currency: str, sigma: float) -> AmountRange:
    """The quantiles of a lognormal amount whose mean is the expected one."""
    points = [
        rounded(
            float(value) * exp(sigma * NormalDist().inv_cdf(q) - sigma**2 / 2), currency
        )
        for q in QUANTILES
    ]
    return AmountRange(currency, *points)


def rounded(value: float | Decimal, currency: str) -> Decimal:
    """An amount in the currency's digits, half to even: once, at the end."""
    return Decimal(value).quantize(smallest_unit(currency), rounding=ROUND_HALF_EVEN)


def smallest_unit(currency: str) -> Decimal:
    """A cent, where the currency has cents."""
    return Decimal(1).scaleb(-get_currency_precision(currency))
