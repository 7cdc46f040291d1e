"""Splitting and merging phases of a draft: what never moves, what is refused."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.queries.preview import preview
from readiness.actions.editing import parts
from readiness.actions.editing.parts import (
    NeverLeft,
    NoSuchPair,
    TooManyPhases,
    merge_with_next,
    merged_name,
    split_in_two,
)
from readiness.actions.editing.rules import Malformed
from readiness.engine.records import Confirmation, Signal
from readiness.engine.replay import replay
from readiness.models import (
    Phase,
)
from readiness.queries.models import load, loaded
from readiness.queries.pack import pack_of
from tests.factories import NOW
from tests.readiness.editing.build import action_of, phase_of, signal_of, split
from tests.recompute.build import open_deal, say, seat

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


def chances(model, facts, *, when, buying_class):
    reading = replay(
        facts, model=model, joined_at=0.0, as_of=when, buying_class=buying_class
    )
    return model.anchor_chances(reading.probabilities)


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
