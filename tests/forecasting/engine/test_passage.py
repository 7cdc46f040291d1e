import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.engine.passage import Speed, first_passage_tables
from readiness.engine.expert import ANCHORS, expert_generator

EVEN = Speed(sigma=0.0, shared_nodes=1, personal_nodes=1)
ENDS = ("status_quo", "commitment")


def chain(*, rate: float, **rest):
    return first_passage_tables(
        np.array([[-rate, rate], [0.0, 0.0]]), anchors=ENDS, pace=1.0, **rest
    )


def test_two_phases_are_reached_exponentially():
    tables = chain(rate=0.01, speed=EVEN)

    weeks = np.arange(79)
    assert tables.reached_last[0, :, 0] == pytest.approx(1 - np.exp(-0.07 * weeks))
    assert tables.reached_last[1, :, 0] == pytest.approx(np.ones(79))
    assert tables.early[0, :, 0] == pytest.approx(np.exp(-0.07 * weeks))


def test_personal_speed_is_integrated():
    tables = chain(rate=0.01)

    rng = np.random.default_rng(1)
    for node, u in enumerate(tables.shared.points):
        pace = np.exp(0.45 * np.sqrt(0.5) * (u + rng.standard_normal(400_000)))
        drawn = 1 - np.exp(-0.01 * 182 * pace)
        assert tables.reached_last[0, 26, node] == pytest.approx(
            drawn.mean(), abs=4 * drawn.std() / np.sqrt(len(drawn)) + 1e-4
        )


def test_pace_stretches_time():
    slow = first_passage_tables(expert_generator(), anchors=ANCHORS, pace=2.0)
    mid = first_passage_tables(expert_generator(), anchors=ANCHORS, pace=1.0)

    assert slow.reached_last[:, 78] == pytest.approx(mid.reached_last[:, 39])
    assert slow.early[:, 20] == pytest.approx(mid.early[:, 10])


def test_doubts_come_no_later_than_the_end_and_from_further_on_sooner():
    tables = first_passage_tables(expert_generator(), anchors=ANCHORS, pace=1.0)

    assert (tables.reached_doubts >= tables.reached_last).all()
    for reached in (tables.reached_last, tables.reached_doubts):
        assert (np.diff(reached, axis=0) >= 0).all()
        assert (np.diff(reached, axis=1) >= 0).all()
    assert (np.diff(tables.early, axis=0) <= 0).all()


def test_the_last_phase_absorbs_although_its_own_dwell_ends():
    tables = first_passage_tables(expert_generator(), anchors=ANCHORS, pace=1.0)

    assert (tables.reached_last[6] == 1).all()
    assert (tables.early[6] == 0).all()


def test_tables_go_by_anchor_not_by_place():
    rates = np.array([[-0.02, 0.02, 0], [0, -0.03, 0.03], [0, 0, 0]])

    tables = first_passage_tables(
        rates, anchors=("status_quo", "commitment", "commitment"), pace=1.0, speed=EVEN
    )

    assert tables.reached_last[0, 10, 0] == pytest.approx(1 - np.exp(-1.4))
    assert (tables.reached_last[1] == 1).all()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 8))
def test_any_chain_gives_probabilities_that_rise(seed, count):
    rng = np.random.default_rng(seed)
    rates = rng.exponential(0.03, (count, count)) * (rng.random((count, count)) < 0.6)
    np.fill_diagonal(rates, 0.0)
    np.fill_diagonal(rates, -rates.sum(axis=1))
    between = np.sort(rng.integers(0, 7, count - 2))
    anchors = [ANCHORS[0], *(ANCHORS[i] for i in between), ANCHORS[-1]]

    tables = first_passage_tables(rates, anchors=anchors, pace=1.0)

    for reached in (tables.reached_last, tables.reached_doubts):
        assert ((reached >= 0) & (reached <= 1)).all()
        assert (np.diff(reached, axis=1) >= 0).all()
    assert (tables.reached_doubts >= tables.reached_last).all()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"generator": np.ones((2, 2))}, "sum to 0"),
        ({"anchors": ("commitment", "status_quo")}, "do not ascend"),
        ({"anchors": ("status_quo", "bought")}, "no anchor 'bought'"),
        ({"anchors": ("status_quo",)}, "1 anchors"),
        ({"pace": 0.0}, "pace must be above zero"),
    ],
)
def test_tables_refuse(change, words):
    given_parts = {
        "generator": np.array([[-0.1, 0.1], [0.0, 0.0]]),
        "anchors": ENDS,
        "pace": 1.0,
    } | change

    with pytest.raises(ValueError, match=words):
        first_passage_tables(given_parts.pop("generator"), **given_parts)


@pytest.mark.parametrize("change", [{"sigma": -0.1}, {"shared": 1.2}])
def test_speed_refuses(change):
    with pytest.raises(ValueError, match=r"-0.1|1.2"):
        Speed(**change)
