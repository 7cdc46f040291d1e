"""What is open about a person: what is advised, what is unknown, what was not heard."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from accounts.models import Membership, Role, Workspace
from opportunities.models import Opportunity
from readiness.actions.human import confirm_phase
from readiness.models import Basis, PhaseConfirmation, PhaseModel
from readiness.queries.explained import MISSING, explain
from readiness.queries.models import _LOADED, active_model
from stakeholders.models import Stakeholder
from tests.factories import NOW, give_defaults
from tests.recompute.build import days_ago, make, open_deal, say, seat

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def deal(alice: Membership) -> Opportunity:
    give_defaults()
    return open_deal(owner=alice)


@pytest.fixture
def karel(deal: Opportunity) -> Stakeholder:
    return seat(deal)


def address(person: Stakeholder) -> str:
    return reverse("readiness:stakeholder", args=["ours", person.pk])


def look(client: Client, person: Stakeholder, **asked: str) -> str:
    response = client.get(address(person), asked)
    assert response.status_code == 200
    return response.content.decode()


def unheard(person: Stakeholder, workspace: Workspace) -> list[str]:
    return explain(
        person,
        opportunity=person.opportunity,
        workspace=workspace,
        model=active_model(),
        now=NOW,
    ).unheard


def test_advice_about_the_person_is_asked_first(as_alice: Client, karel: Stakeholder):
    say(karel, "B03", "B13", at=days_ago(9))
    make(karel.opportunity)

    page = look(as_alice, karel)

    prompts = karel.prompts.filter(closed_at=None)
    assert prompts.exists()
    assert page.count('class="open-advice"') == prompts.count()
    assert "Karel" in page.partition('class="open-advice"')[2][:200]


def test_what_is_unknown_is_a_question_until_it_is_known(
    as_alice: Client, karel: Stakeholder
):
    say(karel, "B03")
    questions = {
        "goals": "What do they want to reach?",
        "criteria": "What will they judge by?",
        "worries": "What holds them back?",
    }
    page = look(as_alice, karel)
    assert all(question in page for question in questions.values())
    assert "How much does their word weigh?" in page

    Stakeholder.objects.filter(pk=karel.pk).update(
        influence="high", **dict.fromkeys(questions, "Told us.")
    )

    page = look(as_alice, karel)
    assert not any(question in page for question in questions.values())
    assert "How much does their word weigh?" not in page


def test_of_whom_nothing_was_heard_no_phase_is_advised(
    as_alice: Client, karel: Stakeholder
):
    page = look(as_alice, karel)

    assert "Nothing was heard from them yet." in page
    assert "What would show" not in page
    assert "If at" not in page


def test_a_phase_is_named_with_its_chance(as_alice: Client, karel: Stakeholder):
    say(karel, "B04", "B08")

    page = look(as_alice, karel)

    assert "If at Resolve" in page
    assert "% likely" in page


def test_what_was_heard_is_missing_no_more(ours: Workspace, karel: Stakeholder):
    say(karel, "B03", "B05", "B11", at=days_ago(2))
    before = unheard(karel, ours)
    assert "Quantifies the problem" in before
    assert len(before) == MISSING

    say(karel, "B04", at=days_ago(1))

    assert "Quantifies the problem" not in unheard(karel, ours)


def test_nobody_waits_for_what_speaks_against_us(ours: Workspace, karel: Stakeholder):
    say(karel, "B13", "B14", "B15")

    names = unheard(karel, ours)

    assert names
    assert not {"Quote for the file", "Expresses preference for another"} & set(names)


def test_after_the_last_phase_nothing_is_missing(
    as_alice: Client, ours: Workspace, karel: Stakeholder
):
    say(karel, "B39", "B40", "B43", "B44")

    assert unheard(karel, ours) == []
    assert "What would show" not in look(as_alice, karel)


def test_their_own_words_can_be_taken_back_where_they_are_shown(
    as_alice: Client, karel: Stakeholder, alice: Membership
):
    confirm_phase(
        stakeholder=karel,
        anchor="criteria",
        confirmed_at=days_ago(3),
        by=alice,
        now=days_ago(3),
        quotation="We are writing the list.",
    )
    row = PhaseConfirmation.objects.get()
    button = reverse("readiness:confirmation-retract", args=["ours", row.pk])

    assert button in look(as_alice, karel)
    assert button not in look(as_alice, karel, as_of="2026-05-03")

    as_alice.post(button)

    assert escape("We are writing the list.") not in look(as_alice, karel)


def test_who_may_only_look_gets_to_the_person(
    as_bob: Client, bob: Membership, karel: Stakeholder
):
    bob.roles = [Role.COACH]
    bob.save()
    Workspace.objects.update(coach_visibility="all")
    say(karel, "B03")

    page = look(as_bob, karel)

    assert reverse("readiness:person", args=["ours", karel.person_id]) in page
    assert "I read it otherwise" not in page


@pytest.mark.claim(11)
def test_a_learned_model_is_not_called_a_default(as_alice: Client, karel: Stakeholder):
    say(karel, "B03")
    assert "from 1 signal, expert defaults" in look(as_alice, karel)
    PhaseModel.objects.update(basis=Basis.LEARNED)
    _LOADED.clear()

    assert "from 1 signal, learned here" in look(as_alice, karel)
