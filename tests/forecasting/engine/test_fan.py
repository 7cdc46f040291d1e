"""How a period fills: the same draws, looked at on earlier days."""

import pytest

from forecasting.engine.portfolio import OpenDeal, portfolio_forecast

DEALS = [
    OpenDeal(f"{i}", 0.5, 100.0 + i, sigma=0.2, earlier=(0.1, 0.3)) for i in range(80)
]


def test_an_earlier_day_has_its_exact_mean_and_never_more_than_a_later_one():
    forecast = portfolio_forecast(DEALS, seed=4, won_amount=50.0)

    first, second = forecast.fan
    total = sum(deal.amount or 0 for deal in DEALS)
    assert first.mean == pytest.approx(50 + 0.1 * total)
    assert second.mean == pytest.approx(50 + 0.3 * total)
    for low, high in ((first, second), (second, forecast.amount)):
        assert (low.p10, low.p50, low.p90) < (high.p10, high.p50, high.p90)


def test_looking_at_earlier_days_changes_no_digit_of_the_end():
    plain = [OpenDeal(deal.key, 0.5, deal.amount, sigma=0.2) for deal in DEALS]

    assert (
        portfolio_forecast(DEALS, seed=4).amount
        == portfolio_forecast(plain, seed=4).amount
    )


@pytest.mark.claim(14)
def test_percentiles_hold_the_range():
    forecast = portfolio_forecast(DEALS, seed=4)

    assert len(forecast.percentiles) == 99
    assert forecast.percentiles[9] == forecast.amount.p10
    assert forecast.percentiles[89] == forecast.amount.p90


def test_days_must_be_the_same_for_all():
    with pytest.raises(ValueError, match="earlier days"):
        portfolio_forecast([DEALS[0], OpenDeal("x", 0.5, 1.0)], seed=1)


def test_a_certain_deal_moves_the_range_by_its_amount_alone():
    assert OpenDeal("a", 1.0, 100.0, sigma=0.0).swing == 0
    assert OpenDeal("a", 0.5, 100.0, sigma=0.0).swing == 50
    assert OpenDeal("a", 0.5).swing == 0
