"""Drafts of the phase model: made, noticed, thrown away, put in force and read."""

from dataclasses import replace
from datetime import timedelta

import pytest

from accounts.models import AuditEvent
from accounts.models.base import StaleVersion
from opportunities.models import RecomputeRequest
from readiness.actions.editing.action_types import (
    remove_action_type,
)
from readiness.actions.editing.codes import LacksLoggedSignals
from readiness.actions.editing.drafts import (
    NameTaken,
    discard_draft,
    make_draft,
    rename_draft,
)
from readiness.actions.editing.parts import (
    merge_with_next,
    merged_name,
)
from readiness.actions.editing.phases import (
    describe_phase,
    set_numbers,
)
from readiness.actions.editing.signal_types import (
    SignalSpec,
    add_signal_type,
    change_signal_type,
    remove_signal_type,
)
from readiness.actions.versions import NotADraft, activate_model, roll_back
from readiness.models import (
    LearningRun,
    ModelStatus,
    PhaseModel,
    PhaseReading,
)
from readiness.queries.catalogue import catalogue_of
from readiness.queries.differences import differences_between
from readiness.queries.log_sheet import log_sheet
from readiness.queries.models import active_model, loaded
from readiness.queries.pack import pack_of
from tests.factories import NOW
from tests.readiness.editing.build import SPEC, action_of, phase_of, signal_of, split
from tests.recompute.build import make, open_deal, readings, say, seat


@pytest.mark.django_db
def test_a_draft_is_a_copy_with_its_own_name(base, draft, alice):
    assert pack_of(draft) == pack_of(base) | {"version": "Ours", "note": "a trial"}
    assert draft.status == ModelStatus.DRAFT
    assert active_model().pk == base.pk
    with pytest.raises(NameTaken, match="There is a version “Ours” already"):
        make_draft(base=base, name="Ours", note="", by=alice, now=NOW)


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
