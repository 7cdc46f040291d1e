"""The forward algorithm against summing over every path."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.engine.dynamics import dynamics_of, transition
from readiness.engine.forward import filter_forward
from tests.readiness.engine.strategies import chances, generators


@st.composite
def tiny_problems(draw):
    count, length = draw(st.integers(2, 3)), draw(st.integers(1, 4))
    days = np.array(draw(st.lists(st.floats(0, 60), min_size=length, max_size=length)))
    logs = st.lists(st.floats(-6, 0), min_size=count, max_size=count)
    return (
        draw(chances(count)),
        transition(dynamics_of(draw(generators(count))), days),
        np.array([draw(logs) for _ in range(length)]),
    )


@given(tiny_problems())
def test_filter_forward_agrees_with_summing_over_every_path(problem):
    prior, transitions, logs = problem
    length, count = logs.shape

    ends = np.zeros(count)
    for path in product(range(count), repeat=length + 1):
        weight = prior[path[0]]
        for n in range(length):
            weight *= transitions[n][path[n], path[n + 1]]
            weight *= np.exp(logs[n, path[n + 1]])
        ends[path[-1]] += weight
    answer = filter_forward(prior=prior, transitions=transitions, log_likelihoods=logs)

    assert answer.filtered[-1] == pytest.approx(ends / ends.sum(), abs=1e-12)
    assert answer.log_likelihood == pytest.approx(np.log(ends.sum()), abs=1e-10)


def test_filter_forward_survives_evidence_below_the_smallest_double():
    logs = np.array([[-2000.0, -2001.0], [-1e6, -1e6 - 1]])
    steps = np.stack([np.eye(2)] * 2)

    answer = filter_forward(
        prior=np.array([0.5, 0.5]), transitions=steps, log_likelihoods=logs
    )

    odds = np.exp(-2)
    assert answer.filtered[-1].tolist() == pytest.approx(
        [1 / (1 + odds), odds / (1 + odds)]
    )
    assert answer.log_likelihood == pytest.approx(-1_002_000 + np.log((1 + odds) / 2))


def test_filter_forward_refuses_the_impossible():
    logs = np.array([[0.0, -np.inf]])
    stay = np.eye(2)[None]

    with pytest.raises(ValueError, match="Observation 0 is impossible"):
        filter_forward(
            prior=np.array([0.0, 1.0]), transitions=stay, log_likelihoods=logs
        )
    with pytest.raises(ValueError, match=r"The prior must sum to 1, not 0\.5"):
        filter_forward(
            prior=np.array([0.0, 0.5]), transitions=stay, log_likelihoods=logs
        )
    with pytest.raises(ValueError, match="transitions do not fit"):
        filter_forward(
            prior=np.array([0.0, 1.0]), transitions=stay[:0], log_likelihoods=logs
        )
