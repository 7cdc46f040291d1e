"""Before a meeting: one page about those who will be there."""

from typing import Any

import pytest
from django.urls import reverse

from coaching.models import Prompt
from opportunities.models import Opportunity
from readiness.models import Signal
from stakeholders.actions.people import leave
from tests.factories import DAY, NOW, give_defaults
from tests.recompute.build import days_ago, make, open_deal, say, seat

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def deal(alice) -> Opportunity:
    give_defaults()
    return open_deal(owner=alice)


def look(client: Any, deal: Opportunity, *people: Any) -> Any:
    page = client.get(
        reverse("coaching:brief", args=["ours", deal.pk]),
        {"who": [person.pk for person in people]},
    )
    assert page.status_code == 200
    return page


def text_of(page: Any) -> str:
    return " ".join(page.content.decode().split())


def test_only_those_who_will_be_there_stand_on_it(as_alice, deal):
    anna, ben = seat(deal, "Anna"), seat(deal, "Ben")
    gone = seat(deal, "Cleo")
    leave(stakeholder=gone, left_on=DAY, by=None, now=NOW)

    page = look(as_alice, deal, anna, gone)

    assert [each.seat for each in page.context["attendees"]] == [anna]
    assert [person for person, _ in page.context["people"]] == [anna, ben]


def test_nobody_chosen_is_a_choice_to_make(as_alice, deal):
    seat(deal, "Anna")

    page = look(as_alice, deal)

    assert page.context["attendees"] == []
    assert "Who will be there" in text_of(page)


def test_it_tells_phase_last_signals_open_questions_and_the_next_question(
    as_alice, deal
):
    anna = seat(deal, "Anna")
    for days, code in ((40, "B12"), (30, "B05"), (20, "B32"), (6, "B33")):
        say(anna, code, at=days_ago(days))
    make(deal)

    page = look(as_alice, deal, anna)

    (each,) = page.context["attendees"]
    assert each.position.anchor == "recognition"
    assert [told.name for told in each.told] == [
        "Repeated push of the decision date",
        "First push of the decision date, no reason",
        "Wish without a plan",
    ]
    assert each.texts["next_step"] in page.content.decode()
    assert "What will they judge by?" in text_of(page)


def test_the_question_stays_on_the_page_after_it_was_taken_up(as_alice, alice, deal):
    anna = seat(deal, "Anna")
    say(anna, "B05", at=days_ago(6))
    make(deal)
    Prompt.objects.filter(stakeholder=anna).update(
        answer="accepted", answered_at=NOW, answered_by=alice
    )

    (each,) = look(as_alice, deal, anna).context["attendees"]

    assert each.texts is not None


def test_it_says_which_step_would_harm_now(as_alice, deal):
    anna = seat(deal, "Anna")
    say(anna, "B01", "B02", at=days_ago(6))
    make(deal)

    page = look(as_alice, deal, anna)

    (each,) = page.context["attendees"]
    assert each.position.anchor == "status_quo"
    assert {timing.action.code for timing in each.harms} >= {"A03", "A05", "A06"}
    assert [timing.action.code for timing in each.suits] == ["A02", "A01"]
    assert each.harms[0].fit < each.harms[-1].fit
    assert "Tends to harm now:" in text_of(page)


def test_the_pace_is_the_persons_own_rhythm_where_they_have_one(as_alice, deal):
    anna, ben = seat(deal, "Anna"), seat(deal, "Ben")
    for days in (19, 12, 5):
        say(anna, "B05", at=days_ago(days))
    say(ben, "B05", at=days_ago(5))
    make(deal)

    of_anna, of_ben = look(as_alice, deal, anna, ben).context["attendees"]

    assert (of_anna.pace.rhythm_days, str(of_anna.pace.on)) == (7, "2026-05-06")
    # Nobody has a rhythm after one day: half of a stay at recognition, 40 days · log 2.
    assert (of_ben.pace.rhythm_days, of_ben.pace.dwell_days) == (None, 28)
    assert str(of_ben.pace.on) == "2026-05-27"


def test_whom_nobody_heard_has_no_phase_no_timing_and_no_pace(as_alice, deal):
    anna = seat(deal, "Anna")
    make(deal)

    (each,) = look(as_alice, deal, anna).context["attendees"]

    assert (each.position.probabilities, each.timings, each.pace) == (None, (), None)


@pytest.mark.parametrize("who", ["nobody", "\x00", ""])
def test_who_is_not_in_the_deal_is_not_on_the_page(as_alice, deal, who):
    seat(deal, "Anna")

    page = as_alice.get(reverse("coaching:brief", args=["ours", deal.pk]), {"who": who})

    assert page.context["attendees"] == []


@pytest.mark.parametrize("count", [1, 3])
def test_it_costs_the_same_for_every_number_of_people(as_alice, cost_of, deal, count):
    people = [seat(deal, f"Person {number}") for number in range(count)]
    for person in people:
        say(person, "B03", "B13", at=days_ago(9))
    make(deal)
    query = "&".join(f"who={person.pk}" for person in people)
    address = reverse("coaching:brief", args=["ours", deal.pk])

    assert len(cost_of(as_alice, f"{address}?{query}")) == 17
    assert Signal.objects.count() == 2 * count
