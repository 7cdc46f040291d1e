"""How much a set of deals brings in a period: an exact mean and a drawn range."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, isfinite, sqrt

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from forecasting.engine.quadrature import normal_nodes
from readiness.engine.arrays import Floats

DRAWS = 10_000
SHOCK = 0.3
QUANTILES = (0.1, 0.5, 0.9)
PERCENTILES = tuple(percent / 100 for percent in range(1, 100))
SHOCK_NODES = 21
# So many deals are drawn at a time: 64 x 10,000 numbers are 5 MB. Another number draws
# the same law in other digits.
DEALS_AT_ONCE = 64
# Closer to 0 or 1 than this is certain: Newton's method has no slope to walk on.
CERTAIN = 1e-12


class DidNotConverge(ArithmeticError):
    """A loop ended before its answer stood still."""

    def __init__(self, *, iterations: int, change: float) -> None:
        super().__init__(f"No convergence: change {change:g} after {iterations}.")
        self.iterations = iterations
        self.change = change


@dataclass(frozen=True, slots=True)
class AmountSpread:
    """The standard deviation of the log of a deal's amount; expert default."""

    base: float = 0.15
    per_scope_change: float = 0.10
    without_quote: float = 0.25

    def sigma(self, *, scope_changes: int, has_quote: bool) -> float:
        """Return base + .10 per scope change, + .25 without a quote.

        :raises ValueError: if the number of changes is negative.
        """
        if scope_changes < 0:
            raise ValueError(f"{scope_changes} scope changes cannot be.")
        spread = self.base + self.per_scope_change * scope_changes
        return spread if has_quote else spread + self.without_quote


@dataclass(frozen=True, slots=True)
class OpenDeal:
    """A deal still open: P(won in the period) and its expected amount, if known.

    `amount` is in the currency of the portfolio, None when unknown (0 is an amount);
    `sigma` is the standard deviation of its log. `earlier` are the chances to be won by
    some days within the period, the same for all deals, rising to `probability`.
    """

    key: str
    probability: float
    amount: float | None = None
    sigma: float = 0.15
    earlier: tuple[float, ...] = ()

    @property
    def swing(self) -> float:
        """The standard deviation of what the deal brings: how much it moves the range."""
        amount, p = self.amount or 0.0, self.probability
        return amount * sqrt(max(p * exp(self.sigma**2) - p**2, 0.0))


@dataclass(frozen=True, slots=True)
class Range:
    """A mean with the points below which 10, 50 and 90 % of the draws lie."""

    mean: float
    p10: float
    p50: float
    p90: float


@dataclass(frozen=True, slots=True)
class PortfolioForecast:
    """Amount and number of deals won in the period, what is won already included.

    `deals` counts the open ones, `without_amount` those of them that are in `number`
    only. `fan` is the amount by each earlier day; `percentiles` are its 1st to 99th at
    the end.
    """

    amount: Range
    number: Range
    deals: int
    without_amount: int
    seed: int
    fan: tuple[Range, ...] = ()
    percentiles: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class _Book:
    """The deals as arrays (deals,), in the order of their keys; `earlier` (deals, days)."""

    probability: Floats
    amount: Floats
    sigma: Floats
    earlier: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Drawn:
    """What each draw brings: amounts and numbers (draws,), amounts by day (days, draws)."""

    sums: Floats
    counts: Floats
    by_day: Floats


def portfolio_forecast(
    deals: Sequence[OpenDeal],
    *,
    seed: int,
    won_amount: float = 0.0,
    won_count: int = 0,
    draws: int = DRAWS,
) -> PortfolioForecast:
    """Draw the amount won in a period.

    Won + sum X_g A_g over open deals. In each draw one shock u ~ N(0, 1) moves all
    chances, P(X_g = 1 | u) = expit(c_g + 0.3 u), with c_g such that P(X_g = 1) stays
    the deal's probability; A_g is lognormal with the expected amount as its mean,
    independent given u. The mean sum p_g E[A_g] is then exact, not drawn. The order of
    the deals changes nothing; the same deals and seed give the same digits. Source:
    science.md 3.

    :raises ValueError: if a key stands twice, a probability is not in [0, 1], an amount
        or a spread is negative, or there are no draws.
    """
    ordered = sorted(deals, key=lambda deal: deal.key)
    _check(ordered, won_amount=won_amount, won_count=won_count, draws=draws)
    book = _Book(
        probability=np.array([deal.probability for deal in ordered], dtype=np.float64),
        amount=np.array([deal.amount or 0.0 for deal in ordered], dtype=np.float64),
        sigma=np.array([deal.sigma for deal in ordered], dtype=np.float64),
        earlier=np.array([deal.earlier for deal in ordered], dtype=np.float64).reshape(
            len(ordered), -1 if ordered else 0
        ),
    )
    drawn = _drawn(book, rng=np.random.default_rng(seed), draws=draws)
    means = won_amount + book.amount @ book.earlier
    return PortfolioForecast(
        amount=_range(
            drawn.sums + won_amount,
            mean=float(won_amount + book.probability @ book.amount),
        ),
        number=_range(
            drawn.counts + won_count, mean=float(won_count + book.probability.sum())
        ),
        deals=len(ordered),
        without_amount=sum(deal.amount is None for deal in ordered),
        seed=seed,
        fan=tuple(
            _range(sums + won_amount, mean=float(mean))
            for sums, mean in zip(drawn.by_day, means, strict=True)
        ),
        percentiles=tuple(np.quantile(drawn.sums + won_amount, PERCENTILES).tolist()),
    )


