"""Learning from closed deals in the product: killed, refused, activated, rolled back."""

import itertools
import json
from contextlib import nullcontext, suppress
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import readiness.engine.learning.course as course_module
from accounts.models import AuditEvent
from opportunities.models import Opportunity, RecomputeRequest, ScheduleSlot
from readiness.actions.learning import AlreadyLearning, ask_to_learn, work
from readiness.actions.versions import (
    NotADraft,
    NotRetired,
    activate_model,
    make_learned_version,
    roll_back,
)
from readiness.engine.learning.course import begin
from readiness.models import (
    LearningOutcome,
    LearningRun,
    ModelStatus,
    Phase,
    PhaseModel,
    PhaseReading,
)
from readiness.queries.learning import closed_deals
from readiness.queries.models import active_model, loaded
from readiness.queries.reading import read_people
from tests.factories import NOW, create_opportunity, give_defaults
from tests.readiness.closed import furnish
from tests.readiness.engine.learning.test_recovery import made_as_the_model_has_it
from tests.readiness.engine.learning.worlds import Told, misspecified, told
from tests.recompute.build import (
    ZONE,
    last_reading,
    make,
    open_deal,
    readings,
    say,
    seat,
)

PAGE = "/w/ours/settings/model"


@pytest.fixture(scope="module")
def heard() -> Told:
    return told(misspecified(deals=150, seed=8), seed=9, confirmed=0.0)


class Killed(Exception):
    """The worker is gone."""


def work_off(*, steps: int | None = None, at=NOW) -> None:
    """Do what a worker does; with `steps` it dies when it opens the workspace once more."""
    for slot in ScheduleSlot.objects.filter(job="learning"):
        doors = itertools.count()

        def door(doors=doors):
            if steps is not None and next(doors) > steps:
                raise Killed
            return nullcontext()

        with suppress(Killed):
            work(
                slot_id=slot.pk, door=door, now=lambda: at, clock=itertools.repeat(0.0)
            )


@pytest.fixture
def told_here(heard, ours, alice):
    give_defaults()
    furnish(heard, alice)
    return heard


@pytest.mark.django_db
def test_a_killed_worker_changes_no_digit(told_here, alice, monkeypatch):
    ask_to_learn(by=alice, now=NOW)
    work_off()
    whole = LearningRun.objects.get()
    assert whole.outcome == LearningOutcome.ACCEPTED

    ask_to_learn(by=alice, now=NOW)
    monkeypatch.setattr(course_module, "WORK", 200_000)
    turns = 0
    while (again := LearningRun.objects.order_by("-pk")[0]).is_at_work:
        work_off(steps=1)
        turns += 1

    assert turns > 5
    assert again.outcome == LearningOutcome.ACCEPTED
    assert (again.state, again.report) == (whole.state, whole.report)
    assert again.made.version != whole.made.version
    assert again.made.parameters == whole.made.parameters
    assert not ScheduleSlot.objects.filter(job="learning").exists()


@pytest.mark.django_db
def test_a_learned_version_is_a_draft_that_reads_as_it_was_judged(told_here, alice):
    before = active_model().pk
    ask_to_learn(by=alice, now=NOW)
    with pytest.raises(AlreadyLearning):
        ask_to_learn(by=alice, now=NOW)
    work_off()

    run = LearningRun.objects.get()
    assert run.made.status == ModelStatus.DRAFT
    assert run.made.basis == "mixed"
    assert active_model().pk == before
    learned = loaded(run.made).engine
    accepted = json.loads(run.state)["accepted"]
    erlang = accepted["erlang"]
    assert len(learned.anchors) == 7 * erlang
    assert learned.catalogue.likelihoods[:, ::erlang].tolist() == accepted["chances"]
    assert sum(learned.prior) == pytest.approx(1)
    dwell = [
        p.mean_dwell_days * erlang
        for p in Phase.objects.filter(model=run.made).order_by("position")
    ]
    assert dwell[::erlang] == pytest.approx(accepted["dwell_days"])


@pytest.mark.django_db
def test_stays_of_two_parts_become_two_phases(heard, ours, alice, as_alice):
    give_defaults()
    deal = open_deal(owner=alice)
    person = seat(deal)
    say(person, "B27", at=NOW - timedelta(days=3))
    base = PhaseModel.objects.get()
    course = begin(heard.deals, loaded(base).engine)
    course = replace(course, accepted=replace(course.accepted, erlang=2))

    draft = make_learned_version(base, course=course, by=alice, now=NOW)
    activate_model(draft=draft, revision=draft.revision, by=alice, now=NOW)
    make(deal)

    engine = active_model().engine
    assert len(engine.anchors) == 14
    assert np.allclose(engine.dynamics.generator, course.accepted.generator())
    assert np.allclose(engine.prior, course.accepted.spread(course.accepted.starts[0]))
    assert str(Phase.objects.get(model=draft, position=1)) == "Status quo 2"
    for path in (
        *(PAGE, "/w/ours/opportunities", f"/w/ours/opportunities/{deal.pk}"),
        *(f"/w/ours/stakeholders/{person.pk}", f"{PAGE}/{base.pk}/preview", "/w/ours"),
    ):
        assert as_alice.get(path, follow=True).status_code == 200, path


