"""A stance as a version learned it: read, told, carried along, and gone back from."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from readiness.actions.editing.packs import import_pack
from readiness.actions.learning import report_of
from readiness.actions.versions import activate_model, make_learned_version, roll_back
from readiness.engine.learning.course import Course, begin
from readiness.engine.learning.report import Number, Standing, Topic
from readiness.models import LearningOutcome, LearningRun, PhaseModel
from readiness.queries.differences import differences_between
from readiness.queries.explained import explain
from readiness.queries.models import active_model, load, loaded
from readiness.queries.pack import pack_of
from tests.factories import NOW, give_defaults
from tests.readiness.engine.learning.worlds import misspecified, told
from tests.recompute.build import last_reading, make, open_deal, say, seat

TILT, FADING = 0.3, 400.0


@pytest.fixture
def learned(ours, alice) -> Course:
    """A course that took in a stance, as if a thousand deals had told it."""
    give_defaults()
    deals = told(misspecified(deals=30, seed=8), seed=9).deals
    course = begin(deals, loaded(PhaseModel.objects.get()).engine)
    return replace(
        course,
        accepted=replace(course.accepted, tilt=TILT, fading_days=FADING),
        numbers=(
            number(Topic.LEANING, 1.8, default=2.2),
            number(Topic.FADING, FADING, default=90.0),
        ),
    )


def number(topic: Topic, value: float, *, default: float) -> Number:
    return Number(
        topic=topic,
        key=(),
        value=value,
        default=default,
        low=value * 0.9,
        high=value * 1.1,
        n=8_523,
        weight=0.94,
        standing=Standing.LEARNED,
    )


@pytest.mark.django_db
def test_signals_count_beside_what_is_usual_and_going_back_gives_the_old_digits(
    learned, ours, alice, as_alice
):
    base = PhaseModel.objects.get()
    deal = open_deal(owner=alice)
    person = seat(deal)
    for days, code in ((9, "B28"), (6, "B01"), (3, "B27")):
        say(person, code, at=NOW - timedelta(days=days))
    make(deal)
    before = last_reading(person)
    draft = make_learned_version(base, course=learned, by=alice, now=NOW)

    activate_model(draft=draft, revision=draft.revision, by=alice, now=NOW)
    make(deal, now=NOW + timedelta(minutes=1))

    now = last_reading(person)
    scale = active_model().engine.settings.stance
    assert (scale.tilt, scale.decay_days) == (TILT, FADING)
    assert now.stance_probability != before.stance_probability
    found = explain(
        person, opportunity=deal, workspace=ours, model=active_model(), now=NOW
    )
    logit = scale.origin + sum(pull.left for pull in found.pulls)
    assert found.reading.stance == pytest.approx(scale.support(logit, 3), abs=1e-9)
    page = as_alice.get(f"/w/ours/stakeholders/{person.pk}").content.decode()
    assert "from 3 signals, beside what is usual in their phase; learned" in page

    roll_back(to=base, by=alice, now=NOW + timedelta(minutes=2))
    make(deal, now=NOW + timedelta(minutes=1))
    again = last_reading(person)
    assert again.model_id == base.pk
    assert again.stance_probability == before.stance_probability


@pytest.mark.django_db
def test_a_version_carries_it_along(learned, alice):
    base = PhaseModel.objects.get()
    draft = make_learned_version(base, course=learned, by=alice, now=NOW)

    told_of = {c.of: c.after for c in differences_between(base, draft).parameters}
    assert told_of["How far a signal tells who is for us"] == "0.3"
    assert told_of["Days until it has faded to a third"] == "400"
    content = json.dumps(pack_of(draft) | {"version": "elsewhere"}).encode()
    there = load(import_pack(content=content, by=alice, now=NOW)).engine
    assert there.settings == load(draft).engine.settings
    assert there.settings.stance.tilt == TILT


@pytest.mark.django_db
def test_the_page_says_what_was_learned_and_from_how_many(learned, alice, as_alice):
    deals = told(misspecified(deals=30, seed=8), seed=9).deals
    LearningRun.objects.create(
        asked_at=NOW,
        asked_by=alice,
        base=PhaseModel.objects.get(),
        finished_at=NOW,
        outcome=LearningOutcome.ACCEPTED,
        report=report_of(learned, deals),
    )

    page = as_alice.get("/w/ours/settings/model").content.decode()

    assert "On your 24 closed deals, a signal that speaks for buying from you" in page
    assert "1.8 times as likely" in page
    assert "faded to about a third after 400 days" in page
