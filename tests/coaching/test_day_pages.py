"""A deal, what moved in it, the queue and Today: what they show, and what they cost."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import Membership, Workspace
from coaching.actions.prompts import PromptOver, answer_prompt
from coaching.models import Prompt, PromptAnswer
from opportunities.models import Opportunity, RecomputeRequest
from readiness.queries.explained import explain
from readiness.queries.models import active_model
from stakeholders.models import Interaction, Stakeholder
from tests.factories import DAY, NOW, give_defaults
from tests.recompute.build import days_ago, make, open_deal, say, seat

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def deal(alice: Membership) -> Opportunity:
    give_defaults()
    return open_deal(owner=alice)


def populate(deal: Opportunity, rows: int) -> list[Stakeholder]:
    """So many people, each heard, and so many conversations, computed."""
    people = [seat(deal, f"Person {number}") for number in range(rows)]
    for number, person in enumerate(people):
        say(person, "B03", "B13", at=days_ago(9 - number))
    make(deal)
    RecomputeRequest.objects.all().delete()
    return people


def address(deal: Opportunity, page: str = "coaching:opportunity") -> str:
    return reverse(page, args=["ours", deal.pk])


@pytest.mark.parametrize(
    ("page", "budget"),
    [("coaching:opportunity", 18), ("readiness:log", 9)],
)
@pytest.mark.parametrize("rows", [1, 3])
def test_pages_of_a_deal_cost_the_same(as_alice, cost_of, deal, page, budget, rows):
    populate(deal, rows)

    assert len(cost_of(as_alice, address(deal, page))) <= budget


@pytest.mark.parametrize(
    ("page", "budget"), [("coaching:queue", 15), ("coaching:today", 24)]
)
@pytest.mark.parametrize("rows", [1, 3])
def test_pages_of_the_day_cost_the_same(as_alice, cost_of, deal, page, budget, rows):
    populate(deal, rows)

    assert len(cost_of(as_alice, reverse(page, args=["ours"]))) == budget


@pytest.mark.parametrize("rows", [1, 3])
def test_a_person_costs_the_same_whatever_was_heard(as_alice, cost_of, deal, rows):
    person = seat(deal)
    for number in range(rows):
        say(person, "B03", at=days_ago(20 - number))
    make(deal)
    RecomputeRequest.objects.all().delete()

    page = reverse("readiness:stakeholder", args=["ours", person.pk])
    assert len(cost_of(as_alice, page)) == 19


@pytest.mark.claim(9, 47)
def test_a_deal_shows_its_people_and_what_limits_it(as_alice, deal):
    karel = seat(deal, "Karel")
    seat(deal, "Ruth", roles=("economic_buyer",))
    say(karel, "B03", "B04", at=days_ago(5))
    make(deal)

    page = as_alice.get(address(deal)).content.decode()

    assert "Karel" in page
    assert "Ruth" in page
    assert "limits it" in page
    assert "Phase unknown: nothing heard yet" in page
    assert "Volunteers a problem" in page


def test_a_deal_one_may_not_see_is_missing(as_bob, deal, ours: Workspace):
    Workspace.objects.filter(pk=ours.pk).update(rep_visibility="own")

    assert as_bob.get(address(deal)).status_code == 404


# --- What moved ------------------------------------------------------------------------


def look(client, deal: Opportunity, interaction: Interaction, n: int = 0):
    return client.get(
        address(deal, "coaching:moved"),
        {"interaction": interaction.pk, "n": n},
        headers={"HX-Request": "true"},
    )


def test_what_moved_is_asked_for_until_it_is_computed(as_alice, deal, time_machine):
    karel = seat(deal, "Karel")
    say(karel, "B01", at=days_ago(40))
    make(deal, now=days_ago(1))
    RecomputeRequest.objects.all().delete()
    talk = say(karel, "B13", "B14", "B08", at=NOW)

    waiting = look(as_alice, deal, talk)
    assert "Recomputing what this moves" in waiting.content.decode()
    assert 'hx-trigger="load delay:1s"' in waiting.content.decode()
    assert "HX-Trigger" not in waiting

    make(deal, now=NOW + timedelta(seconds=1))
    RecomputeRequest.objects.all().delete()
    moved = look(as_alice, deal, talk)
    page = moved.content.decode()
    assert moved["HX-Trigger"] == "recomputed"
    assert "Karel" in page
    assert "moved" in page
    assert "Shares requirements or criteria" in page
    assert "Chance to win" in page
    assert "hx-get" not in page


def test_a_worker_that_is_down_is_said_after_the_last_look(
    as_alice, deal, time_machine
):
    talk = say(seat(deal), "B13", at=NOW)
    time_machine.move_to(NOW + timedelta(seconds=13), tick=False)

    page = look(as_alice, deal, talk, n=11).content.decode()

    assert "The worker is behind." in page
    assert "What you logged is kept." in page
    assert "hx-get" not in page


def test_what_moved_is_of_this_deal_only(as_alice, alice, deal):
    other = open_deal(owner=alice, name="Other")
    talk = say(seat(other, "Jan"), "B13", at=days_ago(1))

    assert look(as_alice, deal, talk).status_code == 404


def test_without_a_script_the_page_itself_says_what_moved(as_alice, deal):
    talk = say(seat(deal), "B13", at=days_ago(1))
    make(deal)
    RecomputeRequest.objects.all().delete()

    page = as_alice.get(f"{address(deal)}?logged={talk.pk}").content.decode()

    assert "Saved" in page
    assert "Shares requirements or criteria" in page


# --- Answers ---------------------------------------------------------------------------


@pytest.fixture
def prompt(deal: Opportunity) -> Prompt:
    populate(deal, 1)
    return Prompt.objects.get(stakeholder__isnull=False, play__situation="heard")


def queued(client) -> int:
    return len(client.get("/w/ours/coaching").context["rows"])


def answer(client, prompt: Prompt, **data):
    page = reverse("coaching:prompt-answer", args=["ours", prompt.pk])
    return client.post(page, data)


def test_what_is_taken_up_leaves_the_queue(as_alice, prompt):
    assert queued(as_alice) == 1

    assert answer(as_alice, prompt, answer="accepted").status_code == 303

    assert queued(as_alice) == 0


def test_what_is_put_off_returns_on_its_day(as_alice, alice, prompt, time_machine):
    later = DAY + timedelta(days=7)
    answer(as_alice, prompt, answer="snoozed", returns_on=str(later))

    assert queued(as_alice) == 0
    time_machine.move_to(NOW + timedelta(days=7), tick=False)
    as_alice.force_login(alice.user)  # a week is longer than a session
    assert queued(as_alice) == 1


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"answer": "dismissed"}, "reason"),
        ({"answer": "snoozed", "returns_on": str(DAY)}, "returns_on"),
        ({"answer": "snoozed"}, "returns_on"),
    ],
)
def test_an_answer_without_its_reason_or_day_is_refused(as_alice, prompt, data, field):
    response = answer(as_alice, prompt, **data)

    assert response.status_code == 422
    assert field in response.context["form"].errors
    prompt.refresh_from_db()
    assert prompt.answer == ""


def test_a_prompt_that_closed_takes_no_answer(prompt, alice):
    Prompt.objects.filter(pk=prompt.pk).update(closed_at=NOW)

    with pytest.raises(PromptOver):
        answer_prompt(
            prompt=prompt,
            answer=PromptAnswer.ACCEPTED,
            by=alice,
            now=NOW,
            today=DAY,
        )


def test_an_answer_leads_back_to_pages_of_ours_only(as_alice, prompt, deal):
    there = answer(as_alice, prompt, answer="accepted", next="//evil.example/x")

    assert there["Location"] == address(deal)


# --- The explanation -------------------------------------------------------------------


def test_explained_steps_end_at_the_reading(deal, ours: Workspace):
    person = seat(deal)
    say(person, "B03", at=days_ago(30))
    say(person, "B13", "B14", at=days_ago(4))

    found = explain(
        person, opportunity=deal, workspace=ours, model=active_model(), now=NOW
    )

    assert found.before + sum(link.change for link in found.links) == pytest.approx(
        found.reading.probabilities[found.place], abs=1e-9
    )
    assert [link.kind for link in found.links].count("signal") == 3
    assert found.links[-1].after == pytest.approx(
        found.reading.probabilities[found.place], abs=1e-9
    )


def test_looking_back_knows_only_what_was_known(as_alice, deal):
    person = seat(deal)
    say(person, "B03", at=days_ago(30))
    say(person, "B13", "B14", at=days_ago(4))
    page = reverse("readiness:stakeholder", args=["ours", person.pk])

    then = as_alice.get(page, {"as_of": str(DAY - timedelta(days=10))})
    today = as_alice.get(page)

    assert then.context["explained"].reading.signals == 1
    assert today.context["explained"].reading.signals == 3
    assert "As believed on" in then.content.decode()