@pytest.mark.django_db
def test_where_only_noise_could_be_learned_no_version_is_made(ours, alice, as_alice):
    """A world that is as the experts say: what differs in its deals is chance."""
    give_defaults()
    furnish(told(made_as_the_model_has_it(deals=80, seed=1), seed=1), alice)

    ask_to_learn(by=alice, now=NOW)
    work_off()

    run = LearningRun.objects.get()
    assert (run.outcome, run.made) == (LearningOutcome.KEPT, None)
    assert PhaseModel.objects.count() == 1
    page = as_alice.get(PAGE).content.decode()
    assert "The expert defaults stay." in page
    assert "not better: left out" in page


@pytest.mark.django_db
def test_too_few_deals_say_so(ours, alice, as_alice):
    give_defaults()
    create_opportunity(owner=alice, outcome="won", closed_on=NOW.date())
    ask_to_learn(by=alice, now=NOW)
    work_off()

    assert LearningRun.objects.get().outcome == LearningOutcome.TOO_FEW
    assert "learning takes at least twenty" in as_alice.get(PAGE).content.decode()


@pytest.mark.django_db
def test_deals_are_gathered_in_five_statements(told_here):
    model = active_model()
    with CaptureQueriesContext(connection) as captured:
        deals = closed_deals(model=model, zone=ZONE, known_at=NOW + timedelta(days=1))

    assert deals.count == 150
    assert len(deals.facts.at) > 1_000
    assert len(captured) == 5


def stands(deal: Opportunity) -> list[tuple[float, ...]]:
    """Where its people stand at one moment, to the last bit."""
    read = read_people([deal], model=active_model(), zone=ZONE, now=NOW)
    return [tuple(each.reading.probabilities) for each in read[deal.pk].values()]


@pytest.mark.claim(11)
@pytest.mark.django_db
def test_activation_computes_again_and_going_back_gives_the_old_digits(
    told_here, alice
):
    deal = open_deal(owner=alice)
    person = seat(deal)
    say(person, "B27", at=NOW - timedelta(days=3))
    make(deal)
    first, old, chances = readings(), active_model(), stands(deal)
    ask_to_learn(by=alice, now=NOW)
    work_off()
    draft = LearningRun.objects.get().made
    RecomputeRequest.objects.all().delete()

    with pytest.raises(NotRetired):
        roll_back(to=draft, by=alice, now=NOW)
    activate_model(draft=draft, revision=draft.revision, by=alice, now=NOW)

    assert RecomputeRequest.objects.values_list("opportunity_id", flat=True).get() == (
        deal.pk
    )
    make(deal, now=NOW + timedelta(minutes=1))
    new = last_reading(person)
    assert stands(deal) != chances
    assert new.model_id == draft.pk
    assert readings()[: len(first)] == first
    kept = PhaseReading.objects.order_by("computed_at", "pk")[0]
    assert kept.model_id == old.pk
    with pytest.raises(NotADraft):
        activate_model(draft=draft, revision=draft.revision, by=alice, now=NOW)

    roll_back(
        to=PhaseModel.objects.get(pk=old.pk), by=alice, now=NOW + timedelta(minutes=2)
    )
    make(deal, now=NOW + timedelta(minutes=3))
    assert last_reading(person).model_id == active_model().pk == old.pk
    assert stands(deal) == chances
    verbs = AuditEvent.objects.filter(verb__startswith="phase_model.")
    assert set(verbs.values_list("verb", flat=True)) == {
        "phase_model.learning_asked",
        "phase_model.learned",
        "phase_model.activated",
        "phase_model.rolled_back",
    }


@pytest.mark.django_db
def test_pages_tell_of_it_at_the_same_cost(told_here, as_alice, alice, cost_of):
    empty = len(cost_of(as_alice, PAGE))
    as_alice.post(f"{PAGE}/learn")
    assert "hx-trigger" in as_alice.get(PAGE).content.decode()
    assert as_alice.post(f"{PAGE}/learn").status_code == 409
    for slot in ScheduleSlot.objects.filter(job="learning"):
        assert slot.workspace_id == alice.workspace_id
    work_off(at=NOW + timedelta(days=900))
    draft = LearningRun.objects.get().made
    page = as_alice.get(PAGE).content.decode()
    assert "What the held-out deals say" in page
    one = len(cost_of(as_alice, PAGE))
    assert empty <= 14
    assert one <= empty + 2

    deal = open_deal(owner=alice)
    say(seat(deal), "B27", at=NOW - timedelta(days=3))
    preview = f"{PAGE}/{draft.pk}/preview"
    costs = [len(cost_of(as_alice, preview))]
    for name in ("Two", "Three"):
        say(seat(open_deal(owner=alice, name=name), name), "B03", at=NOW)
    costs.append(len(cost_of(as_alice, preview)))
    assert costs[0] == costs[1] <= 32
    assert as_alice.get(preview).context["preview"].all_deals == 3

    pack = as_alice.get(f"{PAGE}/{draft.pk}/pack").json()
    assert pack["format"] == "buyreadiness.phase-model/1"
    assert len(pack["signals"]) == 52

    answer = as_alice.post(f"{PAGE}/{draft.pk}/activate", {"revision": 1})
    assert answer.status_code == 303
    assert as_alice.post(f"{PAGE}/{draft.pk}/activate").status_code == 409
    for path in (PAGE, f"{PAGE}/{draft.pk}", "/w/ours/forecast"):
        assert as_alice.get(path).status_code == 200


@pytest.mark.django_db
def test_a_rep_may_not(as_bob, ours):
    give_defaults()
    assert as_bob.get(PAGE).status_code == 403
    assert as_bob.post(f"{PAGE}/learn").status_code == 403
