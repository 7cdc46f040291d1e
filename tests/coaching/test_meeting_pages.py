"""One-to-ones: an agenda from the deals, what was noted and promised, help asked and given."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership, Role, TeamMember, TeamPart
from coaching.models import (
    CoachingNote,
    Commitment,
    CommitmentState,
    HelpRequest,
    PracticeAnswer,
)
from coaching.queries.practice import shipped_cases
from opportunities.models import Opportunity
from readiness.actions.human import override_phase
from stakeholders.actions.acts import create_task
from tests.conftest import DoorClient, signed_in
from tests.factories import (
    DAY,
    NOW,
    create_membership,
    create_team,
    create_user,
    give_defaults,
)
from tests.recompute.build import ZONE, days_ago, make, open_deal, say, seat

pytestmark = pytest.mark.django_db

MEETINGS = "/w/ours/coaching/one-to-ones"
HELP = "/w/ours/coaching/help"


@pytest.fixture(autouse=True)
def now(time_machine, ours):
    time_machine.move_to(NOW, tick=False)
    give_defaults()


@pytest.fixture
def cora(bob) -> Membership:
    """Coaches Bob's team."""
    user = create_user(email="cora@example.com", name="Cora")
    cora = create_membership(user=user, roles=(Role.COACH,))
    team = create_team()
    TeamMember.objects.create(team=team, membership=bob, part=TeamPart.MEMBER)
    TeamMember.objects.create(team=team, membership=cora, part=TeamPart.COACH)
    return cora


@pytest.fixture
def as_cora(cora) -> Client:
    return signed_in(DoorClient(raise_request_exception=False), cora)


@pytest.fixture
def deal(bob) -> Opportunity:
    return open_deal(owner=bob)


def page_of(member: Membership) -> str:
    return f"{MEETINGS}/{member.pk}"


def look(client: Any, address: str) -> Any:
    page = client.get(address)
    assert page.status_code == 200
    return page


def ask(bob: Membership, deal: Opportunity, **fields: Any) -> HelpRequest:
    return HelpRequest.objects.create(
        opportunity=deal, question="How?", asked_by=bob, asked_at=NOW, **fields
    )


def words(page: Any) -> str:
    return " ".join(page.content.decode().split())


# --- Who sits down with whom -----------------------------------------------------------


def test_a_coach_finds_whom_they_coach_by_name_and_a_rep_finds_themselves(
    as_cora, as_bob, cora, bob
):
    assert [line.member for line in look(as_cora, MEETINGS).context["lines"]] == [
        bob,
        cora,
    ]
    assert [line.member for line in look(as_bob, MEETINGS).context["lines"]] == [bob]


def test_a_rep_sees_their_own_page_and_their_coach_does(as_cora, as_bob, bob):
    assert look(as_bob, page_of(bob)).context["is_own"] is True
    assert look(as_cora, page_of(bob)).context["other"] == bob


def test_an_administrator_who_does_not_coach_sees_nothing_of_it(as_alice, cora, bob):
    assert as_alice.get(page_of(bob)).status_code == 404
    assert as_alice.post(page_of(bob), {"do": "note", "text": "x"}).status_code == 404
    assert not CoachingNote.objects.exists()


def test_a_coach_is_not_open_to_whom_they_coach(as_bob, cora):
    assert as_bob.get(page_of(cora)).status_code == 404


# --- The agenda ------------------------------------------------------------------------


@pytest.mark.claim(46)
def test_the_agenda_gathers_what_stands_in_the_deals(as_cora, bob, deal):
    anna = seat(deal, "Anna")
    say(anna, "B05", at=days_ago(40))
    override_phase(
        stakeholder=anna,
        anchor="commitment",
        reason="So.",
        set_at=NOW,
        today=DAY,
        by=bob,
        now=NOW,
    )
    create_task(
        opportunity=deal,
        title="Send it",
        due_on=DAY - timedelta(days=1),
        by=None,
        now=NOW,
    )
    make(deal)

    agenda = look(as_cora, page_of(bob)).context["agenda"]

    assert [row.name for row in agenda.queue] == ["Anna"]
    assert [each.stakeholder for each in agenda.silent] == [anna]
    assert [task.title for task in agenda.overdue] == ["Send it"]
    (disagreement,) = agenda.disagreements
    assert disagreement.override.anchor == "commitment"
    assert 0 < disagreement.chance < 0.1
    assert {line.opportunity for line in agenda.symptoms} == {deal}


