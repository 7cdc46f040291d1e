"""The course of learning: in steps, stored between them, judged on deals not seen."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import t as student

import readiness.engine.learning.course as course_module
from readiness.engine.evidence import SignalKind, catalogue_of
from readiness.engine.hidden.em import NotConverged
from readiness.engine.learning.counting import Listening
from readiness.engine.learning.course import (
    Course,
    Leg,
    advance,
    begin,
    from_json,
    learn,
    to_json,
)
from readiness.engine.learning.deals import NotEnough, heard_in, split_by_time
from readiness.engine.learning.gate import demanded, judge
from readiness.engine.learning.parameters import defaults_of, learned_model
from readiness.engine.learning.report import Standing, Topic
from readiness.engine.model import model_of
from tests.readiness.engine.learning.worlds import EXPERT, Told, misspecified, told


@pytest.fixture(scope="module")
def small() -> Told:
    return told(misspecified(deals=150, seed=8), seed=9, confirmed=0.05)


@pytest.fixture(scope="module")
def learned(small: Told) -> Course:
    return learn(small.deals, EXPERT)


def test_course_in_small_stored_steps_gives_the_same_digits(
    small: Told, learned: Course, monkeypatch
):
    monkeypatch.setattr(course_module, "WORK", 1)  # three passes a step
    course, steps = begin(small.deals, EXPERT), 0
    while not course.is_done:
        course = from_json(to_json(advance(course, small.deals, model=EXPERT)))
        steps += 1

    assert steps > len(Leg)
    assert course.trials == learned.trials
    assert to_json(course) == to_json(learned)


def test_learned_numbers_foretell_later_deals_better(small: Told, learned: Course):
    first = learned.trials[0]

    assert first.name == "numbers"
    assert first.is_accepted
    assert learned.is_better
    assert first.gain > 2 * first.error
    assert first.gain == pytest.approx(first.before - first.loss)
    assert (learned.learned_from, learned.judged_by) == (120, 30)
    assert first.deals == 30
    assert first.interval[0] < first.gain < first.interval[1]


def test_what_was_accepted_is_what_was_judged(small: Told, learned: Course):
    _, held = split_by_time(small.deals, share=0.2)
    listening = Listening(heard_in(small.deals, held, EXPERT), EXPERT, is_tempered=True)
    defaults = defaults_of(EXPERT, roles=len(small.deals.roles))

    again = judge(
        "again", listening=listening, accepted=defaults, candidate=learned.accepted
    )

    total = sum(trial.gain for trial in learned.trials if trial.is_accepted)
    assert again.gain == pytest.approx(total)
    assert again.is_accepted


def test_noise_is_not_learned():
    """Signals by lot, whatever the phase: nothing foretells them but their frequency."""
    chosen = told(misspecified(deals=60, seed=2), seed=3)
    facts = chosen.deals.facts
    rng = np.random.default_rng(1)
    catalogue = EXPERT.catalogue.likelihoods
    # As the defaults have it in each phase, but of a phase drawn anew every time.
    phase = rng.choice(7, size=len(facts.row), p=EXPERT.prior)
    sums = catalogue[:, phase].cumsum(axis=0)
    row = (rng.random(len(phase)) > sums[:-1]).sum(axis=0)
    held = replace(chosen.deals, facts=replace(facts, row=row))
    defaults = defaults_of(EXPERT, roles=len(held.roles))

    course = learn(held, EXPERT)

    # Whatever it found, on deals not seen it is no worse than the defaults.
    _, last = split_by_time(held, share=0.2)
    listening = Listening(heard_in(held, last, EXPERT), EXPERT, is_tempered=True)
    assert (
        listening.foretold(course.accepted).mean()
        >= listening.foretold(defaults).mean()
    )


def test_trial_of_the_same_numbers_fails(small: Told):
    _, held = split_by_time(small.deals, share=0.2)
    listening = Listening(heard_in(small.deals, held, EXPERT), EXPERT, is_tempered=True)
    defaults = defaults_of(EXPERT, roles=len(small.deals.roles))

    trial = judge("same", listening=listening, accepted=defaults, candidate=defaults)

    assert trial.gain == 0
    assert not trial.is_accepted


@pytest.mark.claim(28, 35)
def test_every_number_has_its_count_and_interval(small: Told, learned: Course):
    by_topic = {
        topic: [number for number in learned.numbers if number.topic is topic]
        for topic in Topic
    }
    roles = len(small.deals.roles)

    assert len(by_topic[Topic.DWELL]) == 7 * 4
    assert len(by_topic[Topic.PACE]) == 3
    assert len(by_topic[Topic.SIGNAL]) == 52 * 7
    assert len(by_topic[Topic.ENTRY]) == 7 * (1 + roles)
    assert len(by_topic[Topic.TEMPO]) == roles
    for number in learned.numbers:
        if number.standing is Standing.EXPERT:
            assert number.weight == 0
            assert (number.low, number.high) == (None, None)
            continue
        assert number.low is not None
        assert number.high is not None
        assert number.low <= number.value <= number.high
        assert 0 <= number.weight <= 1
        assert number.n >= 0
    # 120 deals against the fifty of the defaults.
    for number in by_topic[Topic.DWELL]:
        assert number.standing is Standing.MIXED
        assert number.weight == pytest.approx(120 / 170, abs=0.05)
    sizes = {n.key[1]: n.n for n in by_topic[Topic.DWELL] if n.key[0] == "resolve"}
    assert sum(sizes.values()) == 120
    shares = [n.value for n in by_topic[Topic.JUMP] if n.key[0] == "resolve"]
    assert sum(shares) == pytest.approx(1)


def test_learning_refuses_too_few_and_other_deals(small: Told):
    few = told(misspecified(deals=19, seed=1), seed=1).deals
    with pytest.raises(NotEnough, match="19 closed deals are too few"):
        begin(few, EXPERT)

    course = begin(small.deals, EXPERT)
    other = replace(small.deals, closed_at=small.deals.closed_at + 1)
    with pytest.raises(ValueError, match="not the deals"):
        advance(course, other, model=EXPERT)
    with pytest.raises(ValueError, match="no course of learning"):
        from_json(b"{}")


def test_learning_that_does_not_converge_raises(small: Told, monkeypatch):
    monkeypatch.setattr(course_module, "WORK", 1)
    monkeypatch.setattr(course_module, "LIMIT", 3)
    course = begin(small.deals, EXPERT)

    with pytest.raises(NotConverged, match="numbers has not converged after 5"):
        advance(course, small.deals, model=EXPERT)


def test_finished_course_stays_as_it_is(small: Told, learned: Course):
    assert advance(learned, small.deals, model=EXPERT) is learned


def test_demanded_gain_is_the_point_of_students_t():
    for freedom, near in ((1_000, 1e-4), (10, 2e-3), (5, 0.02), (3, 0.1)):
        assert demanded(freedom + 1) == pytest.approx(
            student.ppf(0.99, freedom), abs=near
        )


def test_rebuys_and_deals_of_no_known_size_are_learned_from_too(small: Told):
    deals = small.deals
    mixed = replace(
        deals,
        importance=tuple(
            None if n % 5 == 0 else deals.importance[n] for n in range(150)
        ),
        buying_class=tuple(
            [None, "new", "modified", "straight_rebuy"][n % 4] for n in range(150)
        ),
        role=np.where(np.arange(len(deals.role)) % 3 == 0, -1, deals.role),
    )

    course = learn(mixed, EXPERT)

    assert [trial.name for trial in course.trials] == [
        "numbers",
        "erlang",
        "stance",
        "entry",
        "tempo",
    ]
    assert course.trials[0].is_accepted
    people = next(n for n in course.numbers if n.topic is Topic.ENTRY).n
    # Who buys again starts where rebuys start: that teaches nothing of the others.
    assert people < 0.8 * len(deals.deal) * 0.8 + 40
    sizes = {n.key[1]: n.n for n in course.numbers if n.topic is Topic.DWELL}
    taught, _ = split_by_time(mixed, share=0.2)
    assert sum(sizes.values()) == sum(n % 5 > 0 for n in taught)


def test_model_of_other_phases_and_added_signals_can_be_learned(small: Told):
    """Five phases of three anchors, the last of them never left; one signal added."""
    kinds = [
        SignalKind(f"X{n}", (5, 4, 3, 2, 1)[n % 5 :] + (1, 2, 3, 4, 5)[: n % 5], "O")
        for n in range(5)
    ]
    rates = np.diag([0.02, 0.03, 0.02, 0.01], k=1)
    np.fill_diagonal(rates, -rates.sum(axis=1))
    own = model_of(
        anchors=["start", "start", "middle", "middle", "end"],
        prior=[0.4, 0.3, 0.2, 0.1, 0.0],
        generator=rates,
        catalogue=catalogue_of(kinds, normalised_over=kinds[:4]),
    )
    facts = small.deals.facts
    is_signal = facts.row < 52
    row = np.where(is_signal, facts.row % 5, 5 + facts.row % 5)
    deals = replace(small.deals, facts=replace(facts, row=row))

    course = learn(deals, own)

    assert course.is_done
    found = course.accepted
    assert found.chances.sum(axis=0) == pytest.approx(own.catalogue.likelihoods.sum(0))
    assert learned_model(own, found).count == 5 * found.erlang


def test_deals_without_roles_are_learned_from_all_the_same(small: Told):
    nameless = replace(small.deals, roles=(), role=np.full(len(small.deals.role), -1))

    course = learn(nameless, EXPERT)

    assert [trial.name for trial in course.trials] == ["numbers", "erlang", "stance"]
    assert not [n for n in course.numbers if n.topic is Topic.TEMPO]
