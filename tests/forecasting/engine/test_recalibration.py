"""A map of one's own: found again where it is known, held to the prior, judged later."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.engine import scoring
from forecasting.engine.calibration import (
    CalibrationMap,
    HorizonMaps,
    file_by_week,
    mapped_by_week,
    mapped_curves,
    with_file,
)
from forecasting.engine.recalibration import (
    MapVerdict,
    Past,
    fitted_map,
    said_in_turn,
    tried,
)
from tests.forecasting.engine.test_calibration import random_curves

PRIOR = CalibrationMap()
TRUE = CalibrationMap(intercept=-0.2, slope=0.9)


def past_under(
    truth: CalibrationMap, n: int, *, seed: int = 0, factor: float | np.ndarray = 1.0
) -> Past:
    """Four forecasts of each deal, a quarter apart, known a quarter later."""
    rng = np.random.default_rng(seed)
    chance = rng.beta(1.0, 3.0, n)
    made = np.sort(rng.integers(0, 8, n)) * 91
    past = Past(
        chance=chance,
        factor=np.broadcast_to(factor, n).astype(float),
        happened=np.zeros(n),
        made=made,
        known=made + 90,
        deals=[str(k % (n // 4)) for k in range(n)],
    )
    return replace(past, happened=(rng.random(n) < past.said(truth)).astype(float))


def test_a_known_map_is_found_again():
    found = fitted_map(past_under(TRUE, 20_000), prior=PRIOR)

    assert found.intercept == pytest.approx(TRUE.intercept, abs=0.12)
    assert found.slope == pytest.approx(TRUE.slope, abs=0.08)
    assert found.floor == PRIOR.floor


@pytest.mark.parametrize("weight", [0.0, 0.4, 1.0])
def test_what_the_file_is_worth_is_found_and_not_taken_twice(weight: float):
    truth = replace(TRUE, file_weight=weight)
    some = np.tile([1.0, 0.3], 10_000)
    found = fitted_map(past_under(truth, 20_000, factor=some), prior=PRIOR)

    assert found.file_weight == pytest.approx(weight, abs=0.12)
    assert found.intercept == pytest.approx(TRUE.intercept, abs=0.15)
    assert found.slope == pytest.approx(TRUE.slope, abs=0.1)


def test_where_no_file_was_ever_doubted_its_weight_stays_the_experts():
    assert fitted_map(past_under(TRUE, 2_000), prior=PRIOR).file_weight == (
        pytest.approx(1.0)
    )


def test_few_forecasts_change_little():
    found = fitted_map(past_under(TRUE, 8), prior=PRIOR)

    assert abs(found.intercept - PRIOR.intercept) < 0.5
    assert 0.4 < found.slope < 0.8


def test_the_impossible_teaches_nothing():
    past = past_under(TRUE, 400)
    none = np.zeros(50)
    more = Past(
        chance=np.concatenate([past.chance, none]),
        factor=np.concatenate([past.factor, none + 1]),
        happened=np.concatenate([past.happened, none + 1]),
        made=np.concatenate([past.made, none.astype(int)]),
        known=np.concatenate([past.known, none.astype(int)]),
        deals=[*past.deals, *["x"] * 50],
    )

    assert fitted_map(more, prior=PRIOR) == fitted_map(past, prior=PRIOR)


def test_a_better_map_is_found_better_on_later_forecasts():
    trial = tried(past_under(TRUE, 4_000), prior=PRIOR, in_force=PRIOR)

    assert trial.verdict is MapVerdict.BETTER
    assert trial.gap is not None
    assert trial.gap.high < 0
    assert trial.gap.value == pytest.approx((trial.after or 0) - (trial.before or 0))
    assert 0.6 < trial.judged / trial.scored < 0.8


def test_what_is_right_already_is_left_alone():
    accepted = [
        tried(past_under(PRIOR, 1_000, seed=n), prior=PRIOR, in_force=PRIOR).verdict
        for n in range(12)
    ]

    # One in forty is expected of a 95 % interval; of twelve, three are beyond chance.
    assert accepted.count(MapVerdict.BETTER) <= 2


def test_a_forecast_teaches_only_when_its_end_was_known_in_time():
    """Nothing was known yet on the day of the first that judge."""
    past = past_under(TRUE, 1_000)

    trial = tried(replace(past, known=past.known + 10_000), prior=PRIOR, in_force=PRIOR)

    assert trial.verdict is MapVerdict.TOO_FEW


def test_later_ends_change_nothing_that_was_said_before_them():
    past = past_under(TRUE, 2_000)
    late = past.made >= 6 * 91
    turned = replace(past, happened=np.where(late, 1 - past.happened, past.happened))

    first, again = (said_in_turn(each, prior=PRIOR) for each in (past, turned))

    assert not np.isnan(first[past.made == 5 * 91]).any()
    assert first[past.made <= 6 * 91] == pytest.approx(
        again[past.made <= 6 * 91], nan_ok=True, abs=0
    )
    assert fitted_map(past, prior=PRIOR) != fitted_map(turned, prior=PRIOR)


@pytest.mark.parametrize("n", [0, 40, 199])
def test_below_two_hundred_nothing_is_fitted(n):
    trial = tried(past_under(TRUE, n) if n else EMPTY, prior=PRIOR, in_force=PRIOR)

    assert (trial.verdict, trial.scored) == (MapVerdict.TOO_FEW, n)


EMPTY = Past(
    np.zeros(0), np.zeros(0), np.zeros(0), np.zeros(0, int), np.zeros(0, int), []
)


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_maps_by_horizon_keep_the_curves_curves(seed):
    rng = np.random.default_rng(seed)
    maps = HorizonMaps(
        tuple(
            (
                float(days),
                CalibrationMap(
                    intercept=rng.uniform(-2, 1),
                    slope=rng.uniform(0.3, 1.5),
                    file_weight=rng.uniform(0, 2),
                ),
            )
            for days in (30, 60, 90)
        )
    )
    curves = random_curves(seed)

    mapped = mapped_curves(curves, calibration=maps)
    factors = file_by_week(rng.uniform(), calibration=maps, weeks=79)

    for told in (mapped, with_file(mapped, factors=factors)):
        total = told.won + told.lost + told.no_decision + told.open
        assert total == pytest.approx(1.0, abs=1e-12)
        for curve in (told.won, told.lost, told.no_decision):
            assert (np.diff(curve) >= -1e-12).all()


def test_equal_maps_at_every_horizon_are_one_map():
    maps = HorizonMaps(((30.0, TRUE), (90.0, TRUE)))
    won = np.linspace(0, 0.6, 79)

    assert mapped_by_week(won, calibration=maps) == pytest.approx(
        mapped_by_week(won, calibration=TRUE), abs=1e-12
    )


@pytest.mark.parametrize(
    "knots",
    [(), ((60.0, TRUE), (30.0, TRUE)), ((30.0, TRUE), (60.0, CalibrationMap(floor=1)))],
)
def test_horizons_that_do_not_ascend_are_refused(knots):
    with pytest.raises(ValueError, match="No maps by horizon"):
        HorizonMaps(knots)


def test_bands_are_wider_when_a_deal_stands_for_many_rows():
    said, happened = np.full(400, 0.5), np.repeat([0.0, 1.0] * 5, 40)
    deals = [str(n // 40) for n in range(400)]

    (alone,) = scoring.reliability_bins(said, happened)
    (together,) = scoring.reliability_bins(said, happened, deals=deals)

    assert alone.happened.high - alone.happened.low < 0.11
    assert together.happened.high - together.happened.low > 0.5
