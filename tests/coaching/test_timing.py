"""Timing of our steps: a word before, a word after, and what the closed deals say."""

from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import TeamMember, TeamPart
from buyreadiness.recompute import recompute
from coaching.actions.timing import catch_up_on_timing
from coaching.models import DealTiming, Play, Prompt
from coaching.queries.effect import moved_after
from coaching.queries.timed import timed_by_team
from opportunities.models import Opportunity, RecomputeRequest
from readiness.actions.interactions import Contact, Did, Took, log_interaction
from readiness.models import SellerAction
from readiness.queries.models import active_model
from stakeholders.actions.acts import create_task
from stakeholders.models import Interaction, Stakeholder
from tests.factories import DAY, NOW, create_team, give_defaults
from tests.recompute.build import ZONE, days_ago, make, open_deal, say, seat

pytestmark = pytest.mark.django_db

TEAM = "/w/ours/coaching/team"


@pytest.fixture(autouse=True)
def now(time_machine, ours):
    time_machine.move_to(NOW, tick=False)
    give_defaults()


@pytest.fixture
def deal(alice) -> Opportunity:
    return open_deal(owner=alice)


def do(person: Stakeholder, *codes: str, at: datetime = NOW) -> Interaction:
    deal = person.opportunity
    return log_interaction(
        opportunity=deal,
        contact=Contact(
            occurred_at=at,
            channel="call",
            parts=[Took(person, [])],
            actions=[Did(code, [person]) for code in codes],
        ),
        zone=ZONE,
        by=deal.owner,
        now=NOW,
        logged_at=at,
    )


def words(page: Any) -> str:
    return " ".join(page.content.decode().split())


# --- Before and after ------------------------------------------------------------------


@pytest.mark.claim(21)
def test_the_log_form_warns_before_a_step_is_taken(as_alice, deal):
    anna, ben = seat(deal, "Anna"), seat(deal, "Ben")
    say(anna, "B01", "B02", at=days_ago(3))
    say(ben, "B19", "B18", "B26", at=days_ago(3))
    seat(deal, "Cleo")
    make(deal)

    page = as_alice.get(reverse("readiness:log", args=["ours", deal.pk]))

    demo = next(step for step in page.context["steps"] if step.action.code == "A03")
    assert [each.name for each in demo.harms] == ["Anna"]
    assert [each.name for each in demo.suits] == ["Ben"]
    assert "tends to harm Anna (Status quo," in words(page)
    assert all(
        each.name != "Cleo" for step in page.context["steps"] for each in step.harms
    )


def test_a_planned_step_is_warned_about_too(as_alice, deal):
    anna = seat(deal, "Anna")
    say(anna, "B01", "B02", at=days_ago(3))
    make(deal)
    task = create_task(opportunity=deal, title="Demo", by=None, now=NOW)

    for name, pk in (("task-new", deal.pk), ("task-edit", task.pk)):
        page = as_alice.get(reverse(f"stakeholders:{name}", args=["ours", pk]))
        assert "tends to harm Anna (Status quo," in words(page)


def test_the_page_of_a_person_names_what_suits_and_what_harms(as_alice, deal):
    anna = seat(deal, "Anna")
    say(anna, "B01", "B02", at=days_ago(3))
    make(deal)

    page = as_alice.get(reverse("readiness:stakeholder", args=["ours", anna.pk]))

    assert [each.action.code for each in page.context["suits"]] == ["A02", "A01"]
    assert "A03" in {each.action.code for each in page.context["harms"]}


@pytest.mark.claim(21)
def test_after_a_step_it_says_how_it_was_timed(as_alice, deal):
    anna = seat(deal, "Anna")
    say(anna, "B01", "B02", at=days_ago(3))
    make(deal, now=days_ago(3))
    talk = do(anna, "A03", "A02")
    make(deal)
    RecomputeRequest.objects.all().delete()

    page = as_alice.get(
        reverse("coaching:opportunity", args=["ours", deal.pk]), {"logged": talk.pk}
    )

    timings = page.context["what"].timings
    assert [(each.action.code, each.harms) for each in timings] == [
        ("A03", True),
        ("A02", False),
    ]
    assert "this tends to harm there." in words(page)
    assert "the right moment for Anna" in words(page)


def test_of_somebody_unheard_no_step_is_judged(as_alice, deal):
    anna = seat(deal, "Anna")
    talk = do(anna, "A03")
    make(deal)
    RecomputeRequest.objects.all().delete()

    page = as_alice.get(
        reverse("coaching:opportunity", args=["ours", deal.pk]), {"logged": talk.pk}
    )

    assert page.context["what"].timings == ()


# --- By team ---------------------------------------------------------------------------


def ended(owner: Any, outcome: str, *codes: str, number: int = 0) -> Opportunity:
    """A deal with somebody at the status quo, steps towards them, and an end."""
    deal = open_deal(owner=owner, name=f"Deal {outcome} {number}")
    anna = seat(deal, f"Anna {outcome} {number}")
    say(anna, "B01", "B02", at=days_ago(30))
    do(anna, *codes, at=days_ago(20))
    do(seat(deal, f"Unheard {outcome} {number}"), *codes, at=days_ago(20))
    Opportunity.objects.filter(pk=deal.pk).update(outcome=outcome, closed_on=DAY)
    return deal


def timed(ours: Any) -> Any:
    return timed_by_team(
        Opportunity.objects.all(), model=active_model(), workspace=ours, now=NOW
    )


