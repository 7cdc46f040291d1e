"""How wide an expected amount is, and how it is written."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from math import exp
from statistics import NormalDist

from babel.numbers import get_currency_precision

from forecasting.engine.portfolio import QUANTILES, AmountSpread
from forecasting.queries.deal import Amount


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
