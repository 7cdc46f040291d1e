import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.engine.decision import Decided
from forecasting.engine.ends import (
    BeyondHorizon,
    DecisionTime,
    Hazards,
    competing_ends,
    curves_of,
    decision_time,
    ends_by,
)

ONE = np.ones(1)
NOBODY = np.zeros((79, 1))
WEEKS = np.arange(79)


def straight(won_at_end: float, lost_at_end: float):
    part = WEEKS / 78
    return curves_of(
        won=won_at_end * part, lost=lost_at_end * part, no_decision=0 * part
    )


def test_outside_ends_alone_follow_their_exponential():
    curves = competing_ends(
        Decided(NOBODY, NOBODY),
        squared_share=NOBODY + 0.25,
        hazards=Hazards(),
        weights=ONE,
    )

    rate = 0.0006 + 0.008 * 0.25 + 0.0005
    assert curves.open == pytest.approx(np.exp(-rate * 7 * WEEKS))
    assert curves.lost == pytest.approx((1 - curves.open) * 0.0005 / rate)
    assert curves.won.tolist() == [0.0] * 79


def test_a_decision_at_a_constant_rate_competes_as_rates_do():
    won = (1 - np.exp(-0.002 * 7 * WEEKS))[:, None]

    curves = competing_ends(
        Decided(won, NOBODY), squared_share=NOBODY, hazards=Hazards(), weights=ONE
    )

    total = 0.002 + 0.0011
    expected = 0.002 / total * (1 - np.exp(-total * 7 * WEEKS))
    assert curves.won == pytest.approx(expected, abs=1e-5)


def test_without_hazards_only_the_group_decides():
    won, lost = (0.5 * WEEKS / 78)[:, None], (0.3 * WEEKS / 78)[:, None]

    curves = competing_ends(
        Decided(won, lost),
        squared_share=NOBODY,
        hazards=Hazards(0.0, 0.0, 0.0),
        weights=ONE,
    )

    assert curves.won == pytest.approx(won[:, 0])
    assert curves.no_decision.tolist() == [0.0] * 79
    assert curves.open[-1] == pytest.approx(0.2)


@given(st.integers(0, 2**32 - 1), st.floats(0, 0.05), st.floats(0, 0.5))
def test_the_four_ends_sum_to_one_and_three_never_fall(seed, drift, stall):
    rng = np.random.default_rng(seed)
    rising = np.sort(rng.random((2, 79, 3)), axis=1) * rng.random((2, 1, 3)) / 2
    weights = rng.dirichlet(np.ones(3))

    curves = competing_ends(
        Decided(rising[0], rising[1]),
        squared_share=rng.random((79, 3)),
        hazards=Hazards(drift, stall, drift / 2),
        weights=weights,
    )

    total = curves.won + curves.lost + curves.no_decision + curves.open
    assert total == pytest.approx(np.ones(79), abs=1e-12)
    for curve in (curves.won, curves.lost, curves.no_decision):
        assert (np.diff(curve) >= 0).all()
        assert curve.min() >= 0


def test_between_weeks_chances_run_straight():
    ends = ends_by(straight(0.78, 0.0), days=10.5)

    assert ends.won == pytest.approx(0.015)
    assert ends.open == pytest.approx(0.985)


@pytest.mark.parametrize("days", [0, 546])
def test_the_first_and_the_last_day_are_within(days):
    assert ends_by(straight(0.78, 0.1), days=days).won == pytest.approx(
        0.78 * days / 546
    )


@pytest.mark.parametrize("days", [-1, 546.01, float("nan")])
def test_a_date_beyond_the_horizon_is_refused(days):
    with pytest.raises(BeyondHorizon, match="not within 546 days"):
        ends_by(straight(0.5, 0.1), days=days)


def test_decision_time_is_about_won_and_lost_given_that_one_falls():
    time = decision_time(straight(0.3, 0.3))

    assert time.chance == pytest.approx(0.6)
    assert (time.p25, time.p50, time.p75) == pytest.approx((136.5, 273.0, 409.5))


def test_decision_time_of_a_group_that_has_decided_is_today():
    curves = curves_of(
        won=np.full(79, 0.9), lost=np.zeros(79), no_decision=np.zeros(79)
    )

    assert decision_time(curves) == DecisionTime(0.9, 0.0, 0.0, 0.0)


def test_decision_time_is_unknown_where_no_decision_can_fall():
    assert decision_time(straight(0.0, 0.0)) == DecisionTime(0.0, None, None, None)