@pytest.mark.claim(8)
def test_ill_timed_steps_are_counted_by_team_and_outcome(ours, alice, bob):
    TeamMember.objects.create(
        team=create_team(name="North"), membership=bob, part=TeamPart.MEMBER
    )
    ended(bob, "won", "A01", "A02", "A03")
    ended(bob, "lost", "A03", "A05")
    ended(bob, "no_decision", "A05")
    ended(bob, "withdrawn", "A05")
    ended(alice, "lost", "A01")

    found = {line.team: line for line in timed(ours).teams}

    assert list(found) == ["North", ""]
    assert (found["North"].won.ill, found["North"].won.n) == (1, 3)
    assert (found["North"].lost.ill, found["North"].lost.n) == (3, 3)
    assert (found[""].lost.ill, found[""].lost.n) == (0, 1)
    assert found["North"].won.interval is None


def test_what_was_heard_later_times_no_earlier_step(ours, bob):
    """The step before anything was heard is left out, whatever was said afterwards."""
    deal = open_deal(owner=bob)
    anna = seat(deal, "Anna")
    do(anna, "A03", at=days_ago(40))
    say(anna, "B01", "B02", at=days_ago(30))
    Opportunity.objects.filter(pk=deal.pk).update(outcome="lost", closed_on=DAY)

    assert timed(ours).teams == ()


def test_what_was_kept_gives_the_figures_of_a_replay(ours, as_alice, alice, bob):
    ended(bob, "won", "A01", "A03")
    lost = ended(bob, "lost", "A05")
    before = timed(ours)

    recompute(opportunity=lost, now=NOW)  # as when it is closed
    catch_up_on_timing(workspace=ours, model=active_model(), now=NOW)

    assert DealTiming.objects.count() == 2
    assert timed(ours) == before
    with CaptureQueriesContext(connection) as queries:
        timed(ours)
    assert not [each for each in queries if "readiness_signal" in each["sql"]]
    assert "Computed at" in words(as_alice.get(TEAM))


def test_a_step_taken_back_in_a_closed_deal_is_counted_no_more(ours, bob):
    deal = ended(bob, "lost", "A05")
    recompute(opportunity=deal, now=NOW)
    SellerAction.objects.update(retracted_at=NOW)

    recompute(opportunity=deal, now=NOW)

    assert timed(ours).teams == ()


def test_a_share_stands_from_five_steps_on_with_its_range(as_alice, bob):
    for number in range(5):
        ended(bob, "lost", "A05", number=number)

    page = as_alice.get(TEAM)

    (line,) = page.context["timed"].teams
    assert (line.lost.interval.value, round(line.lost.interval.low, 2)) == (1.0, 0.57)
    assert "5 of 5 steps" in words(page)


# --- Did it move them? -----------------------------------------------------------------


def advised(person: Stakeholder, answer: str, *, days: float) -> Prompt:
    at = days_ago(days)
    return Prompt.objects.create(
        opportunity=person.opportunity,
        stakeholder=person,
        play=Play.objects.filter(situation="heard").order_by("code")[0],
        evidence_hash=f"{person.pk} {days}",
        opened_at=at,
        answer=answer,
        answered_at=at if answer else None,
        answered_by=person.opportunity.owner if answer else None,
    )


def story(deal: Opportunity, name: str, *, moves: bool) -> Stakeholder:
    """Heard 70 days ago; some are heard to decide 50 days ago."""
    person = seat(deal, name)
    say(person, "B03", at=days_ago(70))
    make(deal, now=days_ago(69))
    if moves:
        say(person, "B08", "B04", at=days_ago(50))
        make(deal, now=days_ago(49))
    return person


def effect() -> dict[str, Any]:
    rows = moved_after(Opportunity.objects.all(), model=active_model(), now=NOW)
    return {row.answer: row for row in rows}


def test_who_was_heard_to_decide_moved_and_the_others_did_not(deal):
    for number in range(5):
        advised(story(deal, f"Mover {number}", moves=True), "accepted", days=60)
        advised(story(deal, f"Rester {number}", moves=False), "", days=60)

    found = effect()

    assert (found["accepted"].n, found["accepted"].people) == (5, 5)
    assert found["accepted"].change.low > 0.5
    assert found[""].change.value < found["accepted"].change.low
    assert (found["dismissed"].n, found["dismissed"].change) == (0, None)


def test_a_month_that_is_not_over_is_not_counted(deal):
    advised(story(deal, "Mover", moves=True), "accepted", days=20)

    assert effect()["accepted"].n == 0


def test_what_was_logged_after_the_month_changes_nothing(deal):
    people = [story(deal, f"Late {number}", moves=False) for number in range(5)]
    for person in people:
        advised(person, "accepted", days=65)
    before = effect()["accepted"].change

    for person in people:
        say(person, "B08", "B44", at=days_ago(40), logged_at=days_ago(10))
    make(deal, now=days_ago(10))

    assert effect()["accepted"].change == before


def test_the_page_says_association_not_cause(as_alice, deal):
    page = words(as_alice.get(TEAM))

    assert "association, not cause" in page
    assert "not enough evidence" in page


@pytest.mark.parametrize("count", [1, 3])
def test_it_costs_the_same_for_every_number_of_deals(as_alice, bob, cost_of, count):
    for number in range(count):
        deal = ended(bob, "lost", "A05", number=number)
        make(deal)
        advised(deal.stakeholders.order_by("pk")[0], "accepted", days=45)

    assert len(cost_of(as_alice, TEAM)) == 10
