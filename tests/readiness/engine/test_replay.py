"""One person's facts: worked cases, brute force, and what must never change."""

import csv
import math
import re
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.engine.dynamics import transition
from readiness.engine.evidence import SignalKind, catalogue_of
from readiness.engine.expert import ANCHORS, PRIOR, expert_generator, expert_model
from readiness.engine.model import BuyingClass, model_of
from readiness.engine.records import Confirmation, Signal, State
from readiness.engine.replay import replay, resume, state_at
from tests.readiness.engine.strategies import DAY, FACTS, models

END = 30 * DAY


def read(model, facts, days=30.0, **given):
    return replay(facts, model=model, joined_at=0, as_of=days * DAY, **given)


def test_worked_posteriors_to_the_printed_percentage(reference_data, undamped):
    path = reference_data / "readiness" / "worked_posteriors.csv"
    with path.open(encoding="utf-8", newline="") as file:
        cases = list(csv.DictReader(file))

    assert len(cases) == 14
    for case in cases:
        signals = [Signal(0, code) for code in case["signals"].split()]
        reading = read(undamped, signals, days=0)
        percent = [round(100 * chance) for chance in reading.probabilities]
        printed = [int(case[f"percent_{anchor}"]) for anchor in ANCHORS]
        assert percent == printed, case["case"]


@given(models(high=3), FACTS.filter(lambda facts: len(facts) <= 5))
def test_replay_agrees_with_summing_over_every_path(model, facts):
    reading = read(model, facts)

    steps = [step for step in reading.steps if step.kind != "time"]
    times = [0.0, *(step.at for step in steps), END]
    gaps = np.diff(times) / DAY
    ends = np.zeros(model.count)
    for path in product(range(model.count), repeat=len(steps) + 2):
        weight = model.prior[path[0]]
        for n, days in enumerate(gaps):
            weight *= transition(model.dynamics, float(days))[path[n], path[n + 1]]
            if n < len(steps):
                weight *= likelihood(model, steps[n])[path[n + 1]]
        ends[path[-1]] += weight
    assert np.abs(ends / ends.sum() - reading.probabilities).max() < 1e-12


def likelihood(model, step):
    if step.kind == "confirmation":
        return np.exp(model.confirmation(step.code))
    row = model.catalogue.likelihoods[model.catalogue.row(step.code)]
    return row ** (step.temper * step.weight)


@given(models(), FACTS, st.randoms(use_true_random=False))
def test_facts_may_be_told_in_any_order(model, facts, dice):
    shuffled = list(facts)
    dice.shuffle(shuffled)

    assert read(model, shuffled) == read(model, facts)


@given(models(), FACTS, st.integers(0, 40))
def test_resuming_gives_the_digits_of_a_full_replay(model, facts, half):
    cut = half * DAY / 2
    early = [fact for fact in facts if fact.at <= cut]
    late = [fact for fact in facts if fact.at > cut]
    state = read(model, early, days=half / 2).state

    full = read(model, facts)
    resumed = resume(state, late, model=model, as_of=END)

    assert resumed.probabilities == full.probabilities
    assert resumed.stance == full.stance
    assert resumed.state == full.state


@given(models(), FACTS)
def test_one_fact_at_a_time_gives_the_digits_of_a_full_replay(model, facts):
    state = read(model, [], days=0).state
    for at in sorted({fact.at for fact in facts}):
        now = [fact for fact in facts if fact.at == at]
        state = resume(state, now, model=model, as_of=at).state

    assert state == read(model, facts).state


@given(models(), FACTS, st.floats(0, 400))
def test_the_state_between_readings_is_that_of_a_replay(model, facts, days):
    reading = read(model, facts)
    later = END + days * DAY

    moved = state_at(reading.state, later, model=model)

    full = replay(facts, model=model, joined_at=0, as_of=later)
    assert moved.probabilities == full.probabilities
    assert moved.stance == full.stance


