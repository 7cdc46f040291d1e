"""Curves of competing ends against published figures and against doing it by hand."""

import csv
import json
import math
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.engine.curves import RiskCurves, risk_curves

PROJECT = Path(__file__).resolve().parents[3]
DATA = os.environ.get("BUYREADINESS_REFERENCE_DATA", "../shared/data")


@pytest.fixture(scope="module")
def folder() -> Path:
    found = (PROJECT / DATA / "competing_risks").resolve()
    if not (found / "aidssi.csv").exists():
        pytest.skip(
            f"the reference data is not in {found}; set BUYREADINESS_REFERENCE_DATA"
        )
    return found


@pytest.fixture(scope="module")
def published(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "expected.json").read_text())["aidssi_AJ"]


@pytest.fixture(scope="module")
def aidssi(folder: Path) -> RiskCurves:
    """From infection to AIDS or to another strain of the virus, 329 patients."""
    with (folder / "aidssi.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return risk_curves(
        days=[float(row["time"]) for row in rows],
        end=[int(row["status"]) - 1 for row in rows],
        ends=2,
    )


@pytest.mark.claim(42)
@pytest.mark.parametrize("part", ["head", "tail"])
def test_curves_and_errors_are_the_published_ones(
    aidssi: RiskCurves, published: dict[str, Any], part: str
):
    figures = np.array(published[part])
    places = np.searchsorted(aidssi.times, figures[:, 0])

    found = np.column_stack(
        [
            aidssi.times,
            aidssi.open,
            aidssi.ends,
            aidssi.open_error,
            aidssi.ends_error,
        ]
    )[places]

    assert found == pytest.approx(figures, abs=1e-6)
    assert aidssi.count == published["n"]
    assert aidssi.ended.sum(axis=0).tolist() == [114, 108]


def test_bounds_lie_around_the_curve_and_inside_one(aidssi: RiskCurves):
    low, high = aidssi.interval(0.95)

    assert (low <= aidssi.ends).all()
    assert (aidssi.ends <= high).all()
    assert (low >= 0).all()
    assert (high <= 1).all()
    # Nearly the plain ± 1.96 errors where the curve is in the middle.
    middle = np.searchsorted(aidssi.times, 8.0)
    width = (high - low)[middle] / (2 * 1.96 * aidssi.ends_error[middle])
    assert width == pytest.approx([1, 1], abs=0.03)


def test_curves_by_hand():
    curves = risk_curves(days=[1, 2, 2, 3, 4], end=[0, 1, -1, 0, 2], ends=3)

    assert curves.times.tolist() == [1, 2, 3, 4]
    assert curves.at_risk.tolist() == [5, 4, 2, 1]
    assert curves.open.tolist() == pytest.approx([4 / 5, 3 / 5, 3 / 10, 0])
    assert curves.ends[-1].tolist() == pytest.approx([1 / 5 + 3 / 10, 1 / 5, 3 / 10])
    # One death of five: the error of a share of 1/5.
    assert curves.ends_error[0, 0] == pytest.approx(math.sqrt(0.2 * 0.8 / 5))
    assert curves.quantile(0.5, end=0) == 3
    assert curves.quantile(0.6, end=0) == math.inf


def test_deal_that_was_old_when_first_watched_counts_from_then():
    curves = risk_curves(days=[2, 5, 6], end=[0, 0, -1], entered=[0, 3, 0], ends=1)

    assert curves.at_risk.tolist() == [2, 2, 1]
    assert curves.open.tolist() == pytest.approx([1 / 2, 1 / 4, 1 / 4])


def test_curves_between_and_beyond_their_times():
    curves = risk_curves(days=[1, 3, 4], end=[0, 1, -1], ends=2)

    still, ends, still_error, ends_error = curves.at([0.5, 1.0, 3.5, 9.0])

    assert still.tolist() == pytest.approx([1, 2 / 3, 1 / 3, math.nan], nan_ok=True)
    assert ends[1].tolist() == pytest.approx([1 / 3, 0])
    assert ends_error[0].tolist() == [0, 0]
    assert np.isnan(ends_error[3]).all()
    assert still_error[1] == ends_error[1, 0]


DEALS = st.lists(
    st.tuples(st.integers(1, 30), st.integers(-1, 2)), min_size=1, max_size=40
)


@given(DEALS)
def test_curves_sum_to_one_and_never_fall(deals):
    curves = risk_curves(days=[d for d, _ in deals], end=[e for _, e in deals], ends=3)

    assert (curves.open + curves.ends.sum(axis=1)).tolist() == pytest.approx(
        [1.0] * len(curves.times)
    )
    assert (np.diff(curves.ends, axis=0) >= 0).all()
    assert np.isfinite(curves.ends_error).all()


@given(DEALS)
def test_errors_of_complete_data_are_those_of_a_share(deals):
    # Without anything open the curve is the plain share that has ended so.
    complete = [(day, abs(end)) for day, end in deals]
    days, ends = np.array(complete).T
    curves = risk_curves(days=days, end=ends, ends=3)

    for n, time in enumerate(curves.times):
        share = ((days <= time)[:, None] & (ends[:, None] == np.arange(3))).mean(axis=0)
        assert curves.ends[n] == pytest.approx(share, abs=1e-12)
        error = np.sqrt(share * (1 - share) / len(days))
        assert curves.ends_error[n] == pytest.approx(error, abs=1e-7)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"days": [], "end": [], "ends": 1}, "at least one deal"),
        ({"days": [1], "end": [3], "ends": 3}, "no end 3 of 3"),
        ({"days": [1], "end": [0, 1], "ends": 3}, "do not fit"),
        ({"days": [math.nan], "end": [0], "ends": 3}, "finite"),
        ({"days": [1], "end": [0], "ends": 3, "entered": [1]}, "before it was watched"),
    ],
)
def test_risk_curves_refuse(given, sentence):
    with pytest.raises(ValueError, match=sentence):
        risk_curves(**given)


def test_interval_refuses_a_level_that_is_none():
    with pytest.raises(ValueError, match="between 0 and 1"):
        risk_curves(days=[1], end=[0], ends=1).interval(1.0)
