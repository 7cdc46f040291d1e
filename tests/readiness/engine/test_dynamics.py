"""The chain in continuous time against SciPy, and its invariants."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import expm

from readiness.engine.dynamics import (
    banded_jumps,
    dynamics_of,
    generator_of,
    propagate,
    transition,
)
from readiness.engine.expert import DWELL_DAYS, PRIOR, expert_generator
from tests.readiness.engine.strategies import generators

DURATIONS = np.array([0.0, 1e-6, 0.5, 1.0, 14.0, 90.0, 365.0, 20_000.0])
# Equal rates one after the other: a Jordan block, which has no eigenvectors to offer.
SERIAL = generator_of(dwell_days=[10, 10, 10, 1], jumps=np.diag([1.0, 1.0, 1.0], k=1))


def test_expert_generator_is_the_published_one():
    generator = expert_generator()

    assert generator[0, 1] == 1 / 60
    assert generator[2, 3] == 0.75 / 30
    assert generator[2, 4] == 0.05 / 30
    assert generator[5, 4] == 0.25 / 35
    assert generator[6, 5] == 1 / 250
    assert (-1 / generator.diagonal()).tolist() == pytest.approx(list(DWELL_DAYS))


def test_expert_generator_is_well_conditioned():
    assert dynamics_of(expert_generator()).fallback == ""


@pytest.mark.parametrize("generator", [expert_generator(), SERIAL])
def test_transition_agrees_with_scipy(generator):
    dynamics = dynamics_of(generator)

    found = transition(dynamics, DURATIONS)

    for days, matrix in zip(DURATIONS, found, strict=True):
        assert matrix == pytest.approx(expm(generator * days), abs=1e-12)
        assert transition(dynamics, float(days)) == pytest.approx(matrix, abs=1e-15)


def test_a_chain_without_eigenvectors_falls_back_with_a_reason():
    dynamics = dynamics_of(SERIAL)

    assert dynamics.modes is None
    assert "eigenvectors nearly dependent" in dynamics.fallback


def test_complex_eigenvalues_give_real_probabilities():
    cycle = generator_of(dwell_days=[5, 5, 5], jumps=[[0, 1, 0], [0, 0, 1], [1, 0, 0]])
    dynamics = dynamics_of(cycle)

    assert dynamics.modes is not None
    assert np.iscomplexobj(dynamics.modes.eigenvalues)
    assert transition(dynamics, 7.0) == pytest.approx(expm(cycle * 7), abs=1e-13)


@given(st.integers(2, 12).flatmap(generators), st.floats(0, 5000))
def test_transition_rows_are_distributions(generator, days):
    matrix = transition(dynamics_of(generator), days)

    assert (matrix >= 0).all()
    assert np.abs(matrix.sum(axis=1) - 1).max() < 1e-14
    assert matrix == pytest.approx(expm(generator * days), abs=1e-10)


@given(st.integers(2, 8).flatmap(generators), st.floats(0, 300), st.floats(0, 300))
def test_time_in_two_parts_is_time_in_one(generator, first, second):
    dynamics = dynamics_of(generator)
    start = np.eye(len(generator))[0]

    twice = propagate(dynamics, propagate(dynamics, start, first), second)

    assert twice == pytest.approx(propagate(dynamics, start, first + second), abs=1e-11)


def test_propagate_many_durations_is_propagate_each():
    dynamics = dynamics_of(expert_generator())
    prior = np.array(PRIOR)

    together = propagate(dynamics, np.tile(prior, (len(DURATIONS), 1)), DURATIONS)

    for days, row in zip(DURATIONS, together, strict=True):
        assert row == pytest.approx(propagate(dynamics, prior, float(days)), abs=1e-15)


def test_importance_is_a_pure_time_scale():
    generator, prior = expert_generator(), np.array(PRIOR)

    slower = propagate(dynamics_of(generator / 2.5), prior, 100.0)

    assert slower == pytest.approx(
        propagate(dynamics_of(generator), prior, 40.0), abs=1e-14
    )


@pytest.mark.parametrize("days", [-1.0, float("nan"), float("inf")])
@pytest.mark.parametrize("generator", [expert_generator(), SERIAL])
def test_propagate_refuses_impossible_durations(generator, days):
    start = np.eye(len(generator))[0]

    with pytest.raises(ValueError, match="Days must be 0 or more, not"):
        propagate(dynamics_of(generator), start, days)


@pytest.mark.parametrize(
    ("generator", "sentence"),
    [
        ([[0.0]], "A generator is square, two or more, not (1, 1)."),
        ([[-1, 1], [-1, 1]], "A rate between phases is negative: -1.0."),
        ([[-1, 2], [1, -1]], "Rows of a generator must sum to 0, not [1.0, 0.0]."),
        ([[np.nan, 1], [1, -1]], "A rate must be a finite number"),
    ],
)
def test_dynamics_of_refuses_what_is_no_generator(generator, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        dynamics_of(generator)


def test_generator_of_refuses_bad_shares_and_dwell():
    with pytest.raises(ValueError, match=r"Jump shares must sum to 1, not 0\.9\."):
        generator_of(dwell_days=[1, 1], jumps=[[0.0, 0.9], [1.0, 0.0]])
    with pytest.raises(ValueError, match=r"A mean dwell must be above zero, not 0\."):
        generator_of(dwell_days=[1, 0], jumps=[[0, 1], [1, 0]])
    with pytest.raises(ValueError, match=r"A jump of \+1 from phase 1 leaves"):
        banded_jumps(forward_one=[1, 1], forward_two=[0, 0], back_one=[0, 0])


def test_propagate_refuses_other_shapes():
    dynamics = dynamics_of(expert_generator())

    with pytest.raises(ValueError, match=r"\(6,\) probabilities do not fit"):
        propagate(dynamics, np.full(6, 1 / 6), 1.0)