@given(models(), FACTS)
def test_the_explanation_sums_to_the_posterior_minus_the_prior(model, facts):
    reading = read(model, facts)

    changes = np.sum([step.change for step in reading.steps], axis=0)
    difference = np.array(reading.probabilities) - reading.start
    assert reading.start == tuple(model.prior)
    assert np.abs(changes - difference).max() < 1e-12
    heard = [step for step in reading.steps if step.kind != "time"]
    assert len(heard) == len(facts)


@given(models(), FACTS)
def test_a_reading_is_a_distribution_with_a_certainty(model, facts):
    reading = read(model, facts)

    assert len(reading.probabilities) == model.count
    assert min(reading.probabilities) >= 0
    assert sum(reading.probabilities) == pytest.approx(1, abs=1e-12)
    assert 0 <= reading.certainty <= 1
    assert reading.stance is None or 0 < reading.stance < 1


@pytest.mark.parametrize("spacing", [0.0, 1.0, DAY])
def test_extreme_evidence_gives_no_nan_and_can_be_taken_back(undamped, spacing):
    praise = [Signal(n * spacing, "B44") for n in range(1_000)]
    doubt = [Signal(n * spacing, "B01") for n in range(4_000)]

    sure = read(undamped, praise, days=1_000)
    both = read(undamped, praise + doubt, days=4_000)

    assert all(math.isfinite(chance) for chance in sure.probabilities)
    assert sure.signals == 1_000
    assert read(undamped, praise, days=1_000).state.probabilities[6] > 0.9
    assert both.state.probabilities[0] > 0.9


def test_equal_times_commute_even_beyond_the_smallest_double(undamped):
    praise = [Signal(0, "B44")] * 1_500
    doubt = [Signal(0, "B51")] * 1_500

    reading = read(undamped, praise + doubt, days=0)

    rows = undamped.catalogue
    logs = np.log(PRIOR) + 1_500 * (
        rows.log_likelihoods[rows.row("B44")] + rows.log_likelihoods[rows.row("B51")]
    )
    expected = np.exp(logs - logs.max())
    assert reading.probabilities == pytest.approx(
        expected / expected.sum(), rel=1e-6, abs=1e-12
    )


def weights(model, *signals):
    steps = read(model, signals, days=400).steps
    return [step.weight for step in steps if step.kind == "signal"]


def test_the_nth_signal_of_a_code_within_14_days_weighs_one_nth(model, undamped):
    days = [Signal(day * DAY, "B03") for day in (0, 1, 14, 15.5, 40)]

    assert weights(model, *days) == [1, 1 / 2, 1 / 3, 1 / 2, 1]
    assert weights(undamped, *days) == [1, 1, 1, 1, 1]


def test_other_codes_do_not_damp(model):
    assert weights(model, Signal(0, "B03"), Signal(0, "B04")) == [1, 1]


def test_at_equal_times_the_strongest_class_counts_first(model):
    weak, strong = Signal(0, "B03", "I"), Signal(0, "B03", "A")

    steps = read(model, [weak, strong], days=0).steps

    assert [(step.temper, step.weight) for step in steps] == [(1.0, 1.0), (0.3, 0.5)]


def test_a_confirmation_is_neither_tempered_nor_damped(model):
    words = [Confirmation(0, "criteria")] * 2

    reading = read(model, words, days=0)

    odds = np.array(PRIOR) * np.where(np.arange(7) == 3, 0.9, 0.1 / 6) ** 2
    assert reading.probabilities == pytest.approx(odds / odds.sum())
    assert (reading.signals, reading.is_unknown) == (0, False)


@pytest.mark.claim(34)
def test_nobody_heard_is_unknown_and_drifts(model):
    reading = read(model, [])

    moved = np.array(PRIOR) @ transition(model.dynamics, 30.0)
    assert reading.is_unknown
    assert reading.most_likely is None
    assert reading.last_heard_at is None
    assert not reading.is_contradictory
    assert reading.probabilities == pytest.approx(moved)