def shocked_logits(probability: npt.ArrayLike, *, shock: float = SHOCK) -> Floats:
    """Return c with E[expit(c + shock · u)] = p for u ~ N(0, 1), same shape as p.

    Newton's method on the quadrature of the left side. What is certain (within 1e-12 of
    0 or 1) gives -inf or inf.

    :raises DidNotConverge: if Newton's method does not settle.
    """
    p = np.asarray(probability, dtype=np.float64)
    inside = (p > CERTAIN) & (p < 1 - CERTAIN)
    goal = p[inside]
    moves = normal_nodes(SHOCK_NODES)
    # The usual approximation of a logistic-normal integral is a good place to start.
    found = logit(goal) * np.sqrt(1 + shock**2 * np.pi / 8)
    change = 0.0
    for _ in range(50):
        at_nodes = expit(found[:, None] + shock * moves.points)
        slope = (at_nodes * (1 - at_nodes)) @ moves.weights
        step = (at_nodes @ moves.weights - goal) / slope
        found = found - step
        change = float(np.abs(step).max(initial=0.0))
        if change < 1e-10:
            break
    else:
        raise DidNotConverge(iterations=50, change=change)
    logits = np.where(p > 0.5, np.inf, -np.inf)
    logits[inside] = found
    return logits


def _drawn(book: _Book, *, rng: np.random.Generator, draws: int) -> _Drawn:
    """Draw once: a deal's luck that suffices on an earlier day does so ever after."""
    shocks = SHOCK * rng.standard_normal(draws)
    logits = shocked_logits(book.probability)
    by_then = shocked_logits(book.earlier)
    # Nobody's chance is above that of the best draw; only below it a look is needed.
    ceiling = expit(logits + shocks.max())
    sums, counts = np.zeros(draws), np.zeros(draws)
    by_day = np.zeros((by_then.shape[1], draws))
    for start in range(0, len(logits), DEALS_AT_ONCE):
        part = slice(start, start + DEALS_AT_ONCE)
        luck = rng.random((len(logits[part]), draws))
        likely = np.flatnonzero(luck < ceiling[part, None])
        deal, draw = np.divmod(likely, draws)
        is_won = luck.ravel()[likely] < expit(logits[part][deal] + shocks[draw])
        deal, draw, lucky = deal[is_won], draw[is_won], luck.ravel()[likely][is_won]
        spread = book.sigma[part][deal]
        factor = np.exp(spread * rng.standard_normal(len(deal)) - 0.5 * spread**2)
        won = book.amount[part][deal] * factor
        sums += np.bincount(draw, weights=won, minlength=draws)
        counts += np.bincount(draw, minlength=draws)
        for day, chances in enumerate(by_then[part].T):
            soon = lucky < expit(chances[deal] + shocks[draw])
            by_day[day] += np.bincount(draw[soon], weights=won[soon], minlength=draws)
    return _Drawn(sums, counts, by_day)


def _range(values: Floats, *, mean: float) -> Range:
    p10, p50, p90 = np.quantile(values, QUANTILES).tolist()
    return Range(mean=mean, p10=p10, p50=p50, p90=p90)


def _check(
    ordered: Sequence[OpenDeal], *, won_amount: float, won_count: int, draws: int
) -> None:
    if draws < 1:
        raise ValueError(f"{draws} draws are too few.")
    if not (won_amount >= 0 and isfinite(won_amount) and won_count >= 0):
        raise ValueError(f"Won is {won_amount} in {won_count} deals: below zero.")
    for i, deal in enumerate(ordered):
        if i and deal.key == ordered[i - 1].key:
            raise ValueError(f"The deal {deal.key!r} stands twice.")
        if len(deal.earlier) != len(ordered[0].earlier):
            raise ValueError("The earlier days are not the same for all deals.")
        if not all(0 <= p <= 1 for p in (deal.probability, *deal.earlier)):
            raise ValueError(f"A probability is in [0, 1], not {deal.probability}.")
        amount = 0.0 if deal.amount is None else deal.amount
        if not (0 <= amount < np.inf and 0 <= deal.sigma < np.inf):
            raise ValueError(f"No amount: {deal.amount} with spread {deal.sigma}.")
