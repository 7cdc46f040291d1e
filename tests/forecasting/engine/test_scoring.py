from itertools import pairwise
from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit

from forecasting.engine.scoring import (
    auc,
    bootstrap,
    brier,
    calibration_line,
    coverage,
    crps,
    difference,
    log_loss,
    murphy,
    pinball,
    ranked_score,
    reliability_bins,
    skill,
    wilson,
)

pairs = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 1)), min_size=1, max_size=60
).map(lambda rows: tuple(np.array(column) for column in zip(*rows, strict=True)))


def test_scores_by_hand():
    said, happened = [0.9, 0.2, 0.5], [1, 0, 0]

    assert brier(said, happened) == pytest.approx((0.01 + 0.04 + 0.25) / 3)
    assert log_loss(said, happened) == pytest.approx(
        -(log(0.9) + log(0.8) + log(0.5)) / 3
    )


def test_a_certain_miss_costs_much_and_not_everything():
    assert log_loss([0.0], [1]) == pytest.approx(-log(1e-6))


def test_skill_is_the_part_of_the_error_that_is_gone():
    assert skill(0.15, baseline=0.2) == pytest.approx(0.25)
    assert skill(0.0, baseline=0.0) is None


@given(pairs, st.integers(1, 12))
def test_murphy_parts_give_the_score(rows, bins):
    said, happened = rows
    parts = murphy(said, happened, bins=bins)

    total = parts.reliability - parts.resolution + parts.uncertainty + parts.within
    assert total == pytest.approx(brier(said, happened), abs=1e-12)


def test_murphy_hides_nothing_where_the_chances_of_a_bin_are_alike():
    said, happened = [0.2] * 5 + [0.8] * 5, [0, 0, 0, 0, 1, 1, 1, 1, 1, 0]

    parts = murphy(said, happened, bins=2)

    assert parts.within == pytest.approx(0, abs=1e-15)
    assert parts.reliability == pytest.approx(0, abs=1e-15)
    assert parts.resolution == pytest.approx(0.09)
    assert parts.uncertainty == pytest.approx(0.25)


@given(pairs, st.integers(1, 12))
def test_bins_hold_everything_once_and_keep_ties_together(rows, bins):
    said, happened = rows
    found = reliability_bins(said, happened, bins=bins, draws=20)

    assert sum(each.n for each in found) == len(said)
    assert len(found) <= bins
    assert all(a.said < b.said for a, b in pairwise(found))
    summed = sum(each.n * each.happened.value for each in found)
    assert summed == pytest.approx(happened.sum())


def test_line_recovers_the_map_between_said_and_happened():
    rng = np.random.default_rng(1)
    said = rng.uniform(0.02, 0.6, 40_000)
    happened = rng.random(40_000) < expit(-0.4 + 0.7 * logit(said))

    line = calibration_line(said, happened)

    assert line
    assert abs(line.slope - 0.7) < 3 * line.slope_error < 0.1
    assert abs(line.intercept + 0.4) < 3 * line.intercept_error < 0.1
    assert line.n == 40_000


def test_line_and_its_errors_by_hand():
    """Two groups of 40: the line goes through both shares, as the log odds are."""
    said = np.repeat([0.2, 0.6], 40)
    happened = np.concatenate(
        [np.repeat([1, 0], [10, 30]), np.repeat([1, 0], [20, 20])]
    )

    line = calibration_line(said, happened)

    assert line
    slope = (logit(0.5) - logit(0.25)) / (logit(0.6) - logit(0.2))
    error = np.sqrt(1 / 10 + 1 / 30 + 1 / 20 + 1 / 20) / (logit(0.6) - logit(0.2))
    assert line.slope == pytest.approx(slope)
    assert line.slope_error == pytest.approx(error)
    assert line.intercept == pytest.approx(logit(0.25) - slope * logit(0.2))


@pytest.mark.parametrize(
    ("said", "happened"),
    [([0.1, 0.9], [0, 1]), ([0.1, 0.9], [1, 1]), ([0.3, 0.3], [0, 1])],
    ids=["parted", "all alike", "one chance"],
)
def test_no_line_where_none_fits(said, happened):
    assert calibration_line(said, happened) is None


