"""A draft of the phase model: what may be changed, what is refused, what never moves."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import AuditEvent
from accounts.models.base import StaleVersion
from forecasting.queries.preview import preview
from opportunities.models import RecomputeRequest
from readiness.actions.editing import parts
from readiness.actions.editing.action_types import (
    StillDone,
    add_action_type,
    change_action_type,
    remove_action_type,
)
from readiness.actions.editing.codes import LacksLoggedSignals
from readiness.actions.editing.drafts import (
    NameTaken,
    discard_draft,
    make_draft,
    rename_draft,
)
from readiness.actions.editing.packs import import_pack, read_pack
from readiness.actions.editing.parts import (
    NeverLeft,
    NoSuchPair,
    TooManyPhases,
    merge_with_next,
    merged_name,
    part_names,
    split_in_two,
)
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
from readiness.actions.versions import NotADraft, activate_model, roll_back
from readiness.engine.records import Confirmation, Signal
from readiness.engine.replay import replay
from readiness.models import (
    ActionType,
    LearningRun,
    ModelStatus,
    Phase,
    PhaseModel,
    PhaseReading,
    SellerAction,
    SignalType,
)
from readiness.queries.catalogue import catalogue_of
from readiness.queries.differences import differences_between
from readiness.queries.log_sheet import log_sheet
from readiness.queries.models import active_model, load, loaded
from readiness.queries.pack import pack_of
from tests.factories import NOW, give_defaults
from tests.recompute.build import make, open_deal, readings, say, seat

DAY = 86_400.0
CODES = ("B01", "B03", "B10", "B27", "B43")
TIMES = st.integers(0, 60).map(lambda half: half * DAY / 2)
HEARD = st.lists(
    st.one_of(
        st.builds(Signal, at=TIMES, code=st.sampled_from(CODES)),
        st.builds(
            Confirmation, at=TIMES, anchor=st.sampled_from(["resolve", "commitment"])
        ),
    ),
    max_size=6,
)
SPEC = SignalSpec(
    texts={
        "name": {"en": "Asks for our roadmap", "nl": "Vraagt de planning", "fr": ""},
        "definition": {"en": "Wants to see what comes", "nl": "", "fr": ""},
        "example": {"en": "“What comes in spring?”", "nl": "", "fr": ""},
    },
    steps=[1, 2, 3, 4, 5, 4, 3],
    evidence_class="O",
    stance_effect=1,
    symptoms="S2-",
)


@pytest.fixture
def base(ours, alice) -> PhaseModel:
    give_defaults()
    return PhaseModel.objects.get()


@pytest.fixture
def draft(base, alice) -> PhaseModel:
    return make_draft(base=base, name="Ours", note="a trial", by=alice, now=NOW)


@pytest.fixture
def edit(draft, alice):
    """Call an action on the draft as it is now."""

    def act(action, **values):
        draft.refresh_from_db()
        with transaction.atomic():
            return action(revision=draft.revision, by=alice, now=NOW, **values)

    return act


def phase_of(draft: PhaseModel, code: str) -> Phase:
    return Phase.objects.select_related("model").get(model=draft, code=code)


def signal_of(draft: PhaseModel, code: str) -> SignalType:
    return SignalType.objects.select_related("model").get(model=draft, code=code)


def action_of(draft: PhaseModel, code: str) -> ActionType:
    return ActionType.objects.select_related("model").get(model=draft, code=code)


def split(edit, draft, code, share=0.5):
    phase = phase_of(draft, code)
    both = edit(split_in_two, phase=phase, share=share, names=part_names(phase))
    draft.refresh_from_db()
    return both


def chances(model, facts, *, when, buying_class):
    reading = replay(
        facts, model=model, joined_at=0.0, as_of=when, buying_class=buying_class
    )
    return model.anchor_chances(reading.probabilities)


@pytest.mark.django_db
def test_a_draft_is_a_copy_with_its_own_name(base, draft, alice):
    assert pack_of(draft) == pack_of(base) | {"version": "Ours", "note": "a trial"}
    assert draft.status == ModelStatus.DRAFT
    assert active_model().pk == base.pk
    with pytest.raises(NameTaken, match="There is a version “Ours” already"):
        make_draft(base=base, name="Ours", note="", by=alice, now=NOW)


@pytest.mark.django_db
def test_a_split_leaves_the_chance_of_every_anchor_unchanged(base, draft, edit):
    """Whatever is split, however often, whatever is heard and whenever one looks."""
    finer = []
    for code, share in (
        *(("status_quo", 0.5), ("resolve", 0.01), ("resolve_2", 0.7)),
        *(("settling_doubts", 0.31), ("commitment", 0.99), ("resolve_1", 0.5)),
        *(("recognition", 0.25), ("criteria", 0.6), ("comparison", 0.4)),
    ):
        split(edit, draft, code, share)
        finer.append(load(draft).engine)
    whole = load(base).engine

    @settings(max_examples=30, deadline=None)
    @given(
        HEARD,
        st.floats(30, 2_000).map(lambda days: days * DAY),
        st.sampled_from([None, "straight_rebuy"]),
        st.sampled_from(finer),
    )
    def holds(facts, when, buying_class, model):
        given_ = {"when": when, "buying_class": buying_class}
        before = chances(whole, facts, **given_)
        after = chances(model, facts, **given_)
        assert after == pytest.approx(before, abs=1e-9)

    holds()
    assert len(finer[-1].anchors) == 16
    assert draft.basis == "expert"


@pytest.mark.django_db
def test_a_split_moves_no_forecast(base, draft, edit, alice, ours):
    deal = open_deal(owner=alice)
    for name, code in (("Karel", "B27"), ("Anna", "B03"), ("Piet", "B20")):
        say(seat(deal, name), code, at=NOW - timedelta(days=9))
    for code in ("status_quo", "resolve", "settling_doubts"):
        split(edit, draft, code, 0.3)

    told = preview(old=loaded(base), new=load(draft), workspace=ours, now=NOW)

    assert told.heard == 3
    assert told.movers == []
    assert told.shift == pytest.approx(0, abs=1e-9)
    assert told.deals[0].after == pytest.approx(told.deals[0].before, abs=1e-6)
    assert told.changed == []


@pytest.mark.django_db
@pytest.mark.parametrize("share", [0.5, 0.3])
@pytest.mark.parametrize("code", ["status_quo", "resolve", "commitment"])
def test_a_merge_after_a_split_is_the_identity(draft, edit, code, share):
    draft.parameters["chances"] = {"B03": [0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07]}
    draft.save(update_fields=["parameters"])
    before = pack_of(draft)

    first, second = split(edit, draft, code, share)
    assert pack_of(draft) != before
    edit(
        merge_with_next,
        phase=phase_of(draft, first.code),
        name=merged_name(first, second),
    )

    draft.refresh_from_db()
    assert pack_of(draft) == before | {"basis": "own"}


@pytest.mark.django_db
def test_merged_steps_are_averaged_away_from_neutral(draft, edit):
    first, _second = split(edit, draft, "resolve")
    signal, action = signal_of(draft, "B03"), action_of(draft, "A01")
    signal.steps[2:4], action.fits[2:4] = [4, 3], [-1, -2]
    signal.save(update_fields=["steps"])
    action.save(update_fields=["fits"])

    edit(merge_with_next, phase=first, name={"en": "Resolve"})

    assert signal_of(draft, "B03").steps[2] == 4
    assert action_of(draft, "A01").fits[2] == -2


@pytest.mark.django_db
def test_only_neighbours_of_one_anchor_become_one(draft, edit):
    for code in ("resolve", "commitment"):
        with pytest.raises(NoSuchPair, match="Only two phases that follow each other"):
            edit(merge_with_next, phase=phase_of(draft, code), name={"en": "One"})
    Phase.objects.filter(model=draft, code="commitment").update(jumps={})
    with pytest.raises(NeverLeft):
        split(edit, draft, "commitment")
    with pytest.raises(Malformed, match="name|can't be|lacks"):
        edit(
            split_in_two,
            phase=phase_of(draft, "resolve"),
            share=0.5,
            names=({"en": " "}, {"en": "b"}),
        )


@pytest.mark.django_db
def test_there_are_at_most_so_many_phases(draft, edit, monkeypatch):
    monkeypatch.setattr(parts, "MOST_PHASES", 9)
    code = split(edit, draft, split(edit, draft, "resolve")[1].code)[1].code

    with pytest.raises(TooManyPhases, match="at most 9"):
        split(edit, draft, code)
    assert code == "resolve_2_2"


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


@pytest.mark.django_db
def test_two_who_edit_notice_each_other(draft, alice):
    seen = draft.revision
    given_ = {"by": alice, "now": NOW}
    rename_draft(draft=draft, name="Hers", note="", revision=seen, **given_)

    for act, values in (
        (rename_draft, {"draft": draft, "name": "His", "note": ""}),
        (describe_phase, {"phase": phase_of(draft, "resolve"), "texts": {}}),
        (remove_signal_type, {"row": signal_of(draft, "B02")}),
        (discard_draft, {"draft": draft}),
        (activate_model, {"draft": draft}),
    ):
        with pytest.raises(StaleVersion, match="changed"):
            act(revision=seen, **values, **given_)

    discard_draft(draft=draft, revision=seen + 1, **given_)
    assert not PhaseModel.objects.filter(pk=draft.pk).exists()
    with pytest.raises(NotADraft, match="was discarded"):
        rename_draft(draft=draft, name="x", note="", revision=seen, **given_)


@pytest.mark.django_db
def test_only_a_draft_changes(base, alice):
    for act, values in (
        (rename_draft, {"draft": base, "name": "x", "note": ""}),
        (describe_phase, {"phase": phase_of(base, "resolve"), "texts": {}}),
        (remove_signal_type, {"row": signal_of(base, "B02")}),
        (remove_action_type, {"row": action_of(base, "A01")}),
        (discard_draft, {"draft": base}),
    ):
        with pytest.raises(NotADraft, match="not a draft any more"):
            act(revision=base.revision, by=alice, now=NOW, **values)


@pytest.mark.django_db
def test_discarding_what_was_learned_leaves_the_report(base, draft, alice):
    run = LearningRun.objects.create(
        asked_at=NOW, finished_at=NOW, base=base, made=draft, outcome="accepted"
    )

    discard_draft(draft=draft, revision=draft.revision, by=alice, now=NOW)

    run.refresh_from_db()
    assert run.made is None


@pytest.mark.django_db
def test_a_draft_is_never_shown_from_what_a_process_kept(draft, edit):
    first = catalogue_of(loaded(draft)).phase_names
    split(edit, draft, "resolve")
    draft.refresh_from_db()

    assert len(first) == 7
    assert len(loaded(draft).anchors) == 8
    assert catalogue_of(loaded(draft)).phase_names[2:4] == ("Resolve 1", "Resolve 2")


@pytest.fixture
def active(draft, edit, alice) -> PhaseModel:
    """An edited version in force: a phase in two, a signal more, one retired."""
    split(edit, draft, "resolve", 0.4)
    steps = [1, 1, 1, 1, 1, 1, 5, 5]
    edit(add_signal_type, draft=draft, code="C01", spec=replace(SPEC, steps=steps))
    row = signal_of(draft, "B02")
    retired = SignalSpec(row.texts, row.steps, "O", 0, is_retired=True)
    edit(change_signal_type, row=row, spec=retired)
    draft.refresh_from_db()
    return activate_model(draft=draft, revision=draft.revision, by=alice, now=NOW)


@pytest.mark.claim(33)
@pytest.mark.django_db
def test_an_edited_version_is_logged_and_read(active, alice, as_alice):
    deal = open_deal(owner=alice)
    person = seat(deal)

    sheet = log_sheet(deal)

    offered = {each.code for each in sheet.signals}
    assert ("C01" in offered, "B02" in offered) == (True, False)
    assert sheet.kinds[-1][1].endswith("(no longer used)")
    say(person, "C01", "B02", at=NOW - timedelta(days=1))
    make(deal)
    for path in (
        *("opportunities", f"opportunities/{deal.pk}", f"stakeholders/{person.pk}"),
        *("settings/model", "forecast", f"settings/model/{active.pk}/diff"),
    ):
        assert as_alice.get(f"/w/ours/{path}").status_code == 200, path
    page = as_alice.get(f"/w/ours/opportunities/{deal.pk}/log").content.decode()
    assert "Asks for our roadmap" in page


@pytest.mark.django_db
def test_old_readings_keep_their_version(base, alice, request):
    deal = open_deal(owner=alice)
    person = seat(deal)
    say(person, "B27", at=NOW - timedelta(days=3))
    make(deal)
    old = readings()
    RecomputeRequest.objects.all().delete()

    active = request.getfixturevalue("active")

    assert RecomputeRequest.objects.count() == 1
    say(person, "C01", at=NOW - timedelta(days=1))
    make(deal, now=NOW + timedelta(minutes=1))
    assert readings()[: len(old)] == old
    kept = PhaseReading.objects.order_by("computed_at", "pk")
    assert [row.model_id for row in kept] == [base.pk, active.pk]


@pytest.mark.django_db
def test_a_version_that_could_not_read_what_was_logged_does_not_come_back(
    base, active, alice, as_alice
):
    say(seat(open_deal(owner=alice)), "C01", at=NOW - timedelta(days=1))

    with pytest.raises(LacksLoggedSignals, match="lacks C01, logged 1 time"):
        roll_back(to=base, by=alice, now=NOW)

    page = as_alice.get(f"/w/ours/settings/model/{base.pk}/preview").content.decode()
    assert "lacks C01, logged 1 time" in page
    answer = as_alice.post(f"/w/ours/settings/model/{base.pk}/roll-back")
    assert answer.status_code == 409
    assert active_model().pk == active.pk


@pytest.mark.django_db
def test_differences_are_told_in_plain_words(base, draft, edit):
    split(edit, draft, "resolve", 0.4)
    row = signal_of(draft, "B03")
    steps = [*row.steps[:3], 5, *row.steps[4:]]
    spec = SignalSpec(row.texts, steps, row.evidence_class, 2, row.symptoms)
    edit(change_signal_type, row=row, spec=spec)
    edit(add_signal_type, draft=draft, code="C01", spec=replace(SPEC, steps=[3] * 8))
    draft.refresh_from_db()

    found = differences_between(base, draft)

    told = {(c.of, c.what): (c.before, c.after) for c in found.phases}
    assert told["Resolve", "Phase"] == ("Resolve", "gone")
    assert told["Resolve 1", "Mean stay"] == ("30 days", "12 days")
    assert told["Resolve 1", "People start here"] == ("13 %", "5.2 %")
    assert ("Resolve 2", "Mean stay") not in told
    assert {(c.of, c.what, c.before, c.after) for c in found.signals} == {
        ("Volunteers a problem", "Step in Resolve 2", "4", "5"),
        ("Volunteers a problem", "Effect on stance", "0", "2"),
        ("Asks for our roadmap", "C01", "", "new"),
    }
    assert differences_between(base, base).count == 0


@pytest.mark.django_db
def test_each_change_is_in_the_audit_trail(draft, edit, alice):
    first, second = split(edit, draft, "resolve")
    edit(merge_with_next, phase=first, name=merged_name(first, second))
    edit(describe_phase, phase=phase_of(draft, "resolve"), texts=first.texts)
    edit(set_numbers, draft=draft, dwell_days=[1.0] * 7, starts=None)
    edit(add_signal_type, draft=draft, code="C01", spec=SPEC)
    edit(
        change_signal_type, row=signal_of(draft, "C01"), spec=replace(SPEC, symptoms="")
    )
    edit(remove_signal_type, row=signal_of(draft, "C01"))
    edit(rename_draft, draft=draft, name="Other", note="")
    edit(discard_draft, draft=draft)

    verbs = AuditEvent.objects.filter(verb__startswith="phase_model.").order_by("pk")
    assert [
        verb.partition(".")[2] for verb in verbs.values_list("verb", flat=True)
    ] == [
        *("drafted", "phase_split", "phases_merged", "phase_described", "numbers_set"),
        *("signal_added", "signal_changed", "signal_removed", "renamed", "discarded"),
    ]
    changed = AuditEvent.objects.get(verb="phase_model.signal_changed")
    assert changed.before == {"symptoms": "S2-"}
    assert changed.after == {"signal": "C01", "symptoms": ""}


@pytest.mark.django_db
def test_a_pack_comes_back_as_it_went(base, draft, edit, alice):
    split(edit, draft, "criteria", 0.2)
    edit(add_signal_type, draft=draft, code="C01", spec=replace(SPEC, steps=[3] * 8))
    draft.refresh_from_db()
    pack = pack_of(draft)
    discard_draft(draft=draft, revision=draft.revision, by=alice, now=NOW)

    made = import_pack(content=json.dumps(pack).encode(), by=alice, now=NOW)

    assert pack_of(made) == pack
    assert load(made).is_draft
    default = pack_of(base)
    again = import_pack(content=json.dumps(default).encode(), by=alice, now=NOW)
    assert pack_of(again) == default | {"version": "default-1 (2)"}


@pytest.mark.django_db
def test_numbers_from_elsewhere_are_not_called_learned_here(base, alice):
    pack = pack_of(base) | {"basis": "learned", "version": "theirs"}
    pack["parameters"] = pack["parameters"] | {"learned_from": 900}

    made = import_pack(content=json.dumps(pack).encode(), by=alice, now=NOW)

    assert made.basis == "own"
    assert "learned_from" not in made.parameters


def damaged(pack, **changes):
    return json.dumps(pack | changes).encode()


@pytest.mark.django_db
def test_a_file_that_is_no_pack_says_where(base):
    pack = pack_of(base)
    phases, signals = pack["phases"], pack["signals"]
    parameters = pack["parameters"]
    for content, sentence in (
        (b"{", "no JSON"),
        (b"\xff\xfe", "no JSON"),
        (b"9" * 5_000, "no JSON"),
        (b"[" * 100_000, "nested deeper"),
        (b" " * (2 * 1024 * 1024 + 1), "larger than 2 MB"),
        (b'{"a": NaN}', "“NaN” is no number"),
        (b'{"a": 1, "a": 2}', "“a” is said twice"),
        (b"[]", "The file must be of the kind “object”"),
        (damaged(pack, format="x/9"), "format can't be “x/9”"),
        (damaged(pack, extra=1), "The file: “extra” is not known here"),
        (damaged(pack, version="\ud800"), "version can't be"),
        (damaged(pack, phases=phases[1:]), "phases holds 6"),
        (damaged(pack, phases=phases * 5), "at most 28"),
        (damaged(pack, phases=[*phases[:6], phases[5]]), "anchor commitment"),
        (damaged(pack, phases=phases[::-1]), r"phases\[1\].anchor"),
        (
            damaged(pack, phases=[phases[0] | {"prior_probability": 0.9}, *phases[1:]]),
            "prior_probability must add up to 1, not 1.6",
        ),
        (
            damaged(pack, phases=[phases[0] | {"jumps": {"-1": 1}}, *phases[1:]]),
            "a jump of -1 leaves",
        ),
        (
            damaged(pack, phases=[phases[0] | {"jumps": {"1": 0.5}}, *phases[1:]]),
            r"phases\[0\].jumps must add up to 1",
        ),
        (
            damaged(pack, phases=[phases[0] | {"mean_dwell_days": 0}, *phases[1:]]),
            r"phases\[0\].mean_dwell_days can't be “0”",
        ),
        (
            damaged(pack, signals=[signals[0] | {"steps": [3]}, *signals[1:]]),
            r"signals\[0\].steps holds 1 numbers",
        ),
        (
            damaged(pack, signals=[signals[0] | {"steps": [True] * 7}, *signals[1:]]),
            r"signals\[0\].steps\[0\] must be of the kind",
        ),
        (damaged(pack, signals=[*signals, signals[0]]), "the code “B01” stands twice"),
        (
            damaged(pack, signals=[s | {"is_default": False} for s in signals]),
            "of the default catalogue",
        ),
        (
            damaged(pack, parameters=parameters | {"chances": {"Z9": [0.1] * 7}}),
            "chances.Z9: no signal",
        ),
        (
            damaged(pack, parameters=parameters | {"straight_rebuy_prior": [1]}),
            "straight_rebuy_prior holds 1",
        ),
        (damaged(pack, parameters={}), "parameters lacks “importance_factor, "),
        (
            damaged(pack, parameters=parameters | {"speed_sigma": "1e999"}),
            "speed_sigma must be of the kind",
        ),
        (
            json.dumps(pack)
            .replace('"stance_gain": 0.8', '"stance_gain": 1e999')
            .encode(),
            "stance_gain can't be “inf”",
        ),
    ):
        with pytest.raises(Malformed, match=sentence) as refusal:
            read_pack(content)
        str(refusal.value).encode()  # fit for a page
        assert len(str(refusal.value)) < 3_000
