import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from forecasting.engine.portfolio import (
    AmountSpread,
    OpenDeal,
    portfolio_forecast,
    shocked_logits,
)


def random_deals(seed: int, count: int = 12) -> list[OpenDeal]:
    rng = np.random.default_rng(seed)
    return [
        OpenDeal(
            f"d{i}",
            probability=float(rng.random()),
            amount=None if rng.random() < 0.2 else float(rng.lognormal(9, 1)),
            sigma=float(rng.uniform(0, 0.6)),
        )
        for i in range(count)
    ]


def test_mean_is_exact():
    deals = [
        OpenDeal("a", 0.25, 1000.0),
        OpenDeal("b", 0.5, None),
        OpenDeal("c", 1, 30.0),
    ]

    forecast = portfolio_forecast(deals, seed=1, won_amount=500.0, won_count=2)

    assert forecast.amount.mean == 780.0
    assert forecast.number.mean == 3.75
    assert (forecast.deals, forecast.without_amount, forecast.seed) == (3, 1, 1)


def test_nothing_open_is_what_is_won():
    forecast = portfolio_forecast([], seed=1, won_amount=500.0, won_count=2)

    assert forecast.amount.p10 == forecast.amount.p90 == forecast.amount.mean == 500.0
    assert forecast.number.p50 == 2


def test_a_certain_deal_spreads_as_its_amount():
    forecast = portfolio_forecast([OpenDeal("a", 1.0, 100.0, sigma=0.4)], seed=3)

    z = 1.2815515655446004
    for found, quantile in ((forecast.amount.p10, -z), (forecast.amount.p90, z)):
        assert found == pytest.approx(100 * np.exp(0.4 * quantile - 0.08), rel=0.03)


def test_an_amount_of_zero_is_an_amount():
    assert portfolio_forecast([OpenDeal("a", 0.5, 0.0)], seed=1).without_amount == 0


def test_shock_widens_the_range_of_many_deals():
    deals = [OpenDeal(f"{i:03}", 0.3) for i in range(400)]

    number = portfolio_forecast(deals, seed=5).number

    # One shock moves the mean by 400 · .3 · .7 · .3 = 25, independent deals by 9.
    assert number.p90 - number.p10 == pytest.approx(
        2 * 1.2816 * np.hypot(25, 9), rel=0.1
    )


def test_draws_agree_with_a_plain_simulation():
    deals = random_deals(8)

    forecast = portfolio_forecast(deals, seed=2, draws=40_000)

    rng = np.random.default_rng(99)
    logits = shocked_logits([deal.probability for deal in deals])
    won = rng.random((40_000, 12)) < expit(
        logits + 0.3 * rng.standard_normal((40_000, 1))
    )
    sigmas = np.array([deal.sigma for deal in deals])
    noise = np.exp(sigmas * rng.standard_normal(won.shape) - sigmas**2 / 2)
    totals = (won * noise) @ np.array([deal.amount or 0.0 for deal in deals])
    for level, found in (
        (0.1, forecast.amount.p10),
        (0.5, forecast.amount.p50),
        (0.9, forecast.amount.p90),
    ):
        assert (totals < found).mean() == pytest.approx(level, abs=0.012)
    assert totals.mean() == pytest.approx(forecast.amount.mean, rel=0.02)


@given(st.lists(st.floats(0, 1), max_size=20))
def test_shocked_logits_keep_every_chance(chances):
    logits = shocked_logits(chances)

    shocks = np.linspace(-8, 8, 4001)
    density = np.exp(-(shocks**2) / 2)
    mean = expit(logits[:, None] + 0.3 * shocks) @ (density / density.sum())
    assert mean == pytest.approx(np.array(chances), abs=1e-9)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32 - 1), st.randoms(use_true_random=False))
def test_same_deals_same_seed_same_digits(seed, random):
    deals = random_deals(seed)
    shuffled = list(deals)
    random.shuffle(shuffled)

    assert portfolio_forecast(deals, seed=seed) == portfolio_forecast(
        shuffled, seed=seed
    )


def test_another_seed_is_another_range_around_the_same_mean():
    one = portfolio_forecast(random_deals(1), seed=1).amount
    other = portfolio_forecast(random_deals(1), seed=2).amount

    assert one.mean == other.mean
    assert one.p50 != other.p50


@pytest.mark.parametrize(
    ("scope_changes", "has_quote", "sigma"),
    [(0, True, 0.15), (2, True, 0.35), (1, False, 0.5)],
)
def test_amount_spread_grows_with_scope_changes_and_without_quote(
    scope_changes, has_quote, sigma
):
    spread = AmountSpread().sigma(scope_changes=scope_changes, has_quote=has_quote)

    assert spread == pytest.approx(sigma)


@pytest.mark.parametrize(
    ("deals", "words"),
    [
        ([OpenDeal("a", 0.1), OpenDeal("a", 0.2)], "'a' stands twice"),
        ([OpenDeal("a", 1.1)], "1.1"),
        ([OpenDeal("a", 0.1, -5.0)], "-5.0"),
        ([OpenDeal("a", 0.1, 5.0, sigma=-1.0)], "spread -1.0"),
    ],
)
def test_portfolio_refuses(deals, words):
    with pytest.raises(ValueError, match=words):
        portfolio_forecast(deals, seed=1)


@pytest.mark.parametrize(
    "change", [{"won_amount": -1.0}, {"won_count": -1}, {"draws": 0}]
)
def test_portfolio_refuses_numbers_below_zero(change):
    with pytest.raises(ValueError, match=r"below zero|too few"):
        portfolio_forecast([], seed=1, **change)
