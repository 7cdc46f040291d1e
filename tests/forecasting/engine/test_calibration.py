from math import exp, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.engine.calibration import (
    CalibrationMap,
    file_by_week,
    mapped_chance,
    mapped_curves,
    with_file,
)
from forecasting.engine.ends import curves_of

PRIOR_MAP = CalibrationMap()


def random_curves(seed: int):
    rng = np.random.default_rng(seed)
    steps = rng.dirichlet(rng.uniform(0.01, 2, 3 * 79 + 1))[:-1].reshape(3, 79)
    won, lost, no_decision = np.cumsum(steps, axis=1)
    return curves_of(won=won, lost=lost, no_decision=no_decision)


@pytest.mark.parametrize("p", [0.005, 0.02, 0.13, 0.5, 0.9, 0.999])
def test_map_is_the_formula(p):
    expected = 1 / (1 + exp(0.8 - 0.58 * log(p / (1 - p))))

    assert mapped_chance(p, calibration=PRIOR_MAP) == pytest.approx(expected)


def test_map_takes_small_chances_to_nothing():
    low, half = mapped_chance([0.0, 0.0025], calibration=PRIOR_MAP)

    assert low == 0
    assert half == pytest.approx(0.5 / (1 + exp(0.8 - 0.58 * log(0.0025 / 0.9975))))


@given(st.lists(st.floats(0, 1), min_size=2, max_size=20))
def test_map_keeps_the_order(chances):
    ordered = np.sort(chances)

    assert (np.diff(mapped_chance(ordered, calibration=PRIOR_MAP)) >= 0).all()


def test_the_other_curves_are_scaled():
    part = np.linspace(0.0, 1.0, 79)
    curves = curves_of(won=0.5 * part, lost=0.2 * part, no_decision=0.1 * part)

    mapped = mapped_curves(curves, calibration=PRIOR_MAP)

    won = 1 / (1 + exp(0.8))
    assert mapped.won[-1] == pytest.approx(won)
    assert mapped.lost[-1] == pytest.approx(0.2 * (1 - won) / 0.5)
    assert mapped.open[-1] == pytest.approx(0.2 * (1 - won) / 0.5)


@given(st.integers(0, 2**32 - 1), st.floats(0, 1))
def test_mapped_curves_sum_to_one_and_never_fall(seed, factor):
    mapped = mapped_curves(random_curves(seed), calibration=PRIOR_MAP)

    for curves in (mapped, with_file(mapped, factors=np.full(79, factor))):
        total = curves.won + curves.lost + curves.no_decision + curves.open
        assert total == pytest.approx(np.ones(79), abs=1e-12)
        for curve in (curves.won, curves.lost, curves.no_decision):
            assert (np.diff(curve) >= -1e-15).all()
            assert curve.min() >= 0


@given(st.integers(0, 2**32 - 1))
def test_lowering_a_curve_that_would_fall_is_a_small_thing(seed):
    curves = random_curves(seed)

    mapped = mapped_curves(curves, calibration=PRIOR_MAP)

    scale = (1 - mapped.won) / (1 - curves.won)
    assert (mapped.lost <= curves.lost * scale + 1e-15).all()
    assert (mapped.lost >= 0.97 * curves.lost * scale).all()


def test_a_doubted_file_goes_to_no_decision():
    curves = random_curves(1)

    doubted = with_file(curves, factors=np.full(79, 0.4))

    assert doubted.won == pytest.approx(0.4 * curves.won)
    assert doubted.no_decision == pytest.approx(curves.no_decision + 0.6 * curves.won)
    assert doubted.lost.tolist() == curves.lost.tolist()


@pytest.mark.parametrize("factor", [-0.1, 1.1, float("nan")])
def test_a_factor_that_is_no_share_is_refused(factor):
    with pytest.raises(ValueError, match=f"{factor}"):
        file_by_week(factor, calibration=PRIOR_MAP, weeks=79)


def test_where_a_file_says_nothing_it_takes_nothing_away():
    silent = CalibrationMap(file_weight=0.0)

    assert (file_by_week(0.0, calibration=silent, weeks=79) == 1).all()
    assert (file_by_week(0.4, calibration=PRIOR_MAP, weeks=79) == 0.4).all()


@pytest.mark.parametrize(
    "change",
    [{"slope": 0.0}, {"floor": 0.0}, {"intercept": np.inf}, {"file_weight": -0.1}],
)
def test_a_map_that_does_not_rise_is_refused(change):
    with pytest.raises(ValueError, match="No rising map"):
        CalibrationMap(**change)