def test_another_ones_deals_are_not_on_it(as_cora, alice, bob):
    make(seat(open_deal(owner=alice), "Anna").opportunity)

    page = look(as_cora, page_of(bob))

    assert page.context["agenda"].is_empty
    assert "Nothing stands out in these deals." in words(page)


# --- Notes -----------------------------------------------------------------------------


def test_what_a_coach_notes_the_rep_reads(as_cora, as_bob, cora, bob):
    as_cora.post(page_of(bob), {"do": "note", "text": "Ask about the plan."})

    assert "Ask about the plan." in words(look(as_bob, page_of(bob)))
    assert CoachingNote.objects.get().written_by == cora


def test_a_note_without_words_comes_back(as_cora, bob):
    page = as_cora.post(page_of(bob), {"do": "note", "text": "  "})

    assert page.status_code == 422
    assert page.context["note"].errors
    assert not page.context["promise"].is_bound


def test_a_note_is_taken_back_by_who_wrote_it(as_cora, as_bob, bob):
    as_cora.post(page_of(bob), {"do": "note", "text": "Too harsh."})
    note = CoachingNote.objects.get()
    address = reverse("coaching:note-retract", args=["ours", note.pk])

    refused = as_bob.post(address, follow=True)
    assert "Only who wrote a note can take it back." in refused.content.decode()
    as_cora.post(address)

    note.refresh_from_db()
    assert note.retracted_at == NOW
    assert look(as_bob, page_of(bob)).context["notes"] == []


# --- Commitments -----------------------------------------------------------------------


@pytest.mark.claim(46)
@pytest.mark.parametrize(
    ("due", "kept", "state"),
    [
        (0, None, CommitmentState.OPEN),
        (-1, None, CommitmentState.MISSED),
        (0, 0, CommitmentState.KEPT),
        (-1, 0, CommitmentState.LATE),
    ],
)
def test_a_commitment_is_kept_or_missed_by_the_clock(bob, due, kept, state):
    row = Commitment(
        due_on=DAY + timedelta(days=due),
        kept_at=None if kept is None else NOW + timedelta(days=kept),
    )

    assert row.state(DAY, zone=ZONE) == state


def test_a_promise_made_and_kept_is_seen_by_both(as_cora, as_bob, bob):
    given = {"do": "commitment", "what": "Call Anna", "due_on": "2026-05-08"}
    as_cora.post(page_of(bob), given)
    row = Commitment.objects.get()

    as_bob.post(reverse("coaching:commitment-kept", args=["ours", row.pk]))

    (promise,) = look(as_cora, page_of(bob)).context["promises"]
    assert (promise.row.text, promise.state) == ("Call Anna", "kept")
    row.refresh_from_db()
    assert row.kept_by == bob


def test_a_missed_promise_is_counted_beside_the_name(as_cora, bob):
    Commitment.objects.create(
        member=bob, text="x", due_on=days_ago(3).date(), made_by=bob, made_at=NOW
    )

    line = look(as_cora, MEETINGS).context["lines"][0]

    assert (line.member, line.due, line.missed) == (bob, 0, 1)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"what": "", "due_on": "2026-05-08"}, "what"),
        ({"what": "x", "due_on": "2026-05-03"}, "due_on"),
        ({"what": "x", "due_on": "soon"}, "due_on"),
    ],
)
def test_a_promise_that_cannot_be_one_comes_back(as_cora, bob, values, field):
    page = as_cora.post(page_of(bob), {"do": "commitment", **values})

    assert page.status_code == 422
    assert list(page.context["promise"].errors) == [field]
    assert not Commitment.objects.exists()


# --- Help ------------------------------------------------------------------------------


