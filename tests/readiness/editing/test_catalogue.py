"""Phases, signals and actions of a draft: what may be changed, what is refused."""

from dataclasses import replace
from datetime import timedelta

import pytest

from readiness.actions.editing.action_types import (
    StillDone,
    add_action_type,
    change_action_type,
    remove_action_type,
)
from readiness.actions.editing.codes import LacksLoggedSignals
from readiness.actions.editing.phases import (
    BadStay,
    StartsDoNotAddUp,
    describe_phase,
    set_numbers,
)
from readiness.actions.editing.rules import Malformed
from readiness.actions.editing.signal_types import (
    CodeTaken,
    LastDefault,
    SignalSpec,
    StillLogged,
    add_signal_type,
    change_signal_type,
    remove_signal_type,
)
from readiness.actions.versions import activate_model
from readiness.models import (
    ActionType,
    SellerAction,
    SignalType,
)
from readiness.queries.models import active_model, load
from tests.factories import NOW
from tests.readiness.editing.build import SPEC, action_of, phase_of, signal_of
from tests.recompute.build import open_deal, say, seat


@pytest.mark.django_db
def test_words_and_numbers_of_phases(draft, edit):
    phase = phase_of(draft, "resolve")
    texts = phase.texts | {"name": {"en": "Decided", "nl": "Beslist", "fr": ""}}
    edit(describe_phase, phase=phase, texts=texts)
    draft.refresh_from_db()
    assert (str(phase_of(draft, "resolve")), draft.basis) == ("Decided", "expert")
    with pytest.raises(Malformed, match="“color” is not known here"):
        edit(describe_phase, phase=phase, texts=texts | {"color": {}})

    days = [60, 40, 30, 35, 35, 35, 250.5]
    starts = [0.4, 0.2, 0.1, 0.1, 0.1, 0.05, 0.05]
    edit(set_numbers, draft=draft, dwell_days=days, starts=starts)
    draft.refresh_from_db()
    assert list(load(draft).engine.prior) == pytest.approx(starts)
    assert phase_of(draft, "commitment").mean_dwell_days == 250.5
    assert draft.basis == "own"
    for values, refusal in (
        ({"dwell_days": days, "starts": [0.5] * 7}, StartsDoNotAddUp),
        ({"dwell_days": days, "starts": [float("nan")] * 7}, StartsDoNotAddUp),
        ({"dwell_days": [0, *days[1:]], "starts": None}, BadStay),
        ({"dwell_days": [float("inf"), *days[1:]], "starts": None}, BadStay),
    ):
        with pytest.raises(refusal):
            edit(set_numbers, draft=draft, **values)


@pytest.mark.django_db
def test_signals_are_added_changed_and_retired(draft, edit):
    edit(add_signal_type, draft=draft, code="C01", spec=SPEC)
    before = load(draft).engine.catalogue.likelihoods_of("B03").tolist()
    for code in ("C01", "B03", "A01"):
        with pytest.raises(CodeTaken, match=f"The code “{code}” is taken"):
            edit(add_signal_type, draft=draft, code=code, spec=SPEC)
    for wrong in (
        {"steps": [3, 3]},
        {"steps": [0, 2, 3, 4, 5, 4, 3]},
        {"stance_effect": 3},
        {"evidence_class": "X"},
        {"symptoms": "S9"},
        {"texts": {**SPEC.texts, "name": {"nl": "x"}}},
    ):
        with pytest.raises(Malformed):
            edit(add_signal_type, draft=draft, code="C02", spec=replace(SPEC, **wrong))
    with pytest.raises(Malformed, match="code can't be “c 2”"):
        edit(add_signal_type, draft=draft, code="c 2", spec=SPEC)

    row = signal_of(draft, "C01")
    edit(
        change_signal_type, row=row, spec=replace(SPEC, is_retired=True, steps=[3] * 7)
    )

    row = signal_of(draft, "C01")
    assert (row.steps, row.is_retired, row.is_default) == ([3] * 7, True, False)
    # A signal of one's own moves nobody who has not shown it.
    assert load(draft).engine.catalogue.likelihoods_of("B03").tolist() == before
    edit(remove_signal_type, row=row)
    assert not SignalType.objects.filter(model=draft, code="C01").exists()


@pytest.mark.django_db
def test_steps_set_by_hand_come_in_place_of_what_was_learned(draft, edit):
    draft.parameters["chances"] = {"B03": [0.01] * 7, "B04": [0.02] * 7}
    draft.basis = "learned"
    draft.save(update_fields=["parameters", "basis"])
    row = signal_of(draft, "B03")
    spec = SignalSpec(row.texts, [5] * 7, row.evidence_class, row.stance_effect)

    edit(change_signal_type, row=row, spec=spec)

    draft.refresh_from_db()
    assert draft.parameters["chances"] == {"B04": [0.02] * 7}
    assert draft.basis == "mixed"


@pytest.mark.django_db
def test_a_signal_that_was_logged_stays_readable(draft, edit, base, alice):
    person = seat(open_deal(owner=alice))
    say(person, "B27", "B03", at=NOW - timedelta(days=3))
    say(person, "B27", at=NOW - timedelta(days=2))

    with pytest.raises(StillLogged, match="was logged 2 times, so it stays readable"):
        edit(remove_signal_type, row=signal_of(draft, "B27"))
    edit(remove_signal_type, row=signal_of(draft, "B45"))
    SignalType.objects.filter(model=draft).exclude(code="B01").update(is_default=False)
    with pytest.raises(LastDefault):
        edit(remove_signal_type, row=signal_of(draft, "B01"))
    # However it came to lack them: nothing comes into force that can't be computed with.
    SignalType.objects.filter(model=draft, code__in=("B27", "B03")).delete()
    draft.refresh_from_db()
    with pytest.raises(LacksLoggedSignals, match="lacks B03, B27, logged 3 times"):
        activate_model(draft=draft, revision=draft.revision, by=alice, now=NOW)
    assert active_model().pk == base.pk


@pytest.mark.django_db
def test_actions_are_added_changed_and_removed(draft, edit, alice):
    texts = {"name": {"en": "Walk the floor"}, "definition": {"en": ""}}
    fits = [-2, -1, 0, 1, 2, 1, 0]
    edit(add_action_type, draft=draft, code="X01", texts=texts, fits=fits)
    with pytest.raises(CodeTaken):
        edit(add_action_type, draft=draft, code="B01", texts=texts, fits=fits)
    with pytest.raises(Malformed):
        edit(add_action_type, draft=draft, code="X02", texts=texts, fits=[3] * 7)
    with pytest.raises(Malformed, match="There are 7 phases"):
        edit(add_action_type, draft=draft, code="X02", texts=texts, fits=[1])
    row = action_of(draft, "X01")
    edit(change_action_type, row=row, texts=texts, fits=[2] * 7)
    assert action_of(draft, "X01").fits == [2] * 7

    talk = say(seat(open_deal(owner=alice)), "B03", at=NOW)
    SellerAction.objects.create(interaction=talk, code="A01", logged_at=NOW)
    with pytest.raises(StillDone, match="was logged 1 time"):
        edit(remove_action_type, row=action_of(draft, "A01"))
    edit(remove_action_type, row=action_of(draft, "X01"))
    assert not ActionType.objects.filter(model=draft, code="X01").exists()
