"""What the engine promises whatever the model and whatever was said."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.engine.batch import Facts, filter_many, schedule_of
from readiness.engine.dialect import History, dialect_of, speaking
from readiness.engine.editing import split_phase
from readiness.engine.evidence import catalogue_of
from readiness.engine.model import ReadinessModel, model_of
from readiness.engine.records import Confirmation, Fact, Signal
from readiness.engine.replay import replay, resume, state_at
from tests.readiness.engine.strategies import CODES, DAY, FACTS, kinds_of, models

LATER = 60 * DAY
GIVEN: dict[str, Any] = {"joined_at": 0.0, "as_of": LATER}


def as_facts(facts: list[Fact], model: ReadinessModel) -> Facts:
    """One person's facts as arrays."""
    signals = len(model.catalogue.classes)
    classes = {None: -1, "A": 0, "O": 1, "T": 2, "I": 3}
    return Facts(
        person=np.zeros(len(facts), dtype=np.int64),
        at=np.array([fact.at for fact in facts]),
        row=np.array(
            [
                model.catalogue.row(fact.code)
                if isinstance(fact, Signal)
                else signals + model.anchors.index(fact.anchor)
                for fact in facts
            ],
            dtype=np.int64,
        ),
        evidence_class=np.array(
            [classes[getattr(fact, "evidence_class", None)] for fact in facts],
            dtype=np.int64,
        ),
    )


def filtered(facts: list[Fact], model: ReadinessModel) -> np.ndarray:
    schedule = schedule_of(
        as_facts(facts, model),
        model=model,
        joined_at=np.zeros(1),
        as_of=np.full(1, LATER),
        pace=np.ones(1),
    )
    return filter_many(schedule, dynamics=model.dynamics, priors=model.prior)[0]


@settings(max_examples=60)
@given(models(high=6), FACTS, st.randoms(use_true_random=False))
def test_order_of_telling_moves_nothing_in_the_batch(model, facts, dice):
    told = list(facts)
    dice.shuffle(told)

    assert filtered(told, model) == pytest.approx(filtered(facts, model), abs=1e-12)


@settings(max_examples=60)
@given(models(high=6), FACTS, st.randoms(use_true_random=False))
def test_logged_late_is_logged_in_time(model, facts, dice):
    """Whenever each fact comes in: as long as all come, the digits are those of a replay."""
    arriving = list(facts)
    dice.shuffle(arriving)
    known: list[Fact] = []
    reading = replay(known, model=model, **GIVEN)
    for fact in arriving:
        known.append(fact)
        if fact.at > reading.state.at:  # nothing earlier changed: one step
            reading = resume(reading.state, [fact], model=model, as_of=LATER)
        else:
            reading = replay(known, model=model, **GIVEN)

    whole = replay(facts, model=model, **GIVEN)

    assert reading.probabilities == whole.probabilities
    assert reading.stance == whole.stance


@settings(max_examples=60)
@given(models(high=6), FACTS, FACTS)
def test_taken_back_is_never_said(model, kept, mistaken):
    everything = [*kept, *mistaken]
    before = replay(everything, model=model, **GIVEN)

    left = [fact for n, fact in enumerate(everything) if n < len(kept)]
    after = replay(left, model=model, **GIVEN)
    never = replay(kept, model=model, **GIVEN)

    assert after.probabilities == never.probabilities
    assert after.stance == never.stance
    assert after.state == never.state
    assert before.state.signals >= after.state.signals


@settings(max_examples=60)
@given(models(high=6), FACTS)
def test_explanation_and_probabilities_add_up(model, facts):
    reading = replay(facts, model=model, **GIVEN)

    changes = np.sum([step.change for step in reading.steps], axis=0)

    assert sum(reading.probabilities) == pytest.approx(1, abs=1e-9)
    assert np.array(reading.start) + changes == pytest.approx(
        np.array(reading.probabilities), abs=1e-9
    )


ACTS = st.lists(st.floats(0, 59).map(lambda day: day * DAY), max_size=12)


