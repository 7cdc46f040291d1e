import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.engine.baselines import FEWEST, base_rate, busy, share_by_class


def test_base_rate_is_of_what_had_come_true_by_then():
    days = [0] * 40 + [90] * 2 + [89] * 2
    happened = [1] * 10 + [0] * 30 + [1, 1, 1, 1]

    said = base_rate(days, happened, horizon=90)

    assert np.isnan(said[:40]).all()
    assert said[40:42] == pytest.approx(0.25)
    assert np.isnan(said[42:]).all()


@given(st.integers(0, 2**32 - 1))
def test_nothing_later_changes_what_was_said(seed):
    rng = np.random.default_rng(seed)
    days = np.sort(rng.integers(0, 400, 200))
    happened = rng.integers(0, 2, 200)
    classes = rng.integers(0, 4, 200).tolist()
    other = np.where(days > 150, 1 - happened, happened)

    before = share_by_class(days, happened, classes, horizon=90)
    after = share_by_class(days, other, classes, horizon=90)

    np.testing.assert_array_equal(before[days <= 240], after[days <= 240])


def test_a_class_leans_on_the_base_rate():
    days = [0] * 60 + [100] * 3
    happened = [1] * 20 + [0] * 20 + [0] * 20 + [0] * 3
    classes = ["late"] * 40 + ["early"] * 20 + ["late", "early", "new"]

    said = share_by_class(days, happened, classes, horizon=90)

    base = 20 / 60
    assert said[60:] == pytest.approx(
        [(20 + 10 * base) / 50, (0 + 10 * base) / 30, base]
    )


def test_too_little_is_not_said():
    days = [0] * (FEWEST - 1) + [100]

    assert np.isnan(base_rate(days, [1] * FEWEST, horizon=90)).all()


def test_shares_refuse_what_does_not_fit():
    with pytest.raises(ValueError, match="do not fit"):
        share_by_class([1, 2], [0, 1], ["a"], horizon=90)


def test_busy_has_four_classes():
    assert [busy(n) for n in (0, 1, 2, 3, 5, 6, 40)] == [0, 1, 1, 2, 2, 3, 3]