@pytest.mark.claim(34)
def test_somebody_heard_once_and_silent_since_is_not_unknown(model):
    reading = read(model, [Signal(DAY, "B13")], days=2_000)

    assert not reading.is_unknown
    assert reading.last_heard_at == DAY
    assert reading.signals == 1


def test_the_clock_starts_at_the_earlier_of_joining_and_the_first_fact(model):
    signal = Signal(-5 * DAY, "B13")

    early = replay([signal], model=model, joined_at=0, as_of=0)
    late = replay([signal], model=model, joined_at=-9 * DAY, as_of=0)

    assert [step.kind for step in early.steps] == ["signal", "time"]
    assert [step.kind for step in late.steps] == ["time", "signal", "time"]
    assert late.steps[0].days == 4


def test_certainty_runs_from_nothing_to_all(model):
    flat = replace(read(model, [], days=0), probabilities=(1 / 7,) * 7)
    sure = replace(flat, probabilities=(0.0,) * 6 + (1.0,))

    assert flat.certainty == pytest.approx(0, abs=1e-12)
    assert sure.certainty == 1
    assert flat.entropy == pytest.approx(math.log(7))


def test_surprise_is_measured_against_the_persons_own_expectation(model):
    early = [Signal(n * DAY, code) for n, code in enumerate(["B01", "B02", "B46"])]

    calm = read(model, [*early, Signal(4 * DAY, "B12")], days=4)
    shaken = read(model, [*early, Signal(4 * DAY, "B44")], days=4)

    assert (calm.is_contradictory, shaken.is_contradictory) == (False, True)
    last = shaken.steps[-1]
    before = np.array(shaken.probabilities) - last.change
    predictive = model.catalogue.likelihoods @ before
    row = model.catalogue.row("B44")
    assert last.surprise == pytest.approx(-math.log(predictive[row]))
    assert predictive[-np.log(predictive) <= last.threshold].sum() >= 0.95


def test_signals_of_one_moment_are_surprising_in_no_order(model):
    together = [Signal(0, "B46", key="new"), Signal(0, "B44", key="yes")]

    surprises = read(model, together, days=0).surprises

    assert surprises["new"] == read(model, together[:1], days=0).surprises["new"]
    assert surprises["yes"] == read(model, together[1:], days=0).surprises["yes"]


@pytest.mark.claim(35)
def test_importance_and_buying_class_slow_or_hurry_the_drift(model):
    generator = expert_generator()
    start = np.array(model.prior_of("straight_rebuy"))

    hurried = read(model, [], importance="large", buying_class="straight_rebuy")

    assert hurried.start == (0.05, 0.08, 0.12, 0.30, 0.30, 0.10, 0.05)
    days = 30 / (1.8 * 0.5)
    dynamics = model_of(
        anchors=ANCHORS, prior=PRIOR, generator=generator, catalogue=model.catalogue
    ).dynamics
    assert hurried.probabilities == pytest.approx(start @ transition(dynamics, days))
    assert read(model, []) == read(model, [], importance="mid", buying_class="new")
    assert read(model, [], buying_class="modified").state.pace == 0.75


@pytest.mark.claim(53)
def test_stance_and_phase_do_not_touch_each_other(kinds):
    told = [Signal(n * DAY, code) for n, code in enumerate(["B27", "B01", "B44"])]
    without = expert_model([replace(kind, stance_effect=0.0) for kind in kinds])

    ours, deaf = read(expert_model(kinds), told), read(without, told)

    assert ours.probabilities == deaf.probabilities
    assert (ours.stance is None, deaf.stance) == (False, None)


