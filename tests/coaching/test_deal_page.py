"""A deal: what stands beside its people; what moved; what becomes of an answer."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent, Membership, Workspace
from coaching.models import Prompt, PromptAnswer
from coaching.views.opportunity import LOOKS
from opportunities.models import Opportunity, Outcome, RecomputeRequest
from readiness.actions.human import override_phase
from readiness.actions.interactions import retract_interaction
from stakeholders.actions.acts import (
    create_task,
    finish_task,
    send_quote,
    set_file_item,
)
from stakeholders.actions.outcomes import close_opportunity
from stakeholders.actions.people import link_influence
from stakeholders.models import Stakeholder
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


def address(deal: Opportunity, page: str = "opportunity") -> str:
    return reverse(f"coaching:{page}", args=["ours", deal.pk])


def look(client: Client, deal: Opportunity, **query: Any) -> Any:
    page = client.get(address(deal), query or None)
    assert page.status_code == 200
    return page


def settle(deal: Opportunity, seconds: float = 0) -> None:
    """Computed, and nothing waits."""
    make(deal, now=NOW + timedelta(seconds=seconds))
    RecomputeRequest.objects.all().delete()


# --- What stands there -----------------------------------------------------------------


def test_tasks_that_are_open_the_first_due_first(as_alice, alice, deal):
    for title, days in (("later", 9), ("late", -1), ("some day", None)):
        due_on = None if days is None else DAY + timedelta(days=days)
        create_task(
            opportunity=deal, title=title, due_on=due_on, owner=alice, by=None, now=NOW
        )
    done = create_task(opportunity=deal, title="done", by=None, now=NOW)
    finish_task(task=done, by=None, now=NOW)

    tasks = look(as_alice, deal).context["deal"].tasks

    assert [(each.title, each.owner, each.is_overdue) for each in tasks] == [
        ("late", "Alice", True),
        ("later", "Alice", False),
        ("some day", "Alice", False),
    ]


def test_the_file_has_eight_lines_and_the_last_word_on_each(as_alice, deal):
    told: dict[str, Any] = {"opportunity": deal, "item": 2, "by": None, "now": NOW}
    set_file_item(state="claimed", seen_on=DAY - timedelta(days=2), **told)
    set_file_item(state="evidenced", seen_on=DAY, evidence="Seen.", **told)

    page = look(as_alice, deal)

    assert [line.state for line in page.context["deal"].file] == [
        "evidenced" if item == 2 else "unknown" for item in range(1, 9)
    ]
    assert "1 of 8 evidenced" in page.content.decode()


def test_who_left_is_named_apart(as_alice, deal):
    seat(deal, "Karel")
    ruth = seat(deal, "Ruth")
    Stakeholder.objects.filter(pk=ruth.pk).update(left_on=DAY)

    found = look(as_alice, deal).context["deal"]

    assert [str(row.stakeholder) for row in found.rows] == ["Karel"]
    assert [str(row.stakeholder) for row in found.gone] == ["Ruth"]


def test_a_human_reading_is_shown_as_one(as_alice, alice, deal):
    person = seat(deal)
    say(person, "B03", at=days_ago(2))
    settle(deal)
    override_phase(
        stakeholder=person,
        anchor="commitment",
        reason="They said so in the lift.",
        set_at=NOW,
        today=DAY,
        by=alice,
        now=NOW,
    )

    assert "a human reads: Commitment" in look(as_alice, deal).content.decode()


def test_the_last_quote_is_the_amount(as_alice, alice, deal):
    for total in (1000, 90_000):
        send_quote(
            opportunity=deal,
            total=Decimal(total),
            currency="EUR",
            sent_on=DAY,
            change="scope",
            by=alice,
            now=NOW,
        )

    assert look(as_alice, deal).context["deal"].typed_amount == 90_000


def test_a_deal_that_ended_says_how_and_asks_for_nothing(as_alice, alice, deal):
    say(seat(deal), "B05", at=days_ago(3))
    settle(deal)
    close_opportunity(
        opportunity=deal,
        outcome=Outcome.LOST,
        closed_on=DAY,
        today=DAY,
        reason="They built it themselves.",
        by=alice,
        now=NOW,
    )

    page = look(as_alice, deal)

    assert page.context["deal"].ended.outcome == "lost"
    assert "They built it themselves." in page.content.decode()
    assert page.context["log_href"] == ""
    assert "Next step for" not in page.content.decode()


def test_a_deal_without_people_is_no_error(as_alice, deal):
    assert "Nobody yet" in look(as_alice, deal).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_it_costs_the_same_whatever_stands_there(as_alice, alice, cost_of, deal, count):
    for number in range(count):
        person = seat(deal, f"Person {number}")
        say(person, "B03", "B13", at=days_ago(9 - number))
        create_task(opportunity=deal, title=f"Task {number}", by=None, now=NOW)
        override_phase(
            stakeholder=person,
            anchor="resolve",
            reason="So.",
            set_at=NOW,
            today=DAY,
            by=alice,
            now=NOW,
        )
        send_quote(
            opportunity=deal,
            total=Decimal(1000),
            currency="EUR",
            sent_on=DAY,
            change="scope",
            by=alice,
            now=NOW,
        )
        gone = seat(deal, f"Gone {number}")
        Stakeholder.objects.filter(pk=gone.pk).update(left_on=DAY)
    settle(deal)

    assert len(cost_of(as_alice, address(deal))) == 18


def test_the_map_numbers_the_people_and_the_table_says_who_listens(
    as_alice, alice, deal
):
    karel, ruth = seat(deal, "Karel"), seat(deal, "Ruth <b>")
    told: dict[str, Any] = {"strength": "high", "by": alice, "now": NOW}
    link_influence(giver=ruth, taker=karel, **told)
    settle(deal)

    page = look(as_alice, deal)
    drawn, html = page.context["influence"], page.content.decode()

    assert [(s.number, str(s.row.stakeholder)) for s in drawn.seats] == [
        (1, "Ruth <b>"),
        (2, "Karel"),
    ]
    assert drawn.seats[0].listeners == (("Karel", "high"),)
    assert drawn.seats[1].heeds == (("Ruth <b>", "high"),)
    assert html.count('class="influence influence-high"') == 1
    assert html.count("seat-unmapped") == drawn.unmapped
    assert "<b>" not in html
    assert "style=" not in html[html.index("influence-map") :]


# --- What moved ------------------------------------------------------------------------


def moved(client: Client, deal: Opportunity, interaction: Any, n: str = "0") -> Any:
    return client.get(
        address(deal, "moved"),
        {"interaction": interaction, "n": n},
        headers={"HX-Request": "true"},
    )


def test_a_page_asks_so_often_and_no_more(as_alice, deal):
    talk = say(seat(deal), "B13", at=NOW)

    asks = [
        "hx-get" in moved(as_alice, deal, talk.pk, str(n)).content.decode()
        for n in range(LOOKS + 2)
    ]

    assert asks == [True] * (LOOKS - 1) + [False] * 3


@pytest.mark.parametrize("n", ["-1", "nonsense", "99999", "²", ""])
def test_a_count_that_is_none_asks_no_more(as_alice, deal, n):
    talk = say(seat(deal), "B13", at=NOW)

    page = moved(as_alice, deal, talk.pk, n)

    assert page.status_code == 200
    assert "hx-get" not in page.content.decode()


@pytest.mark.parametrize("given", ["", "nonsense", "\x00", str(UUID(int=7))])
def test_what_is_no_conversation_is_missing(as_alice, deal, given):
    assert moved(as_alice, deal, given).status_code == 404
    assert look(as_alice, deal, logged=given).context["logged"] is None


def test_what_was_taken_back_has_moved_nothing(as_alice, alice, deal):
    talk = say(seat(deal), "B13", at=NOW)
    retract_interaction(interaction=talk, by=alice, now=NOW)

    assert moved(as_alice, deal, talk.pk).status_code == 404


def test_before_and_after_are_of_those_who_were_there(as_alice, deal):
    karel, ruth = seat(deal, "Karel"), seat(deal, "Ruth")
    say(karel, "B01", at=days_ago(20))
    say(ruth, "B01", at=days_ago(20))
    make(deal, now=days_ago(1))
    talk = say(karel, "B13", "B14", "B08", at=NOW)
    settle(deal, 1)

    what = look(as_alice, deal, logged=talk.pk).context["what"]

    (person,) = what.people
    assert str(person.row.stakeholder) == "Karel"
    assert person.has_moved
    assert person.before != person.after
    assert len(person.signals) == 3
    assert what.chance.before is not None


def test_who_was_never_heard_before_has_no_before(as_alice, deal):
    person = seat(deal)
    make(deal, now=days_ago(1))
    talk = say(person, "B13", at=NOW)
    settle(deal, 1)

    (person,) = look(as_alice, deal, logged=talk.pk).context["what"].people

    assert person.before is None
    assert person.after is not None


# --- Answers ---------------------------------------------------------------------------


@pytest.fixture
def prompt(deal: Opportunity) -> Prompt:
    say(seat(deal), "B05", at=days_ago(3))
    settle(deal)
    return Prompt.objects.get(stakeholder__isnull=False, play__situation="heard")


def answer(client: Client, prompt: Prompt, **data: str) -> Any:
    page = reverse("coaching:prompt-answer", args=["ours", prompt.pk])
    return client.post(page, data)


def test_what_is_turned_down_keeps_its_reason_only(as_alice, alice, deal, prompt):
    response = answer(
        as_alice,
        prompt,
        answer="dismissed",
        reason="  They are on leave. ",
        returns_on=str(DAY + timedelta(days=3)),
    )

    assert (response.status_code, response["Location"]) == (303, address(deal))
    prompt.refresh_from_db()
    assert (prompt.answer, prompt.reason) == ("dismissed", "They are on leave.")
    assert (prompt.answered_by, prompt.answered_at) == (alice, NOW)
    assert prompt.returns_on is None


def test_an_answer_may_be_another_while_it_is_open(as_alice, prompt):
    later = DAY + timedelta(days=3)
    answer(as_alice, prompt, answer="snoozed", returns_on=str(later), reason="Ignored")
    prompt.refresh_from_db()
    assert (prompt.answer, prompt.returns_on, prompt.reason) == ("snoozed", later, "")

    answer(as_alice, prompt, answer="accepted")
    prompt.refresh_from_db()
    assert (prompt.answer, prompt.returns_on) == ("accepted", None)
    told = AuditEvent.objects.filter(verb="prompt.answered").order_by("at", "pk")
    assert [each.after["answer"] for each in told] == ["snoozed", "accepted"]


def test_a_page_that_is_late_is_told_so(as_alice, prompt):
    Prompt.objects.filter(pk=prompt.pk).update(closed_at=NOW)

    response = answer(as_alice, prompt, answer="accepted")

    assert response.status_code == 303
    page = as_alice.get(response["Location"]).content.decode()
    assert "What this rested on has changed, so it is closed." in page
    prompt.refresh_from_db()
    assert prompt.answer == ""


def test_what_is_refused_keeps_what_was_typed(as_alice, prompt):
    response = answer(
        as_alice, prompt, answer="snoozed", returns_on=str(DAY), next="/w/ours/coaching"
    )

    page = response.content.decode()
    assert response.status_code == 422
    assert "Choose a day that is still to come." in page
    assert f'value="{DAY}"' in page
    assert 'name="next" value="/w/ours/coaching"' in page


@pytest.mark.parametrize("said", ["", "nonsense"])
def test_an_answer_that_is_none_is_refused(as_alice, prompt, said):
    response = answer(as_alice, prompt, answer=said)

    assert response.status_code == 422
    assert "answer" in response.context["form"].errors


def test_advice_one_may_not_see_takes_no_answer(as_bob, prompt, ours: Workspace):
    Workspace.objects.filter(pk=ours.pk).update(rep_visibility="own")

    assert answer(as_bob, prompt, answer=PromptAnswer.ACCEPTED).status_code == 404
    prompt.refresh_from_db()
    assert prompt.answer == ""
