"""Fits with and without knowledge beforehand, and how they end."""

import numpy as np
import pytest

from readiness.engine.hidden.em import Climb, NotConverged, climb, converged
from readiness.engine.hidden.fit import Pseudo, Reports, fit
from readiness.engine.hidden.sequences import sequences_of

SEEN_AS = np.array([[0.9, 0.3], [0.1, 0.7]])
REPORTS = Reports(
    chances=SEEN_AS,
    symbol=np.array([0, 1]),
    loudness=np.ones(2),
    fixed=np.zeros((2, 2)),
)
RATES = np.array([[-0.2, 0.2], [0.1, -0.1]])


def simulated(count: int):
    """Twelve looks at each of so many chains, a week apart."""
    rng = np.random.default_rng(11)
    moves = np.eye(2) + RATES * 0.01
    state = (rng.random(count) < 0.5).astype(int)
    symbols = []
    for _ in range(12):
        for _ in range(100):
            state = (rng.random(count) > moves[state, 0]).astype(int)
        symbols.append((rng.random(count) > SEEN_AS[0, state]).astype(int))
    order = np.stack(symbols, axis=1)
    return sequences_of(
        sequence=np.repeat(np.arange(count), 12),
        days=np.ones(12 * count),
        column=order.ravel(),
    )


def fit_to(sequences, **known):
    start = np.array([[-0.15, 0.15], [0.15, -0.15]])
    return fit(
        sequences=sequences, generator=start, prior=[0.5, 0.5], reports=REPORTS, **known
    )


def test_fit_recovers_the_truth_it_was_made_from():
    fitted = fit_to(simulated(4_000))

    assert fitted.chain.jump_rates[0, 1] == pytest.approx(0.2, rel=0.1)
    assert fitted.chain.jump_rates[1, 0] == pytest.approx(0.1, rel=0.1)
    assert fitted.reports.chances == pytest.approx(SEEN_AS, abs=0.03)


def test_strong_knowledge_beforehand_wins_over_few_observations():
    known = Pseudo(
        jumps=np.array([[0, 0.5], [0.5, 0]]) * 1e6,
        stays=np.full(2, 1e6),
        symbols=np.array([[0.8, 0.2], [0.2, 0.8]]) * 1e6,
        starts=np.array([9e6, 1e6]),
    )

    fitted = fit_to(simulated(50), pseudo=known, learn_starts=True)

    assert fitted.chain.jump_rates[0, 1] == pytest.approx(0.5, rel=1e-3)
    assert fitted.reports.chances[0] == pytest.approx([0.8, 0.2], abs=1e-3)
    assert fitted.chain.prior == pytest.approx([0.9, 0.1], abs=1e-3)


def test_no_step_of_a_fit_lowers_the_objective():
    heights = []

    def update(vector):
        # Plain steps towards 3, each a hundredth of the way.
        heights.append(-float(((vector - 3) ** 2).sum()))
        return vector + 0.01 * (3 - vector), heights[-1]

    end = converged(np.zeros(2), update, tolerance=1e-12)

    assert end.vector == pytest.approx([3, 3], abs=1e-4)
    assert end.updates < 60  # plain steps would take more than a thousand
    assert end.objective == pytest.approx(0, abs=1e-8)


def test_fit_that_does_not_end_raises():
    def forever(vector):
        return vector + 1 + 0.1 * np.sin(vector), float(vector[0])

    with pytest.raises(NotConverged, match="after 2\\d passes"):
        converged(np.zeros(1), forever, tolerance=1e-9, limit=20)


def test_update_that_makes_it_worse_is_a_fault():
    def worse(vector):
        return vector + 1, -float(vector[0])

    with pytest.raises(ArithmeticError, match="The objective fell"):
        converged(np.zeros(1), worse, tolerance=1e-9)


def test_interrupted_fit_ends_where_the_uninterrupted_one_does():
    def update(vector):
        return vector + 0.2 * (np.array([1.0, 2.0]) - vector), -float(
            ((vector - [1.0, 2.0]) ** 2).sum()
        )

    whole = climb(Climb(np.zeros(2)), update, updates=500, tolerance=1e-12)
    parts = Climb(np.zeros(2))
    while not parts.is_done:
        parts = climb(parts, update, updates=3, tolerance=1e-12)

    assert parts.vector.tolist() == whole.vector.tolist()
    assert parts.updates == whole.updates


def test_steady_climb_without_end_takes_longer_strides_and_raises():
    def steady(vector):
        return vector + 1, float(vector[0])

    with pytest.raises(NotConverged):
        converged(np.zeros(1), steady, tolerance=1e-9, limit=30)
