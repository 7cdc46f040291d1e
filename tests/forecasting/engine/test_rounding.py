from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.engine.rounding import apportion, spread

shares = st.lists(st.floats(0, 1e9), min_size=1, max_size=12)


def test_apportion_gives_the_units_left_to_the_largest_remainders():
    assert apportion(10, [1.5, 4.7, 3.8]) == (1, 5, 4)


def test_apportion_gives_a_tie_to_the_earlier():
    assert apportion(40, [1.0] * 6) == (7, 7, 7, 7, 6, 6)


def test_apportion_of_weightless_shares_is_even():
    assert apportion(3, [0.0, 0.0, 0.0]) == (1, 1, 1)


@given(st.integers(0, 10**12), shares)
def test_apportion_reconciles(total, given_shares):
    assert sum(apportion(total, given_shares)) == total


@given(st.integers(0, 10**6), st.lists(st.integers(1, 1000), min_size=1, max_size=12))
def test_apportion_is_within_one_of_the_quota(total, given_shares):
    parts = apportion(total, given_shares)

    for part, share in zip(parts, given_shares, strict=True):
        assert abs(part - Fraction(total * share, sum(given_shares))) < 1


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=12))
def test_apportion_keeps_whole_amounts_that_already_add_up(amounts):
    if sum(amounts):
        assert apportion(sum(amounts), amounts) == tuple(amounts)


@pytest.mark.parametrize(
    ("total", "given_shares"), [(-1, [1.0]), (1, [-1.0]), (1, [float("nan")]), (1, [])]
)
def test_apportion_refuses(total, given_shares):
    with pytest.raises(ValueError, match=r"negative|Nobody"):
        apportion(total, given_shares)


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=30), st.integers(-40, 40))
def test_spread_sums_to_the_total_and_stays_beside_the_exact(exact, off):
    total = round(sum(exact)) + off

    parts = spread(total, exact)

    assert sum(parts) == total
    least = 1 + (abs(off) + 1) / len(exact)
    assert all(
        abs(part - value) <= least + 1 for part, value in zip(parts, exact, strict=True)
    )


def test_spread_refuses_a_total_for_nobody():
    with pytest.raises(ValueError, match="Nobody"):
        spread(1, [])
    assert spread(0, []) == ()
