"""Filter, smoother, path and expected counts against doing it the long way."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm

from readiness.engine.dynamics import Dynamics, dynamics_of, transition
from readiness.engine.hidden.chain import (
    Chain,
    chain_of,
    filter_all,
    known_states,
    smooth_all,
)
from readiness.engine.hidden.expected import expect
from readiness.engine.hidden.paths import most_likely_paths
from readiness.engine.hidden.sequences import Kind, sequences_of
from readiness.engine.hidden.waits import van_loan, waits_of
from tests.readiness.engine.strategies import chances, generators

ONE_WAY = np.array([[-0.1, 0.1], [0, 0]])


@st.composite
def tiny_problems(draw):
    """Up to three sequences of up to three observations of any kind."""
    count = draw(st.integers(2, 3))
    lengths = draw(st.lists(st.integers(0, 3), min_size=1, max_size=3))
    total = sum(lengths)
    logs = st.lists(st.floats(-4, 0), min_size=count, max_size=count)
    chain = chain_of(
        prior=draw(chances(count)),
        generator=draw(generators(count)),
        logs=[draw(logs) for _ in range(3)],
    )

    def each(values):
        return draw(st.lists(values, min_size=total, max_size=total))

    owner = [n for n, length in enumerate(lengths) for _ in range(length)]
    days = each(st.floats(0.5, 60))
    kinds = each(st.sampled_from(list(Kind)))
    columns = each(st.integers(0, 2))
    return chain, lengths, owner, days, kinds, columns


def matrix(chain: Chain, days: float, kind: Kind) -> np.ndarray:
    moved = expm(chain.dynamics.generator * days)
    if kind in {Kind.STAY, Kind.JUMP}:
        moved = np.diag(np.exp(chain.dynamics.generator.diagonal() * days))
    if kind in {Kind.ENTRY, Kind.JUMP}:
        moved = moved @ chain.jump_rates
    return moved


def weights_of_paths(chain, steps):
    """Every path of states and its weight; the first is the start."""
    for path in product(range(chain.count), repeat=len(steps) + 1):
        weight = chain.prior[path[0]]
        for n, (days, kind, column) in enumerate(steps):
            weight *= matrix(chain, days, kind)[path[n], path[n + 1]]
            weight *= np.exp(chain.logs[column, path[n + 1]])
        yield path, weight


@settings(max_examples=40)
@given(tiny_problems())
def test_passes_agree_with_summing_over_every_path(problem):
    chain, lengths, owner, days, kinds, columns = problem
    sequences = sequences_of(
        sequence=owner, days=days, column=columns, kind=kinds, count=len(lengths)
    )

    filtered = filter_all(chain, sequences)
    smooth = smooth_all(chain, sequences)
    smoothed = sequences.in_given_order(smooth.chances)
    best = most_likely_paths(chain, sequences)

    first = 0
    for n, length in enumerate(lengths):
        rows = slice(first, first + length)
        steps = list(zip(days[rows], kinds[rows], columns[rows], strict=True))
        paths = list(weights_of_paths(chain, steps))
        total = sum(weight for _, weight in paths)
        assert filtered.log_likelihood[n] == pytest.approx(np.log(total), abs=1e-9)
        truth = np.zeros((length + 1, chain.count))
        for path, weight in paths:
            truth[np.arange(length + 1), list(path)] += weight / total
        assert smooth.starts[n] == pytest.approx(truth[0], abs=1e-9)
        if length:
            assert smoothed[rows] == pytest.approx(truth[1:], abs=1e-9)
            found = max(w for path, w in paths if list(path[1:]) == best[rows].tolist())
            assert found == pytest.approx(max(w for _, w in paths), rel=1e-9)
        first += length


def expected_by_quadrature(chain: Chain, days: float, kind: Kind, column: int):
    """One observation, the time before it cut into pieces (Gauss-Legendre)."""
    nodes, weights = np.polynomial.legendre.leggauss(40)
    evidence = np.exp(chain.logs[column])
    rates, generator = chain.jump_rates, chain.dynamics.generator
    total = float(chain.prior @ matrix(chain, days, kind) @ evidence)
    seen = rates @ evidence if kind in {Kind.ENTRY, Kind.JUMP} else evidence
    jumps, stays = np.zeros_like(rates), np.zeros(chain.count)
    for node, weight in zip((nodes + 1) / 2 * days, weights / 2 * days, strict=True):
        if kind in {Kind.STAY, Kind.JUMP}:
            alone = chain.prior * np.exp(generator.diagonal() * days) * seen
            stays += weight * alone
            continue
        before = chain.prior @ expm(generator * node)
        after = expm(generator * (days - node)) @ seen
        stays += weight * before * after
        jumps += weight * rates * np.outer(before, after)
    if kind in {Kind.ENTRY, Kind.JUMP}:
        loose = matrix(chain, days, Kind.SEEN if kind == Kind.ENTRY else Kind.STAY)
        jumps += rates * np.outer(chain.prior @ loose, evidence)
    return jumps / total, stays / total


@settings(max_examples=25)
@given(tiny_problems())
def test_expected_jumps_and_stays_agree_with_integrating(problem):
    chain, _, owner, days, kinds, columns = problem
    # Each observation as a sequence of its own, all in one group but the first.
    sequences = sequences_of(
        sequence=range(len(owner)), days=days, column=columns, kind=kinds
    )
    group = np.minimum(np.arange(len(owner)), 1)

    found = expect(chain, sequences, group=group)

    for g in range(min(len(owner), 2)):
        parts = [
            expected_by_quadrature(chain, days[n], kinds[n], columns[n])
            for n in range(len(owner))
            if group[n] == g
        ]
        assert found.jumps[g] == pytest.approx(sum(p[0] for p in parts), abs=1e-7)
        assert found.stays[g] == pytest.approx(sum(p[1] for p in parts), abs=1e-7)
    assert found.columns.sum() == pytest.approx(len(owner))


@given(generators(4), st.lists(st.floats(0, 90), min_size=1, max_size=6))
@settings(max_examples=30)
def test_series_and_eigenvectors_agree(generator, days):
    rng, days = np.random.default_rng(3), np.array(days)
    before, after = rng.random((2, len(days), 4))
    spectral = dynamics_of(generator)
    series = Dynamics(generator=spectral.generator, modes=None, fallback="a test")
    rows = np.arange(len(days))

    one, other = waits_of(spectral, days), waits_of(series, days)

    assert one.ahead(before, rows) == pytest.approx(other.ahead(before, rows), abs=1e-9)
    assert one.back(after, rows) == pytest.approx(other.back(after, rows), abs=1e-9)
    assert one.meanwhile(before, after, rows) == pytest.approx(
        other.meanwhile(before, after, rows), abs=1e-7
    )


def test_chain_without_independent_eigenvectors_is_counted_all_the_same():
    # Three equal rates in a row: the textbook case of a defective generator.
    generator = np.diag([-0.1, -0.1, -0.1, 0.0]) + np.diag([0.1] * 3, 1)
    chain = chain_of(prior=np.eye(4)[0], generator=generator, logs=known_states(4))
    sequences = sequences_of(sequence=[0, 1], days=[5.0, 50.0], column=[1, 3])

    found = expect(chain, sequences)

    assert chain.dynamics.modes is None
    assert found.stays.sum() == pytest.approx(55)
    # To end in the second state from the first is one jump; in the last, three.
    assert found.jumps[0, 0, 1] == pytest.approx(2)
    assert found.jumps[0, 2, 3] == pytest.approx(1)


def test_van_loan_agrees_with_the_exponential_of_the_block():
    rng = np.random.default_rng(5)
    generator = rng.random((3, 3))
    np.fill_diagonal(generator, 0)
    np.fill_diagonal(generator, -generator.sum(axis=1))
    seeds, days = rng.random((4, 3, 3)), np.array([0.0, 0.3, 4.0, 90.0])

    found = van_loan(generator, seeds, days)

    for n in range(4):
        block = np.block([[generator, seeds[n]], [np.zeros((3, 3)), generator]])
        truth = expm(block * days[n])[:3, 3:]
        assert found[n] == pytest.approx(truth, rel=1e-10, abs=1e-12)


def test_expected_counts_of_a_path_that_leaves_nothing_open():
    chain = chain_of(prior=[1, 0], generator=ONE_WAY, logs=known_states(2))
    sequences = sequences_of(sequence=[0], days=[7.0], column=[1], kind=[Kind.JUMP])

    found = expect(chain, sequences)

    assert found.jumps[0].tolist() == [[0, 1], [0, 0]]
    assert found.stays[0].tolist() == pytest.approx([7, 0])
    assert found.log_likelihood.tolist() == pytest.approx([-0.7 + np.log(0.1)])


def test_what_cannot_be_is_refused():
    chain = chain_of(prior=[1, 0], generator=ONE_WAY, logs=known_states(2))

    with pytest.raises(ValueError, match="Observation 1 is impossible"):
        filter_all(chain, sequences_of(sequence=[0, 0], days=[1, 1], column=[1, 0]))
    with pytest.raises(ValueError, match="No path of states"):
        most_likely_paths(
            chain, sequences_of(sequence=[0, 0], days=[1, 1], column=[1, 0])
        )
    with pytest.raises(ValueError, match="There is no column 5"):
        filter_all(chain, sequences_of(sequence=[0], days=[1], column=[5]))
    with pytest.raises(ValueError, match="Days must be 0 or more"):
        sequences_of(sequence=[0], days=[-1], column=[0])
    with pytest.raises(ValueError, match="sequence that does not exist"):
        sequences_of(sequence=[2], days=[1], column=[0], count=2)
    with pytest.raises(ValueError, match="differ in shape"):
        sequences_of(sequence=[0, 0], days=[1], column=[0])
    with pytest.raises(ValueError, match="no such kind"):
        sequences_of(sequence=[0], days=[1], column=[0], kind=[7])
    with pytest.raises(ValueError, match="do not fit"):
        expect(
            chain,
            sequences_of(sequence=[0], days=[1], column=[0]),
            group=np.array([0, 0]),
        )


def test_thousands_of_sequences_give_the_same_as_each_alone():
    rng = np.random.default_rng(8)
    generator = rng.random((5, 5)) / 30
    np.fill_diagonal(generator, 0)
    np.fill_diagonal(generator, -generator.sum(axis=1))
    logs = np.log(rng.dirichlet(np.ones(5), size=20))
    chain = chain_of(prior=np.full(5, 0.2), generator=generator, logs=logs)
    owner = np.sort(rng.integers(0, 2_000, 12_000))
    days, column = rng.exponential(9, 12_000), rng.integers(0, 20, 12_000)
    together = filter_all(
        chain, sequences_of(sequence=owner, days=days, column=column, count=2_000)
    )

    for n in range(0, 2_000, 400):
        own = owner == n
        now, total = chain.prior, 0.0
        for wait, heard in zip(days[own], column[own], strict=True):
            now = (now @ transition(chain.dynamics, float(wait))) * np.exp(logs[heard])
            total += np.log(now.sum())
            now = now / now.sum()
        assert together.log_likelihood[n] == pytest.approx(total, abs=1e-10)