def test_auc_counts_pairs():
    assert auc([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]) == pytest.approx(0.75)
    assert auc([0.5, 0.5], [0, 1]) == pytest.approx(0.5)
    assert auc([0.5, 0.7], [1, 1]) is None


def test_ranked_score_by_hand():
    assert ranked_score([[0.2, 0.5, 0.3]], [1]) == pytest.approx((0.04 + 0.09) / 2)
    assert ranked_score([[0.0, 0.0, 1.0]], [0]) == pytest.approx(1.0)


def test_ranked_score_of_two_classes_is_the_brier_score():
    said = np.array([0.3, 0.9, 0.5])
    both = np.column_stack([1 - said, said])

    assert ranked_score(both, [1, 0, 1]) == pytest.approx(brier(said, [1, 0, 1]))


def test_crps_of_normal_draws_is_the_closed_form():
    """Gneiting and Raftery 2007, eq. 22, at x = mean: sd (√2 - 1) / √π."""
    draws = 3 + 2 * np.random.default_rng(1).standard_normal(200_000)

    closed = 2 * (np.sqrt(2) - 1) / np.sqrt(np.pi)
    assert crps(draws, 3.0) == pytest.approx(closed, rel=0.01)


def test_crps_of_one_draw_is_its_distance():
    assert crps([5.0], 3.0) == 2.0


def test_pinball_charges_the_side_that_is_rare():
    assert pinball(100, 80, level=0.9) == pytest.approx(2)
    assert pinball(100, 120, level=0.9) == pytest.approx(18)


def test_coverage_counts_the_ends():
    found = coverage([1, 1, 1, 1], [3, 3, 3, 3], [1, 3, 2, 4])

    assert found.value == 0.75
    assert found.low < 0.75 < found.high


def test_wilson_is_the_published_interval():
    """Newcombe 1998, table I: 81 of 263."""
    found = wilson(81, 263)

    assert (round(found.low, 4), round(found.high, 4)) == (0.2553, 0.3662)


def test_difference_of_a_better_forecaster_is_below_zero():
    rng = np.random.default_rng(2)
    truth = rng.uniform(0, 1, 3_000)
    happened = rng.random(3_000) < truth

    found = difference(truth, np.full(3_000, 0.5), happened, draws=300)

    assert found.low < found.value < found.high < 0


def test_difference_of_rows_that_share_a_fate_is_less_certain():
    rng = np.random.default_rng(3)
    truth = np.repeat(rng.uniform(0, 1, 60), 20)
    happened = np.repeat(rng.random(60) < truth[::20], 20)
    half = np.full(1_200, 0.5)
    deals = [f"deal {number}" for number in np.repeat(range(60), 20)]

    rows = difference(truth, half, happened, draws=300)
    whole = difference(truth, half, happened, deals=deals, draws=300)

    assert whole.value == pytest.approx(rows.value)
    assert whole.high - whole.low > 3 * (rows.high - rows.low)
    with pytest.raises(ValueError, match="1 deals"):
        difference(truth, half, happened, deals=["a"])


def test_bootstrap_says_the_same_twice():
    rows = np.arange(50.0)

    assert bootstrap(rows, np.mean, draws=100) == bootstrap(rows, np.mean, draws=100)


@pytest.mark.parametrize(
    ("said", "happened"),
    [([], []), ([0.5], [1, 0]), ([1.5], [1]), ([float("nan")], [1]), ([0.5], [2])],
)
def test_scores_refuse(said, happened):
    for score in (brier, log_loss, murphy, auc, calibration_line, reliability_bins):
        with pytest.raises(ValueError, match=r"Shapes|chance|happened"):
            score(said, happened)


def test_other_scores_refuse():
    with pytest.raises(ValueError, match="Shapes"):
        ranked_score([[0.5, 0.5]], [0, 1])
    with pytest.raises(ValueError, match="sum to one"):
        ranked_score([[0.5, 0.6]], [0])
    with pytest.raises(ValueError, match="class"):
        ranked_score([[0.5, 0.5]], [2])
    with pytest.raises(ValueError, match="nothing"):
        crps([], 1.0)
    with pytest.raises(ValueError, match="level"):
        pinball(1, 1, level=1)
    with pytest.raises(ValueError, match="cover"):
        coverage([], [], [])
    with pytest.raises(ValueError, match="no share"):
        wilson(3, 2)
