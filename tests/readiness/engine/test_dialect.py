"""A person's own way of showing it, learned from their own plain words only."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from readiness.engine.dialect import WORTH, Dialect, History, dialect_of, speaking
from readiness.engine.evidence import catalogue_of
from readiness.engine.expert import ANCHORS, DWELL_DAYS, PRIOR, expert_model
from readiness.engine.model import ReadinessModel, model_of
from readiness.engine.records import Confirmation, Signal
from readiness.engine.replay import replay
from tests.readiness.engine.strategies import DAY, FACTS, models


def history(*facts):
    return History(facts=facts, joined_at=0.0)


def test_without_a_confirmation_a_person_speaks_as_everybody(model: ReadinessModel):
    dialect = dialect_of([history(Signal(DAY, "B19"), Signal(9 * DAY, "B20"))], model)

    assert not dialect.counts.any()
    assert dialect.confirmations == 0
    assert speaking(model, dialect) is model


@pytest.mark.claim(33)
def test_signal_beside_plain_words_counts_there_from_then_on(model: ReadinessModel):
    # Somebody who talks of roll-out (B39, typical of commitment) while at resolve.
    odd = [
        history(Signal(100 * DAY * n, "B39"), Confirmation(100 * DAY * n, "resolve"))
        for n in range(1, 9)
    ]

    dialect = dialect_of(odd, model)
    own = speaking(model, dialect)

    heard = dialect.counts[model.catalogue.row("B39")]
    resolve = ANCHORS.index("resolve")
    assert heard.argmax() == resolve
    assert heard.sum() == pytest.approx(8)
    assert dialect.weights()[resolve] == pytest.approx(
        heard[resolve] / (heard[resolve] + WORTH)
    )
    before, after = (
        replay([Signal(DAY, "B39")], model=m, joined_at=0.0, as_of=DAY).probabilities
        for m in (model, own)
    )
    assert after[resolve] > 2 * before[resolve]


def test_signals_far_from_every_word_teach_nothing(model: ReadinessModel):
    words = Confirmation(200 * DAY, "criteria")

    near = dialect_of([history(Signal(171 * DAY, "B13"), words)], model)
    far = dialect_of([history(Signal(169 * DAY, "B13"), words)], model)
    slow = History((Signal(169 * DAY, "B13"), words), 0.0, importance="large")

    assert near.counts.sum() == pytest.approx(1)
    assert far.counts.sum() == 0
    assert far.confirmations == 1
    assert dialect_of([slow], model).counts.sum() == pytest.approx(1)


def test_repeats_are_damped_as_in_a_reading(model: ReadinessModel):
    words = Confirmation(20 * DAY, "criteria")
    thrice = [Signal((18 + n) * DAY, "B13") for n in range(3)]

    dialect = dialect_of([history(*thrice, words)], model)

    assert dialect.counts.sum() == pytest.approx(1 + 1 / 2 + 1 / 3)


@settings(max_examples=40)
@given(models(high=5), FACTS)
def test_dialect_is_a_distribution_whatever_was_said(model, facts):
    dialect = dialect_of([history(*facts)] if facts else [], model)
    own = speaking(model, dialect).catalogue

    assert own.likelihoods.sum(axis=0) == pytest.approx(np.ones(model.count), abs=1e-12)
    assert (own.likelihoods > 0).all()
    assert (dialect.weights() < 1).all()


def test_added_signals_keep_the_totals_of_the_columns(model: ReadinessModel, kinds):
    added = replace(kinds[3], code="C1")
    wide = expert_model([*kinds, added], normalised_over=kinds)
    told = history(Signal(DAY, "C1"), Confirmation(DAY, "criteria"))

    own = speaking(wide, dialect_of([told], wide)).catalogue

    totals = wide.catalogue.likelihoods.sum(axis=0)
    assert own.likelihoods.sum(axis=0) == pytest.approx(totals, abs=1e-12)
    assert own.likelihoods_of("C1")[3] > wide.catalogue.likelihoods_of("C1")[3]


def test_splitting_a_phase_moves_no_anchor_of_a_dialect(model: ReadinessModel, kinds):
    # Resolve in two halves, alike in all: each left as the whole was.
    halves = [0, 1, 2, 2, 3, 4, 5, 6]
    split = [
        type(kind)(
            kind.code,
            tuple(kind.steps[k] for k in halves),
            kind.evidence_class,
            kind.stance_effect,
        )
        for kind in kinds
    ]
    rates = np.array(model.dynamics.generator)[np.ix_(halves, halves)]
    rates[2, 3] = rates[3, 2] = 1 / DWELL_DAYS[2]  # between the halves: any rate does
    rates[:, 3][[0, 1, 4, 5, 6, 7]] = 0  # who comes, comes to the first
    np.fill_diagonal(rates, 0)
    np.fill_diagonal(rates, -rates.sum(axis=1))
    prior = np.array(PRIOR)[halves] / [1, 1, 2, 2, 1, 1, 1, 1]
    finer = model_of(
        anchors=[ANCHORS[k] for k in halves],
        prior=prior,
        generator=rates,
        catalogue=catalogue_of(split),
    )
    told = history(
        Signal(5 * DAY, "B04"),
        Confirmation(9 * DAY, "resolve"),
        Signal(30 * DAY, "B13"),
    )
    news = [Signal(40 * DAY, "B04"), Signal(44 * DAY, "B13")]

    readings = []
    for one in (model, finer):
        own = speaking(one, dialect_of([told], one))
        reading = replay(news, model=own, joined_at=0.0, as_of=50 * DAY)
        readings.append(own.anchor_chances(reading.probabilities))

    assert readings[0] == pytest.approx(readings[1], abs=1e-12)


def test_dialect_of_another_catalogue_is_refused(model: ReadinessModel):
    with pytest.raises(ValueError, match="A dialect of"):
        speaking(model, Dialect(np.ones((3, 7)), 1))
