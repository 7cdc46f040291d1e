"""The dynamic programme against summing over every possible vote."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.engine.decision import Members, decided_by, pivots_of
from forecasting.engine.quadrature import normal_nodes
from forecasting.engine.rules import Clauses

STANCE = normal_nodes(2)
WEEKS, SPEEDS = 2, 2
seeds = st.integers(0, 2**32 - 1)


def random_case(seed):
    """A few seats with any rights, any steps, and chances that rise."""
    rng = np.random.default_rng(seed)
    count = int(rng.integers(1, 5))
    draws = np.sort(rng.random((count, 2 * WEEKS, SPEEDS)), axis=1)
    members = Members(
        reached_last=draws[:, :WEEKS],
        reached_doubts=draws[:, WEEKS:],
        early=1 - draws[:, WEEKS:],
        support=rng.random((count, len(STANCE.points))),
    )
    required = rng.random(count) < 0.3 * rng.integers(2)
    steps = rng.integers(0, 6, count)
    clauses = Clauses(
        required=tuple(required.tolist()),
        conditional=tuple(((rng.random(count) < 0.3) & ~required).tolist()),
        blocked=tuple((rng.random(count) < 0.08).tolist()),
        steps=tuple(steps.tolist()),
        needed=int(rng.integers(0, steps.sum() + 1)),
    )
    return members, clauses


def is_won(states, clauses):
    """Whether seats that are "out", "pending" (doubts reached), "yes" or "no" win."""
    for i, state in enumerate(states):
        if clauses.blocked[i] and state != "yes":
            return False
        if clauses.required[i] and state != "yes":
            return False
        if clauses.conditional[i] and state == "out":
            return False
    return steps_of(states, clauses, "yes") >= clauses.needed


def is_lost(states, clauses):
    if any(clauses.required):
        return any(
            state == "no" and must
            for state, must in zip(states, clauses.required, strict=True)
        )
    return steps_of(states, clauses, "no") > sum(clauses.steps) - clauses.needed


def steps_of(states, clauses, wanted):
    return sum(
        n for n, state in zip(clauses.steps, states, strict=True) if state == wanted
    )


def by_brute_force(members, clauses, holds):
    """Sum over every combination of states, week by week and node by node."""
    total = np.zeros((WEEKS, SPEEDS))
    for week, z, u in np.ndindex(WEEKS, len(STANCE.points), SPEEDS):
        chances = []
        for i in range(len(clauses.steps)):
            last, doubts = (
                members.reached_last[i, week, u],
                members.reached_doubts[i, week, u],
            )
            support = members.support[i, z]
            chances.append(
                {
                    "out": 1 - doubts,
                    "pending": doubts - last,
                    "yes": last * support,
                    "no": last * (1 - support),
                }
            )
        for states in product(("out", "pending", "yes", "no"), repeat=len(chances)):
            if holds(states, clauses):
                chance = np.prod([c[s] for c, s in zip(chances, states, strict=True)])
                total[week, u] += STANCE.weights[z] * chance
    return total


@settings(max_examples=30, deadline=None)
@given(seeds)
def test_decided_agrees_with_summing_over_every_vote(seed):
    members, clauses = random_case(seed)

    decided = decided_by(members, clauses=clauses, stance=STANCE)

    assert decided.won == pytest.approx(
        by_brute_force(members, clauses, is_won), abs=1e-12
    )
    assert decided.lost == pytest.approx(
        by_brute_force(members, clauses, is_lost), abs=1e-12
    )


@settings(deadline=None)
@given(seeds)
def test_each_pivot_gives_the_group_back(seed):
    members, clauses = random_case(seed)
    won = decided_by(members, clauses=clauses, stance=STANCE).won

    pivots = pivots_of(members, clauses=clauses, stance=STANCE, unmapped=0, weeks=WEEKS)

    for i, pivot in enumerate(pivots.seats):
        free = members.reached_doubts[i] if clauses.conditional[i] else 1.0
        own = pivot.gain * members.reached_last[i] + pivot.without * free
        assert own == pytest.approx(won, abs=1e-12)


@settings(deadline=None)
@given(seeds, st.integers(0, 5))
def test_a_pivot_agrees_with_changing_the_seat(seed, which):
    members, clauses = random_case(seed)
    i = which % len(clauses.steps)
    pivots = pivots_of(members, clauses=clauses, stance=STANCE, unmapped=0, weeks=WEEKS)
    last = members.reached_last.copy()
    last[i] = np.sort(np.random.default_rng(seed).random((WEEKS, SPEEDS)), axis=0)
    doubts = members.reached_doubts.copy()
    doubts[i] = np.maximum(doubts[i], last[i])
    changed = Members(last, doubts, members.early, members.support)

    again = decided_by(changed, clauses=clauses, stance=STANCE).won

    free = doubts[i] if clauses.conditional[i] else 1.0
    own = pivots.seats[i].gain * last[i] + pivots.seats[i].without * free
    assert own == pytest.approx(again, abs=1e-12)


@settings(deadline=None)
@given(seeds)
def test_clauses_taken_as_met_agree_with_recomputing(seed):
    members, clauses = random_case(seed)
    unmapped = seed % (len(clauses.steps) + 1)

    pivots = pivots_of(
        members, clauses=clauses, stance=STANCE, unmapped=unmapped, weeks=WEEKS
    )

    no_count = Clauses(
        clauses.required, clauses.conditional, clauses.blocked, clauses.steps, needed=0
    )
    found = Clauses(
        clauses.required,
        clauses.conditional,
        (False,) * unmapped + clauses.blocked[unmapped:],
        clauses.steps,
        clauses.needed,
    )
    favourable = [members.reached_last, members.reached_doubts, members.support]
    favourable = [array.copy() for array in favourable]
    for array in favourable:
        array[:unmapped] = 1.0
    last, doubts, support = favourable
    everyone = Members(last, doubts, members.early, support)
    assert pivots.quorum_met == pytest.approx(
        decided_by(members, clauses=no_count, stance=STANCE).won, abs=1e-12
    )
    assert pivots.unmapped_met == pytest.approx(
        decided_by(everyone, clauses=found, stance=STANCE).won, abs=1e-12
    )


@settings(deadline=None)
@given(seeds)
def test_the_two_decisions_exclude_each_other_and_rise(seed):
    members, clauses = random_case(seed)

    decided = decided_by(members, clauses=clauses, stance=STANCE)

    assert (decided.won + decided.lost <= 1 + 1e-12).all()
    for chance in (decided.won, decided.lost):
        assert (np.diff(chance, axis=0) >= 0).all()
