"""What expectation-maximisation does to the numbers, and what holds it back."""

from dataclasses import replace

import numpy as np
import pytest

from readiness.engine.batch import filter_many, schedule_of
from readiness.engine.hidden.chain import filter_all
from readiness.engine.hidden.em import converged
from readiness.engine.learning.beforehand import (
    PRIOR_DEALS,
    beforehand,
    weight_of,
)
from readiness.engine.learning.counting import Listening
from readiness.engine.learning.deals import heard_in
from readiness.engine.learning.fitting import Fitting, Part
from readiness.engine.learning.parameters import defaults_of, learned_model
from tests.readiness.engine.learning.worlds import EXPERT, Told, misspecified, told


@pytest.fixture(scope="module")
def small() -> Told:
    return told(misspecified(deals=60, seed=3), seed=4)


def fitting_to(
    small: Told, *, deals: int = 60, erlang: int = 1, part: Part = Part.ALL
) -> Fitting:
    heard = heard_in(small.deals, np.arange(deals), EXPERT)
    listening = Listening(heard, EXPERT, is_tempered=False)
    defaults = defaults_of(EXPERT, roles=len(small.deals.roles))
    known = beforehand(listening, defaults)
    start = replace(defaults, erlang=erlang)
    return Fitting(listening, known, start=start, model=EXPERT, part=part)


@pytest.mark.parametrize("part", list(Part))
@pytest.mark.parametrize("erlang", [1, 2])
def test_every_pass_raises_the_objective_until_it_is_flat(
    small: Told, part: Part, erlang: int
):
    fitting = fitting_to(small, part=part, erlang=erlang)
    vector, heights = fitting.packed(fitting.start), []
    for _ in range(6):
        vector, height = fitting.update(vector)
        heights.append(height)
    assert (np.diff(heights) >= -1e-9).all()

    end = converged(vector, fitting.update, tolerance=1e-9)

    # No number can be moved to the better: the objective is flat in each direction.
    rng = np.random.default_rng(1)
    for _ in range(4):
        way = rng.standard_normal(len(vector)) * 1e-3
        sides = [fitting.update(end.vector + s * way)[1] for s in (-1, 1)]
        slope = (sides[1] - sides[0]) / 2
        assert abs(slope) < 1e-3
        assert max(sides) < end.objective + 1e-6


def test_numbers_survive_being_a_vector(small: Told):
    fitting = fitting_to(small)
    start = fitting.start

    again = fitting.unpacked(fitting.packed(start))

    for name in ("starts", "dwell_days", "jumps", "chances", "paces", "tempos"):
        assert getattr(again, name) == pytest.approx(getattr(start, name), abs=1e-12)


def test_few_deals_change_little_and_many_decide():
    """Of a world where all dwell twice as long as the defaults say.

    Four hundred go less than 400/450 of the way: much of what happened stays hidden.
    """
    drift = []
    for deals in (20, 400):
        world = misspecified(deals=deals, seed=5, perturbation=0.0, erlang=1)
        slow = told(world, seed=6)
        stretched = replace(
            slow.deals,
            facts=replace(slow.deals.facts, at=slow.deals.facts.at * 2),
            joined_at=slow.deals.joined_at * 2,
            closed_at=slow.deals.closed_at * 2,
        )
        fitting = fitting_to(replace(slow, deals=stretched), deals=deals)
        end = converged(fitting.packed(fitting.start), fitting.update, tolerance=0.01)
        found = fitting.unpacked(end.vector).dwell_days[:6]
        drift.append(float(np.log(found / fitting.start.dwell_days[:6]).mean()))

    assert 0 < drift[0] < 0.2 * np.log(2)
    assert drift[1] > 0.35 * np.log(2)


def test_defaults_weigh_as_much_as_fifty_deals(small: Told):
    fitting = fitting_to(small, deals=40)
    counts = fitting.listening.count(fitting.start)

    worth = fitting.known.signals / counts.signals.sum(axis=0)

    assert worth == pytest.approx(np.full(7, PRIOR_DEALS / 40))
    assert weight_of(50) == 0.5


@pytest.mark.parametrize("erlang", [1, 2])
def test_learned_model_filters_as_the_learner_does(small: Told, erlang: int):
    fitting = fitting_to(small, erlang=erlang)
    vector, _ = fitting.update(fitting.packed(fitting.start))
    numbers = fitting.unpacked(vector)
    heard = fitting.listening.heard
    tempered = Listening(heard, EXPERT, is_tempered=True)
    found = filter_all(tempered.chain(numbers), tempered.sequences(numbers))
    told_of = np.unique(heard.person)
    last = np.searchsorted(heard.person, told_of, side="right") - 1
    theirs = numbers.folded(
        tempered.sequences(numbers).in_given_order(found.chances)[last]
    )

    model = learned_model(EXPERT, numbers)
    facts = small.deals.facts
    # A confirmation of phase k is row S + k of the sub-states' phases.
    signals = len(model.catalogue.classes)
    row = np.where(
        facts.row >= signals, signals + (facts.row - signals) * erlang, facts.row
    )
    ends = small.deals.joined_at.copy()
    np.maximum.at(ends, facts.person, facts.at)
    schedule = schedule_of(
        replace(facts, row=row),
        model=model,
        joined_at=small.deals.joined_at,
        as_of=ends,
        pace=numbers.pace_of(heard),
    )
    ours = filter_many(schedule, dynamics=model.dynamics, priors=model.prior)

    assert numbers.folded(ours)[told_of] == pytest.approx(theirs, abs=1e-9)
    assert model.dynamics.fallback == ""


def test_smoothed_phases_know_more_than_filtered_ones(small: Told):
    fitting = fitting_to(small)
    listening, heard = fitting.listening, fitting.listening.heard
    facts = small.deals.facts
    truth = small.hearing.truth[np.lexsort((facts.row, facts.at, facts.person))]
    place = np.arange(len(truth))

    later = listening.smoothed(fitting.start)
    sequences = listening.sequences(fitting.start)
    now = sequences.in_given_order(
        filter_all(listening.chain(fitting.start), sequences).chances
    )

    assert later.sum(axis=1) == pytest.approx(np.ones(len(heard.days)))
    assert np.log(later[place, truth]).mean() > np.log(now[place, truth]).mean()
