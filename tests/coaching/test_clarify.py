"""A contradiction becomes one question, wherever the person is shown, until it is settled."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import Membership
from coaching.models import Prompt, PromptAnswer
from opportunities.models import Opportunity, RecomputeRequest
from readiness.actions.human import confirm_phase
from readiness.actions.interactions import Contact, Said, Took, log_interaction
from stakeholders.models import Stakeholder
from tests.factories import NOW, give_defaults
from tests.recompute.build import ZONE, days_ago, make, open_deal, say, seat

pytestmark = pytest.mark.django_db

QUESTION = (
    "So that I help with the right thing: does the present way still serve you well, or"
    " is the choice made, and is it now about when and how?"
)


@pytest.fixture(autouse=True)
def now(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def karel(alice: Membership) -> Stakeholder:
    """Committed by all signs, and then he defends the present way."""
    give_defaults()
    karel = seat(open_deal(owner=alice))
    say(karel, "B39", at=days_ago(20))
    say(karel, "B40", at=days_ago(15))
    say(karel, "B44", at=days_ago(10))
    say(karel, "B01", at=days_ago(3))
    make(karel.opportunity)
    return karel


def open_about(person: Stakeholder) -> list[str]:
    rows = Prompt.objects.filter(stakeholder=person, closed_at__isnull=True)
    codes = rows.values_list("play__code", flat=True)
    return [code for code in codes if not code.startswith("constraint")]


def shown(client: Client, name: str, *args: Any, query: str = "") -> str:
    page = client.get(reverse(name, args=["ours", *args]) + query)
    assert page.status_code == 200
    return page.content.decode()


def test_the_question_names_the_signal_its_date_and_what_was_expected(as_alice, karel):
    page = shown(as_alice, "readiness:stakeholder", karel.pk)

    assert "On 1 May 2026 Karel (Champion) showed: Defends the current way" in page
    assert "until then Commitment was likeliest (" in page
    assert page.count(QUESTION) == 1  # beside the reading, and not again below


@pytest.mark.parametrize(
    ("name", "about"),
    [
        ("coaching:queue", ()),
        ("coaching:today", ()),
        ("coaching:opportunity", ("deal",)),
    ],
)
def test_it_stands_wherever_advice_does(
    as_alice, karel, name: str, about: tuple[str, ...]
):
    page = shown(as_alice, name, *(karel.opportunity_id for _ in about))

    assert QUESTION in page


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("nl", "Zodat ik u met het juiste help:"),
        ("fr", "Pour vous aider sur le bon point"),
    ],
)
def test_it_is_asked_in_the_readers_language(
    as_alice, alice, karel, language, question
):
    alice.user.language = language
    alice.user.save(update_fields=["language"])
    with translation.override(language):
        page = shown(as_alice, "coaching:queue")

    assert question in page


def test_there_is_one_question_at_a_time_for_a_person(karel):
    assert open_about(karel) == ["clarify_surprise"]


def test_later_evidence_that_settles_it_closes_it(karel):
    say(karel, "B39", at=days_ago(1))
    make(karel.opportunity)

    assert open_about(karel) == ["commitment_heard"]


def test_their_own_plain_words_close_it(karel):
    confirm_phase(
        stakeholder=karel,
        anchor="status_quo",
        confirmed_at=days_ago(1),
        by=None,
        now=NOW,
    )
    make(karel.opportunity)

    assert not [code for code in open_about(karel) if code.startswith("clarify_s")]


@pytest.mark.parametrize("answer", [PromptAnswer.ACCEPTED, PromptAnswer.DISMISSED])
def test_it_is_never_asked_again_for_the_same_evidence(karel, answer: str):
    """Also not after something vague was heard, which settles nothing."""
    Prompt.objects.filter(play__situation="clarify").update(
        answer=answer, answered_at=NOW, reason="He was joking."
    )
    say(karel, "B12", at=days_ago(1))
    make(karel.opportunity)

    asked = Prompt.objects.filter(play__situation="clarify")
    assert asked.count() == 1
    assert asked.get().answer == answer


def test_one_that_was_turned_down_gives_way_to_other_advice(karel):
    Prompt.objects.filter(play__situation="clarify").update(
        answer=PromptAnswer.DISMISSED, answered_at=NOW, reason="He was joking."
    )
    make(karel.opportunity)

    assert open_about(karel) == ["commitment_heard"]


def test_the_panel_after_logging_asks_it_before_anything_else(as_alice, karel):
    deal = Opportunity.objects.get(pk=karel.opportunity_id)
    anna = seat(deal, "Anna", roles=("economic_buyer",), influence="high")
    say(anna, "B13", "B14", at=days_ago(9))
    sofie = seat(deal, "Sofie", roles=("finance",))
    say(sofie, "B39", at=days_ago(10))
    say(sofie, "B40", "B44", at=days_ago(9))
    talk = log_interaction(
        opportunity=deal,
        contact=Contact(
            occurred_at=days_ago(1),
            channel="call",
            parts=[Took(anna, [Said("B14")]), Took(sofie, [Said("B01")])],
        ),
        zone=ZONE,
        by=deal.owner,
        now=NOW,
    )
    make(deal)
    answer_all(deal)

    page = shown(as_alice, "coaching:moved", deal.pk, query=f"?interaction={talk.pk}")

    assert "Sofie (Finance) showed: Defends the current way" in page
    assert "two readings" in page


def answer_all(deal: Opportunity) -> None:
    """The request is answered, as by a worker."""

    RecomputeRequest.objects.filter(opportunity_id=deal.pk).delete()
