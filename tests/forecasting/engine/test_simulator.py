"""The analytic curves against deals played out event by event."""

from math import sqrt

import numpy as np
import pytest

from forecasting.engine.group import forecast_curves
from forecasting.engine.rules import default_rule
from tests.forecasting.engine.deals import (
    expert_decisions,
    in_phase,
    person,
    random_group,
    random_rule,
    seated,
)
from tests.forecasting.engine.simulator import Simulator

NAMES = ("won", "lost", "no_decision")
WEEKS = (26, 78)
PACES = (0.4, 1.0, 1.8, 2.5)


def standard_errors(group, *, rule, pace, deals, seed):
    """How far, in standard errors, the played deals lie from the curves: (names, weeks)."""
    curves = forecast_curves(group, model=expert_decisions(pace), rule=rule).model
    ends = Simulator(group, rule=rule, pace=pace, seed=seed).ends(deals)
    off = []
    for name in NAMES:
        for week in WEEKS:
            chance = float(getattr(curves, name)[week])
            played = sum(end == name and day <= 7 * week for end, day in ends) / deals
            # Below a handful of events the normal law is no guide: at least 2 deals.
            error = max(sqrt(chance * (1 - chance) / deals), 2 / deals)
            off.append((played - chance) / error)
    return np.array(off)


def random_deal(seed: int):
    rng = np.random.default_rng(seed)
    group, rule = random_group(rng), random_rule(rng)
    return group, rule, PACES[rng.integers(len(PACES))]


@pytest.mark.parametrize("seed", range(3))
def test_curves_agree_with_a_simulator(seed):
    group, rule, pace = random_deal(seed)

    off = standard_errors(group, rule=rule, pace=pace, deals=2_000, seed=seed)

    assert np.abs(off).max() < 3


def test_curves_agree_with_a_simulator_where_wins_are_common():
    group = seated(
        person("p1", "economic_buyer", phases=in_phase(5), stance=0.8),
        person("p2", "champion", phases=in_phase(6), stance=0.9),
        person("p3", "finance", phases=in_phase(4), stance=0.7),
        person("p4", "user_buyer", phases=in_phase(5), stance=0.6),
    )

    off = standard_errors(group, rule=default_rule(), pace=1.0, deals=4_000, seed=9)

    assert np.abs(off).max() < 3


@pytest.mark.proof
def test_curves_agree_with_a_simulator_on_many_random_groups():
    found = []
    for seed in range(100, 124):
        group, rule, pace = random_deal(seed)
        found.append(
            standard_errors(group, rule=rule, pace=pace, deals=20_000, seed=seed)
        )
    offs = np.array(found)

    # 24 groups x 6 numbers: .4 beyond three are expected of a perfect model; pooled,
    # the squares must average one.
    assert (np.abs(offs) > 3).sum() <= 1
    assert np.abs(offs).max() < 4
    assert (offs**2).mean() < 1.3
