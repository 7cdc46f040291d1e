"""What a period will bring: the deals won in it, and those that may still be."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from accounts.models import Workspace
from forecasting.engine.ends import EndCurves, ends_by
from forecasting.engine.passage import HORIZON_DAYS
from forecasting.engine.portfolio import (
    OpenDeal,
    PortfolioForecast,
    portfolio_forecast,
)
from forecasting.engine.rounding import apportion
from forecasting.queries.amounts import rounded, smallest_unit
from forecasting.queries.periods import Span
from forecasting.queries.rates import Rates
from opportunities.models import Opportunity


@dataclass(frozen=True, slots=True)
class Expected:
    """An open deal with its chance to be won in the period, in the base currency."""

    opportunity_id: UUID
    owner_id: UUID
    probability: float
    amount: Decimal | None
    sigma: float
    earlier: tuple[float, ...] = ()  # the chances by some days within the period

    @property
    def as_drawn(self) -> OpenDeal:
        chances = (self.probability, *self.earlier)
        probability, *earlier = (min(max(p, 0.0), 1.0) for p in chances)
        return OpenDeal(
            key=str(self.opportunity_id),
            probability=probability,
            amount=None if self.amount is None else float(self.amount),
            sigma=self.sigma,
            earlier=tuple(earlier),
        )


@dataclass(frozen=True, slots=True)
class Won:
    """A deal won in the period; its amount in the base currency by the closing day."""

    opportunity_id: UUID
    owner_id: UUID
    amount: Decimal | None
    on: date | None = None


def in_base(
    amount: Decimal | None, *, currency: str, day: date, rates: Rates
) -> Decimal | None:
    """An amount in the base currency.

    :raises RateMissing: when there is no rate on or before that day.
    """
    return None if amount is None else amount * rates.on(day, currency=currency)


def chance_by(curves: EndCurves, days: float) -> float:
    """P(won) by so many days after the curves begin, held at the end of the 78 weeks."""
    return ends_by(curves, days=min(max(days, 0.0), HORIZON_DAYS)).won


def won_row(row: Opportunity, *, rates: Rates) -> Won:
    """A won deal, its amount by the rate of its closing day.

    :raises RateMissing: when there is none.
    """
    return Won(
        opportunity_id=row.pk,
        owner_id=row.owner_id,
        amount=in_base(
            row.won_amount,
            currency=row.currency,
            day=row.closed_on or date.max,
            rates=rates,
        ),
        on=row.closed_on,
    )


def forecast_of(
    expected: Sequence[Expected], won: Iterable[Won], *, seed: int
) -> PortfolioForecast:
    """The drawn range and the exact mean of a set of deals."""
    won = list(won)
    return portfolio_forecast(
        [deal.as_drawn for deal in expected],
        seed=seed,
        won_amount=float(won_sum(won)),
        won_count=len(won),
    )


def won_sum(won: Iterable[Won]) -> Decimal:
    return sum((deal.amount or Decimal(0) for deal in won), Decimal(0))


def shares_of(
    expected: Sequence[Expected],
    won: Sequence[Won],
    *,
    owners: Sequence[UUID],
    currency: str,
) -> tuple[dict[UUID, Decimal], dict[UUID, Decimal]]:
    """Each owner's mean still open, and won amount, in whole smallest units that add up."""
    still_open = dict.fromkeys(owners, 0.0)
    for deal in expected:
        still_open[deal.owner_id] += deal.probability * float(deal.amount or 0)
    brought = dict.fromkeys(owners, Decimal(0))
    for each in won:
        brought[each.owner_id] += each.amount or Decimal(0)
    return _whole(still_open, currency), _whole(brought, currency)


def _whole(exact: Mapping[UUID, float | Decimal], currency: str) -> dict[UUID, Decimal]:
    unit = smallest_unit(currency)
    shares = [float(value) for value in exact.values()]
    total = int(rounded(sum(map(Decimal, exact.values())), currency) / unit)
    parts = apportion(total, shares)
    return {owner: part * unit for owner, part in zip(exact, parts, strict=True)}


def seed_for(workspace: Workspace, span: Span, *scope: UUID | str) -> int:
    """The same dice for the same sum, whoever throws them."""
    words = [
        str(workspace.pk),
        str(span.starts_on),
        str(span.ends_on),
        *map(str, scope),
    ]
    return int.from_bytes(hashlib.sha256(" ".join(words).encode()).digest()[:4])