def test_a_rep_asks_from_a_deal_and_the_coach_answers_there(
    as_bob, as_cora, cora, bob, deal
):
    anna = seat(deal, "Anna")
    there = reverse("coaching:opportunity", args=["ours", deal.pk])

    asked = as_bob.post(
        f"{HELP}?deal={deal.pk}",
        {"deal": str(deal.pk), "about": str(anna.pk), "question": "How do I go on?"},
    )
    row = HelpRequest.objects.get()
    assert (asked.url, row.stakeholder, row.asked_by) == (there, anna, bob)
    assert look(as_cora, there).context["deal_help"][0].may_answer

    answered = as_cora.post(
        reverse("coaching:help-answer", args=["ours", row.pk]),
        {"answer": "Ask what it costs.", "next": there},
    )

    row.refresh_from_db()
    assert (answered.url, row.answered_by, row.answered_at) == (there, cora, NOW)
    for client, address in (
        (as_bob, there),
        (as_bob, reverse("readiness:stakeholder", args=["ours", anna.pk])),
        (as_bob, "/w/ours/"),
        (as_cora, page_of(bob)),
    ):
        assert "Ask what it costs." in words(look(client, address)), address


def test_it_is_nobody_elses(as_alice, bob, deal):
    ask(bob, deal)
    there = reverse("coaching:opportunity", args=["ours", deal.pk])

    assert look(as_alice, there).context["deal_help"] == []
    assert look(as_alice, "/w/ours/").context["asked"] == []


def test_who_does_not_coach_cannot_answer(as_alice, bob, deal):
    row = ask(bob, deal)

    page = as_alice.post(
        reverse("coaching:help-answer", args=["ours", row.pk]), {"answer": "x"}
    )

    assert page.status_code == 404


def test_the_first_answer_stands(as_cora, cora, bob, deal):
    row = ask(bob, deal, answer="So.", answered_by=cora, answered_at=NOW)

    as_cora.post(
        reverse("coaching:help-answer", args=["ours", row.pk]), {"answer": "Other."}
    )

    row.refresh_from_db()
    assert row.answer == "So."


def test_an_answer_without_words_comes_back_on_a_page(as_cora, bob, deal):
    row = ask(bob, deal)

    page = as_cora.post(
        reverse("coaching:help-answer", args=["ours", row.pk]), {"answer": " "}
    )

    assert page.status_code == 422
    assert "How?" in words(page)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"question": ""}, "question"),
        ({"question": "x", "about": "00000000-0000-0000-0000-000000000000"}, "about"),
        ({"question": "x", "deal": "nothing"}, "deal"),
    ],
)
def test_a_question_that_cannot_be_asked_comes_back(as_bob, deal, values, field):
    seat(deal, "Anna")

    page = as_bob.post(HELP, {"deal": str(deal.pk), **values})

    assert page.status_code == 422
    assert field in page.context["form"].errors
    assert not HelpRequest.objects.exists()


# --- Skill -----------------------------------------------------------------------------


def practise(member: Membership) -> None:
    for case in shipped_cases()[:6]:
        PracticeAnswer.objects.create(
            member=member,
            shipped=case.code,
            probabilities=[1 / 7] * 7,
            model_probabilities=[1 / 7] * 7,
            anchor=case.anchor,
            answered_at=NOW,
        )


@pytest.mark.claim(36)
def test_detection_skill_is_for_the_rep_and_their_coach(as_cora, as_bob, bob):
    practise(bob)

    for client in (as_cora, as_bob):
        skill = look(client, page_of(bob)).context["skill"].skill
        assert (skill.n, round(skill.log_loss.value, 2)) == (6, 1.95)
    assert "1.95" not in words(look(as_cora, MEETINGS))


# --- Costs -----------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
def test_it_costs_the_same_whatever_stands_there(
    as_cora, cost_of, cora, bob, deal, count
):
    for number in range(count):
        person = seat(deal, f"Person {number}")
        say(person, "B05", at=days_ago(40))
        override_phase(
            stakeholder=person,
            anchor="commitment",
            reason="So.",
            set_at=NOW,
            today=DAY,
            by=bob,
            now=NOW,
        )
        ask(bob, deal)
        for table in (CoachingNote, Commitment):
            given = {"due_on": DAY, "made_by": bob, "made_at": NOW}
            if table is CoachingNote:
                given = {"written_by": cora, "written_at": NOW}
            table.objects.create(member=bob, text="x", **given)
    make(deal)

    assert len(cost_of(as_cora, page_of(bob))) == 32
    assert len(cost_of(as_cora, MEETINGS)) == 8