@settings(max_examples=60)
@given(models(high=6), FACTS, ACTS)
def test_what_a_seller_does_changes_no_bit(model, facts, acts):
    """Each act makes everything be computed anew at its time; nothing stays of it."""
    quiet = replay(facts, model=model, **GIVEN)
    ordered = sorted(facts, key=lambda fact: fact.at)
    reading = replay([], model=model, joined_at=0.0, as_of=0.0)
    done = 0
    for when in sorted(acts):
        due = [fact for fact in ordered[done:] if fact.at <= when]
        done += len(due)
        if due and due[0].at <= reading.state.at:
            reading = replay(ordered[:done], model=model, joined_at=0.0, as_of=when)
        else:
            reading = resume(reading.state, due, model=model, as_of=when)
        state_at(reading.state, when, model=model)
    last = ordered[done:]
    if last and last[0].at <= reading.state.at:
        busy = replay(ordered, model=model, **GIVEN)
    else:
        busy = resume(reading.state, last, model=model, as_of=LATER)

    assert busy.probabilities == quiet.probabilities
    assert busy.stance == quiet.stance
    assert busy.state == quiet.state


def test_no_act_of_a_seller_can_be_told(model: ReadinessModel):
    for act in ("A01", "A10"):
        with pytest.raises(ValueError, match=f"no signal '{act}'"):
            replay([Signal(DAY, act)], model=model, **GIVEN)
    with pytest.raises(ValueError, match="There is no row 59"):
        schedule_of(
            Facts(np.array([0]), np.array([0.0]), np.array([59]), np.array([-1])),
            model=model,
            joined_at=np.zeros(1),
            as_of=np.ones(1),
            pace=np.ones(1),
        )


@st.composite
def splits(draw):
    """A model, and the same with one phase in two."""
    whole = draw(models(low=2, high=6))
    phase = draw(st.integers(0, whole.count - 1))
    kinds = draw(kinds_of(whole.count))
    halved = split_phase(
        prior=whole.prior,
        generator=whole.dynamics.generator,
        phase=phase,
        share=draw(st.floats(0.05, 0.95)),
    )
    finer = model_of(
        anchors=[whole.anchors[k] for k in halved.copies],
        prior=halved.prior,
        generator=halved.generator,
        catalogue=catalogue_of(
            [replace(k, steps=tuple(k.steps[c] for c in halved.copies)) for k in kinds]
        ),
        settings=whole.settings,
    )
    return replace(whole, catalogue=catalogue_of(kinds)), finer


@settings(max_examples=80)
@given(splits(), FACTS)
def test_splitting_a_phase_moves_no_anchor_at_any_time(pair, facts):
    whole, finer = pair
    for as_of in (max([0.0, *(fact.at for fact in facts)]), LATER):
        before, after = (
            m.anchor_chances(
                replay(facts, model=m, joined_at=0.0, as_of=as_of).probabilities
            )
            for m in pair
        )
        assert after == pytest.approx(before, abs=1e-9)
    told = [*facts, Signal(3 * DAY, CODES[0]), Confirmation(5 * DAY, "anchor 1")]
    spoken = [
        m.anchor_chances(
            replay(
                facts,
                model=speaking(m, dialect_of([History(told, 0.0)], m)),
                **GIVEN,
            ).probabilities
        )
        for m in (whole, finer)
    ]
    assert spoken[1] == pytest.approx(spoken[0], abs=1e-9)


def test_split_divides_the_dwell_and_refuses_what_has_no_parts(model: ReadinessModel):
    halved = split_phase(
        prior=model.prior, generator=model.dynamics.generator, phase=2, share=0.25
    )

    assert -1 / halved.generator[2, 2] == pytest.approx(30 / 4)
    assert halved.prior[2:4] == pytest.approx([0.13 / 4, 0.13 * 3 / 4])
    assert halved.copies == (0, 1, 2, 2, 3, 4, 5, 6)
    given = {"prior": np.array([0.5, 0.5]), "generator": np.array([[-1.0, 1], [0, 0]])}
    for phase, share, sentence in (
        (1, 0.5, "never left"),
        (2, 0.5, "no phase 2"),
        (0, 1.0, "between 0 and 1"),
    ):
        with pytest.raises(ValueError, match=sentence):
            split_phase(**given, phase=phase, share=share)
