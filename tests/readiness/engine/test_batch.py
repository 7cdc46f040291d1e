"""Many persons at once give what each replay alone gives."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.engine import batch
from readiness.engine.batch import (
    CLASSES,
    Facts,
    before_moments,
    filter_many,
    propagate_many,
    schedule_of,
    stances_many,
)
from readiness.engine.dynamics import dynamics_of, propagate
from readiness.engine.expert import PRIOR, expert_generator
from readiness.engine.records import Signal
from readiness.engine.replay import replay
from tests.readiness.engine.strategies import DAY, FACTS, models
from tests.readiness.engine.test_dynamics import SERIAL

END = 30 * DAY


def facts_of(model, people):
    """The facts of a list of persons as arrays, in a scrambled order."""
    told = []
    for person, facts in enumerate(people):
        for fact in facts:
            if isinstance(fact, Signal):
                row = model.catalogue.row(fact.code)
                named = fact.evidence_class
                told.append(
                    (person, row, CLASSES.index(named) if named else -1, fact.at)
                )
            else:
                phase = model.anchors.index(fact.anchor)
                row = len(model.catalogue.classes) + phase
                told.append((person, row, -1, fact.at))
    told.sort(key=lambda fact: (fact[3], fact[0]), reverse=True)
    columns = np.array(told or np.empty((0, 4))).T
    whole = columns[:3].astype(np.int64)
    return Facts(person=whole[0], row=whole[1], evidence_class=whole[2], at=columns[3])


def leaning(model, tilt):
    """The model with a stance as it is learned."""
    scale = replace(model.settings.stance, tilt=tilt)
    return replace(model, settings=replace(model.settings, stance=scale))


@given(
    models(),
    st.lists(FACTS, min_size=1, max_size=12),
    st.integers(1, 5),
    st.sampled_from((0.0, 0.4)),
)
def test_batch_equals_the_single_replays(model, people, chunk, tilt):
    model = leaning(model, tilt)
    count = len(people)
    paces = np.array([(0.4, 1.0, 1.8, 2.5)[n % 4] for n in range(count)])
    names = ["small", "mid", "large", "strategic"]
    joined, ends = np.full(count, 3 * DAY), END + DAY * np.arange(float(count))
    facts = facts_of(model, people)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batch, "CHUNK", chunk)
        schedule = schedule_of(
            facts, model=model, joined_at=joined, as_of=ends, pace=paces
        )
        chances = filter_many(schedule, dynamics=model.dynamics, priors=model.prior)
        stood = before_moments(
            schedule, facts, dynamics=model.dynamics, priors=model.prior
        )
    stances = stances_many(facts, model=model, as_of=ends, before=stood)

    for person, told in enumerate(people):
        alone = replay(
            told,
            model=model,
            joined_at=3 * DAY,
            as_of=float(ends[person]),
            importance=names[person % 4],
        )
        assert np.abs(chances[person] - alone.probabilities).max() < 1e-12
        found = stances.support[person]
        assert (None if np.isnan(found) else found) == pytest.approx(
            alone.stance, abs=1e-12
        )
        assert stances.negative_signals[person] == alone.negative_signals


@pytest.mark.parametrize("generator", [expert_generator(), SERIAL])
def test_propagate_many_equals_propagate(generator):
    dynamics = dynamics_of(generator)
    count = dynamics.count
    days = np.linspace(0, 400, 9_000)
    start = np.tile(np.array(PRIOR[:count]) / sum(PRIOR[:count]), (len(days), 1))

    moved = propagate_many(dynamics, start, days)

    assert np.abs(moved - propagate(dynamics, start, days)).max() < 1e-14


def test_batch_refuses_what_does_not_exist(model):
    one = np.zeros(1, dtype=np.int64)
    now, early = np.zeros(1), np.array([-1.0])
    good = Facts(person=one, at=now, row=one, evidence_class=one)

    with pytest.raises(ValueError, match="There is no person 5"):
        stances_many(
            Facts(person=one + 5, at=now, row=one, evidence_class=one),
            model=model,
            as_of=now,
        )
    with pytest.raises(ValueError, match="There is no row 59"):
        stances_many(
            Facts(person=one, at=now, row=one + 59, evidence_class=one),
            model=model,
            as_of=now,
        )
    with pytest.raises(ValueError, match="where each person stood before"):
        stances_many(good, model=leaning(model, 0.3), as_of=now)
    with pytest.raises(ValueError, match="lies after its reading"):
        schedule_of(good, model=model, joined_at=early, as_of=early, pace=now + 1)
    with pytest.raises(ValueError, match=r"A pace must be above zero, not 0\.0"):
        schedule_of(good, model=model, joined_at=now, as_of=now, pace=now)