def test_splitting_a_phase_moves_no_anchor(model, kinds):
    # Criteria becomes two phases that share its prior; no time passes.
    split = [0, 1, 2, 3, 3, 4, 5, 6]
    halves = np.array(PRIOR)[split] * np.where(np.array(split) == 3, 0.5, 1)
    wider = model_of(
        anchors=[ANCHORS[phase] for phase in split],
        prior=halves,
        generator=np.diag([0.01] * 7, k=1) - np.diag([0.01] * 7 + [0]),
        catalogue=catalogue_of(
            [replace(kind, steps=tuple(kind.steps[p] for p in split)) for kind in kinds]
        ),
    )
    told = [Signal(0, "B13"), Signal(0, "B19"), Confirmation(0, "comparison")]

    before = read(model, told, days=0)
    after = read(wider, told, days=0)

    assert wider.anchor_chances(after.probabilities) == pytest.approx(
        model.anchor_chances(before.probabilities)
    )


@pytest.mark.claim(33)
def test_a_custom_signal_moves_only_who_showed_it(model, kinds):
    ours = SignalKind("OURS", (1, 1, 1, 5, 1, 1, 1), "O")
    more = expert_model([*kinds, ours], normalised_over=kinds)
    told = [Signal(0, "B13"), Signal(DAY, "B30")]

    assert read(more, told) == read(model, told)
    assert read(more, [*told, Signal(DAY, "OURS")], days=1).probabilities[3] > 0.5


def test_the_key_comes_back_and_weighs_nothing(model):
    named = read(model, [Signal(0, "B13", key="a-row")])

    assert [step.key for step in named.steps] == ["a-row", ""]
    assert named.probabilities == read(model, [Signal(0, "B13")]).probabilities


@pytest.mark.parametrize(
    ("facts", "given", "sentence"),
    [
        ([Signal(0, "B99")], {}, "The catalogue has no signal 'B99'."),
        ([Signal(0, "B01", "Z")], {}, "There is no class of evidence 'Z'."),
        ([Confirmation(0, "bliss")], {}, "No phase has the anchor 'bliss'."),
        ([Signal(math.nan, "B01")], {}, "The time of a fact must be a finite number"),
        ([Signal(31 * DAY, "B01")], {}, "as of 2592000.0 lies before 2678400.0."),
        ([], {"importance": "huge"}, "There is no importance 'huge'."),
        ([], {"buying_class": "gift"}, "There is no buying class 'gift'."),
    ],
)
def test_replay_refuses(model, facts, given, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        read(model, facts, **given)


def test_resume_refuses_facts_that_need_a_replay(model):
    state = read(model, [Signal(DAY, "B01")]).state

    for at in (0.0, DAY):
        with pytest.raises(ValueError, match="is not later than the state at 86400"):
            resume(state, [Signal(at, "B02")], model=model, as_of=END)
    with pytest.raises(ValueError, match="lies before"):
        state_at(state, 0.0, model=model)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"probabilities": (0.5,) * 7}, "of a state must sum to 1, not 3.5"),
        ({"probabilities": (1.0,)}, "of a state must hold 7 numbers a row"),
        ({"pace": 0.0}, "The pace of a state must be above zero, not 0.0."),
        ({"stance_logit": math.inf}, "The stance of a state must be a finite number"),
    ],
)
def test_resume_refuses_a_state_that_does_not_fit(model, change, sentence):
    state = replace(State(at=0, pace=1, probabilities=PRIOR), **change)

    with pytest.raises(ValueError, match=re.escape(sentence)):
        resume(state, [], model=model, as_of=0)


def test_model_of_refuses_parts_that_do_not_fit(model):
    parts = {"generator": expert_generator(), "catalogue": model.catalogue}

    with pytest.raises(ValueError, match=r"The prior must sum to 1, not"):
        model_of(anchors=ANCHORS, prior=[0.2] * 7, **parts)
    with pytest.raises(ValueError, match="The generator has 7 phases, the anchors 6"):
        model_of(anchors=ANCHORS[:6], prior=[1 / 6] * 6, **parts)
    rush = {"rush": BuyingClass(dwell_factor=0)}
    with pytest.raises(ValueError, match="The dwell factor of rush must be above zero"):
        model_of(anchors=ANCHORS, prior=PRIOR, buying_classes=rush, **parts)
