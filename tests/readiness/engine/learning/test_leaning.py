"""For or against, learned: told by what people said next, right about what nobody said."""

from dataclasses import replace

import numpy as np
import pytest

from forecasting.engine.world.parameters import Dwell, Talk, WorldParameters
from forecasting.engine.world.story import make_world
from readiness.engine.batch import before_moments, schedule_of, stances_many
from readiness.engine.learning.counting import Listening
from readiness.engine.learning.course import Course, learn
from readiness.engine.learning.deals import heard_in
from readiness.engine.learning.leaning import leaned, leaning_errors
from readiness.engine.learning.parameters import defaults_of, learned_model
from readiness.engine.learning.report import Topic
from readiness.engine.model import ReadinessModel
from readiness.engine.stance import voices
from tests.readiness.engine.learning.recovery import first_of
from tests.readiness.engine.learning.worlds import EXPERT, Told, misspecified, told

TAUGHT = 800


@pytest.fixture(scope="module")
def here() -> Told:
    return told(misspecified(deals=TAUGHT + 200, seed=61), seed=62)


@pytest.fixture(scope="module")
def learned(here: Told) -> Course:
    return learn(first_of(here.deals, TAUGHT), EXPERT)


def listening(here: Told, deals: int) -> Listening:
    heard = heard_in(here.deals, np.arange(deals), EXPERT)
    return Listening(heard, EXPERT, is_tempered=True)


def loss(here: Told, model: ReadinessModel) -> float:
    """Mean -log of what the stance gave the truth, for people of later deals."""
    deals = here.deals
    paces = np.array([model.importance[name] for name in here.hearing.importance])
    as_of = deals.closed_at[deals.deal]
    schedule = schedule_of(
        deals.facts,
        model=model,
        joined_at=deals.joined_at,
        as_of=as_of,
        pace=paces[deals.deal],
    )
    stood = before_moments(
        schedule, deals.facts, dynamics=model.dynamics, priors=model.prior
    )
    found = stances_many(deals.facts, model=model, as_of=as_of, before=stood)
    judged = (deals.deal >= TAUGHT) & ~np.isnan(found.support)
    truth = here.world.groups.supports[here.hearing.seat][judged]
    given = np.where(truth, found.support[judged], 1 - found.support[judged])
    return -float(np.log(given).mean())


def test_what_nobody_said_is_told_better(here: Told, learned: Course):
    trial = {each.name: each for each in learned.trials}["stance"]
    model = learned_model(EXPERT, learned.accepted)
    scale = model.settings.stance
    as_before = replace(
        model, settings=replace(model.settings, stance=EXPERT.settings.stance)
    )

    assert trial.is_accepted
    assert trial.gain > 2 * trial.error
    assert (scale.tilt, scale.decay_days) == (
        learned.accepted.tilt,
        learned.accepted.fading_days,
    )
    assert loss(here, model) < loss(here, as_before) - 0.02


def test_it_is_told_with_its_interval(learned: Course):
    told_of = {number.topic: number for number in learned.numbers}
    leaning, fading = told_of[Topic.LEANING], told_of[Topic.FADING]

    assert leaning.value == pytest.approx(np.exp(2 * learned.accepted.tilt))
    assert leaning.default == pytest.approx(np.exp(0.8))
    assert leaning.low is not None
    assert leaning.high is not None
    assert leaning.low < leaning.value < leaning.high
    assert fading.default == pytest.approx(90)
    # People of these worlds never change their minds.
    assert fading.value > 2 * fading.default
    assert leaning.n == fading.n > 1_000


def test_without_stances_nothing_is_learned_of_them():
    """A world in which those for us speak like those against."""
    world = make_world(
        WorldParameters(
            deals=150,
            dwell=Dwell(erlang=3),
            talk=Talk(perturbation=0.6, stance_tilt=0.0, is_plausible=False),
            replaced=0.0,
        ),
        catalogue=EXPERT.catalogue,
        fits={},
        rng=np.random.default_rng(3),
    )

    course = learn(told(world, seed=4).deals, EXPERT)

    assert "stance" not in course.passed
    assert course.accepted.tilt == 0
    assert learned_model(EXPERT, course.accepted).settings == EXPERT.settings


def test_few_deals_leave_it_near_the_experts_and_uncertain(here: Told):
    few, many = listening(here, 3), listening(here, TAUGHT)
    start = defaults_of(EXPERT, roles=len(here.deals.roles))

    little, much = leaned(few, start), leaned(many, start)

    assert little.tilt == pytest.approx(0.4, rel=0.5)
    assert leaning_errors(few, little)[0] > 2 * leaning_errors(many, much)[0]


def test_voices_differ_in_what_bears_on_a_stance_alone():
    known = EXPERT.catalogue

    favour, against = voices(known.likelihoods, known.effects, tilt=0.4)

    neutral = np.array(known.effects) == 0
    assert (favour[neutral] == known.likelihoods[neutral]).all()
    assert (against[neutral] == known.likelihoods[neutral]).all()
    for side in (favour, against):
        assert side.sum(axis=0) == pytest.approx(known.likelihoods.sum(axis=0))
    ratios = np.log(favour / against)[~neutral]
    spread = np.diff(np.array(known.effects)[~neutral])[:, None]
    assert np.diff(ratios, axis=0) == pytest.approx(0.8 * spread * np.ones((1, 7)))
