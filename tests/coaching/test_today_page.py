"""Today: tasks, silence and movements of one's own deals, or of all one sees."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import Membership, Role, Workspace
from coaching.queries.today import SHOWN
from opportunities.models import Opportunity, RecomputeRequest
from stakeholders.actions.acts import create_task, finish_task
from tests.factories import DAY, NOW, create_company, give_defaults
from tests.recompute.build import days_ago, make, open_deal, say, seat

pytestmark = pytest.mark.django_db

TODAY = "/w/ours/"


@pytest.fixture(autouse=True)
def now(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def deal(alice: Membership) -> Opportunity:
    give_defaults()
    return open_deal(owner=alice)


@pytest.fixture
def other(bob: Membership, deal: Opportunity) -> Opportunity:
    return open_deal(owner=bob, name="Bob's")


def today(client: Client, whose: str = "") -> Any:
    page = client.get(TODAY, {"whose": whose} if whose else None)
    assert page.status_code == 200
    return page.context


def promise(deal: Opportunity, title: str, days: int | None, **fields: Any) -> Any:
    due_on = None if days is None else DAY + timedelta(days=days)
    return create_task(
        opportunity=deal, title=title, due_on=due_on, by=None, now=NOW, **fields
    )


def titles(client: Client, whose: str = "") -> list[str]:
    return [task.title for task in today(client, whose)["tasks"]]


# --- Whose -----------------------------------------------------------------------------


def test_a_rep_begins_with_their_own_and_may_look_at_all(as_alice, deal, other):
    promise(deal, "Mine", 0)
    promise(other, "Bob's", 0)

    assert titles(as_alice) == ["Mine"]
    assert titles(as_alice, "mine") == ["Mine"]
    assert titles(as_alice, "all") == ["Bob's", "Mine"]
    assert titles(as_alice, "nonsense") == ["Mine"]


def test_who_is_no_rep_begins_with_all(as_bob, bob, deal, other):
    Membership.objects.filter(pk=bob.pk).update(roles=[Role.MANAGER])
    promise(deal, "Alice's", 0)
    Workspace.objects.update(manager_visibility="all")

    assert today(as_bob)["whose"] == "all"
    assert titles(as_bob) == ["Alice's"]


def test_all_is_all_one_may_see(as_bob, deal, other):
    promise(deal, "Alice's", 0)
    promise(other, "Mine", 0)
    Workspace.objects.update(rep_visibility="own")

    assert titles(as_bob, "all") == ["Mine"]


# --- Tasks -----------------------------------------------------------------------------


def test_tasks_of_the_week_and_overdue_ones_the_oldest_first(as_alice, deal):
    for title, days in (("b", 7), ("late", -30), ("now", 0), ("next", 8), ("a", 7)):
        promise(deal, title, days)
    promise(deal, "some day", None)
    finish_task(task=promise(deal, "done", 0), by=None, now=NOW)

    assert titles(as_alice) == ["late", "now", "a", "b"]


def test_no_more_tasks_than_one_takes_in(as_alice, deal):
    for number in range(SHOWN + 2):
        promise(deal, f"Task {number}", number - 20)

    assert titles(as_alice) == [f"Task {number}" for number in range(SHOWN)]


def test_a_deal_that_ended_promises_nothing(as_alice, deal):
    promise(deal, "Mine", 0)
    Opportunity.objects.filter(pk=deal.pk).update(outcome="lost", closed_on=DAY)

    assert titles(as_alice) == []


# --- Silence ---------------------------------------------------------------------------


@pytest.mark.claim(39)
def test_who_was_not_heard_for_a_month_is_named_the_longest_first(as_alice, deal):
    for name, days in (("Anna", 31), ("Ben", 60), ("Cleo", 30), ("Dirk", 2)):
        say(seat(deal, name), "B03", at=days_ago(days))
    seat(deal, "Never heard")
    make(deal)

    found = today(as_alice)["silent"]

    assert [(str(each.stakeholder), each.days) for each in found] == [
        ("Ben", 60),
        ("Anna", 31),
    ]


def test_who_spoke_again_is_silent_no_more(as_alice, deal):
    person = seat(deal)
    say(person, "B03", at=days_ago(60))
    make(deal, now=days_ago(2))
    before = today(as_alice)["silent"]
    say(person, "B03", at=days_ago(1))
    make(deal)

    assert [each.days for each in before] == [60]
    assert today(as_alice)["silent"] == []


def test_who_left_is_not_missed(as_alice, deal):
    person = seat(deal)
    say(person, "B03", at=days_ago(60))
    make(deal)
    type(person).objects.filter(pk=person.pk).update(left_on=DAY - timedelta(days=9))

    assert today(as_alice)["silent"] == []


# --- Movements -------------------------------------------------------------------------


def test_a_phase_that_changed_since_yesterday_is_a_movement(as_alice, deal):
    person = seat(deal)
    say(person, "B01", at=days_ago(20))
    make(deal, now=days_ago(19))
    say(person, "B13", "B14", "B08", at=days_ago(0.5))
    make(deal, now=days_ago(0.5))

    (move,) = today(as_alice)["movements"]

    assert str(move.stakeholder) == "Karel"
    assert move.before != move.after
    assert not move.is_back


@pytest.mark.parametrize("codes", [("B01",), ()])
def test_what_stayed_or_was_heard_for_the_first_time_is_none(as_alice, deal, codes):
    """The first reading of a person moves nobody: there was no phase before."""
    person = seat(deal)
    for code in codes:
        say(person, code, at=days_ago(20))
    make(deal, now=days_ago(19))
    say(person, "B01", at=days_ago(0.5))
    make(deal, now=days_ago(0.5))

    assert today(as_alice)["movements"] == []


def test_what_moved_before_yesterday_is_old(as_alice, deal):
    person = seat(deal)
    say(person, "B01", at=days_ago(20))
    make(deal, now=days_ago(19))
    say(person, "B13", "B14", "B08", at=days_ago(3))
    make(deal, now=days_ago(3))

    assert today(as_alice)["movements"] == []


def test_movements_are_of_those_deals_one_looks_at(as_alice, deal, other):
    person = seat(other)
    say(person, "B01", at=days_ago(20))
    make(other, now=days_ago(19))
    say(person, "B13", "B14", "B08", at=days_ago(0.5))
    make(other, now=days_ago(0.5))

    assert today(as_alice)["movements"] == []
    assert len(today(as_alice, "all")["movements"]) == 1


# --- The first hour --------------------------------------------------------------------


def ticked(client: Client) -> list[bool]:
    return [step.is_done for step in today(client)["steps"][:4]]


@pytest.mark.claim(43)
def test_the_first_hour_is_ticked_step_by_step(as_bob, bob):
    give_defaults()
    seen = [ticked(as_bob)]
    create_company()
    seen.append(ticked(as_bob))
    deal = open_deal(owner=bob)
    seen.append(ticked(as_bob))
    person = seat(deal)
    seen.append(ticked(as_bob))

    assert seen == [[number < done for number in range(4)] for done in range(4)]

    say(person, "B03", at=days_ago(1))
    left = {step.href for step in today(as_bob)["steps"]}
    assert left == {"/profile", "/accounts/2fa/"}


def test_who_may_not_write_is_not_asked_to(as_bob, bob):
    Membership.objects.filter(pk=bob.pk).update(roles=[Role.COACH])

    hrefs = {step.href for step in today(as_bob)["steps"]}

    assert "/w/ours/log" not in hrefs
    assert not today(as_bob)["may_write"]


# --- What it costs ---------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
def test_it_costs_the_same_whatever_stands_there(as_alice, cost_of, deal, count):
    for number in range(count):
        promise(deal, f"Task {number}", number)
        say(seat(deal, f"Silent {number}"), "B03", at=days_ago(40 + number))
        moving = seat(deal, f"Moving {number}")
        say(moving, "B01", at=days_ago(20))
    make(deal, now=days_ago(19))
    for person in deal.stakeholders.filter(person__name__startswith="Moving"):
        say(person, "B13", "B14", "B08", at=days_ago(0.5))
    make(deal, now=days_ago(0.5))
    RecomputeRequest.objects.all().delete()

    statements = cost_of(as_alice, TODAY)
    found = today(as_alice)

    assert len(statements) == 24
    assert [len(found[name]) for name in ("tasks", "silent", "movements")] == [
        count
    ] * 3
