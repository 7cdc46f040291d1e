"""A group far apart gets one message; somebody long undecided is advised to stop; roles."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import Membership, Workspace
from coaching.models import Play, Prompt, PromptAnswer
from coaching.queries.symptom_clock import changed_by_time
from opportunities.models import Opportunity
from readiness.actions.interactions import Contact, Did, Took, log_interaction
from readiness.queries.models import active_model
from stakeholders.models import Stakeholder
from tests.factories import NOW, give_defaults
from tests.recompute.build import ZONE, days_ago, make, open_deal, say, seat

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def deal(alice: Membership) -> Opportunity:
    give_defaults()
    return open_deal(owner=alice)


def codes(deal: Opportunity) -> set[str]:
    rows = Prompt.objects.filter(opportunity=deal, closed_at__isnull=True)
    found = rows.values_list("play__code", flat=True)
    return {code for code in found if not code.startswith("constraint")}


def far_apart(deal: Opportunity) -> tuple[Stakeholder, Stakeholder]:
    anna, ben = seat(deal, "Anna"), seat(deal, "Ben", roles=("economic_buyer",))
    say(anna, "B01", at=days_ago(20))
    say(anna, "B51", at=days_ago(15))
    say(ben, "B39", at=days_ago(10))
    say(ben, "B40", at=days_ago(9))
    return anna, ben


def ask(person: Stakeholder, *, at) -> None:
    """A diagnostic conversation: what we do is no evidence of a phase."""
    deal = person.opportunity
    log_interaction(
        opportunity=deal,
        contact=Contact(
            occurred_at=at,
            channel="call",
            parts=[Took(person, [])],
            actions=[Did("A01", [person])],
        ),
        zone=ZONE,
        by=deal.owner,
        now=NOW,
        logged_at=at,
    )


# --- A group ---------------------------------------------------------------------------


@pytest.mark.claim(23)
def test_a_group_far_apart_gets_one_message_and_nobody_a_private_one(as_alice, deal):
    anna, ben = far_apart(deal)
    silent = seat(deal, "Carl", roles=("finance",))
    make(deal)

    prompt = Prompt.objects.get(play__code="group_spread")
    page = as_alice.get(reverse("coaching:queue", args=["ours"])).content.decode()

    assert codes(deal) == {"group_spread", "commitment_unheard"}
    assert (prompt.stakeholder, prompt.words["people"]) == (
        None,
        [str(anna.pk), str(ben.pk)],
    )
    assert "Anna most likely stands at Status quo, Ben at Commitment" in page
    assert "Propose an hour with Anna and Ben together" in page
    assert Prompt.objects.filter(stakeholder=silent, closed_at=None).exists()


def test_the_deal_says_it_to_the_group(as_alice, deal):
    far_apart(deal)
    make(deal)

    page = as_alice.get(reverse("coaching:opportunity", args=["ours", deal.pk]))

    assert "Next step for the group" in page.content.decode()


def test_a_group_that_comes_together_hears_single_advice_again(deal):
    anna, _ben = far_apart(deal)
    make(deal)
    say(anna, "B39", at=days_ago(2))
    say(anna, "B40", "B44", at=days_ago(1))
    make(deal)

    assert "group_spread" not in codes(deal)
    assert "commitment_heard" in codes(deal)


def test_an_answered_group_message_is_not_issued_again(deal):
    far_apart(deal)
    make(deal)
    Prompt.objects.filter(play__code="group_spread").update(
        answer=PromptAnswer.ACCEPTED, answered_at=NOW
    )
    say(seat(deal, "Carl", roles=("finance",)), "B13", at=days_ago(1))
    make(deal)

    assert Prompt.objects.filter(play__code="group_spread").count() == 1


# --- To stop ---------------------------------------------------------------------------


def undecided(deal: Opportunity) -> Stakeholder:
    """In the deal for 140 days, and asked twice what the present way costs."""
    joined = (NOW - timedelta(days=140)).date()
    person = seat(deal, joined_on=joined)
    for days in (100, 30):
        ask(person, at=days_ago(days))
    say(person, "B01", at=days_ago(90))
    say(person, "B51", at=days_ago(20))
    return person


def test_somebody_long_undecided_is_advised_to_stop(as_alice, deal):
    person = undecided(deal)
    make(deal)

    page = as_alice.get(reverse("readiness:stakeholder", args=["ours", person.pk]))

    assert codes(deal) == {"advise_to_stop"}
    assert "Advise them to stop:" in page.content.decode()


def test_a_named_budget_is_a_ground_to_go_on(deal):
    undecided(deal)
    say(seat(deal, "Ruth", roles=("finance",)), "B09", at=days_ago(5))
    make(deal)

    assert "advise_to_stop" not in codes(deal)


def test_the_night_finds_whom_time_alone_made_long_undecided(deal, ours: Workspace):
    """Joined so long ago since yesterday; nothing else happened."""
    person = seat(deal, joined_on=(NOW - timedelta(days=100)).date())
    say(person, "B01", at=days_ago(20))
    say(person, "B51", at=days_ago(1))
    make(deal)

    def found(days: int) -> bool:
        later = NOW + timedelta(days=days)
        deals = [Opportunity.objects.get(pk=deal.pk)]
        waits = changed_by_time(deals, model=active_model(), workspace=ours, now=later)
        return deal.pk in waits

    # Of 60 days half are over after 41.6, and three times that is long.
    assert [found(days) for days in (23, 25, 30)] == [False, True, False]


# --- Phase by role ---------------------------------------------------------------------


@pytest.mark.claim(3)
def test_a_role_with_words_of_its_own_hears_them(deal):
    finance = seat(deal, "Ruth", roles=("finance",))
    other = seat(deal, "Karel")
    for person in (finance, other):
        say(person, "B29", at=days_ago(5))
        say(person, "B35", "B30", at=days_ago(3))
    make(deal)

    said = dict(
        Prompt.objects.filter(play__situation="heard").values_list(
            "stakeholder__person__name", "play__role"
        )
    )
    assert said == {"Ruth": "finance", "Karel": ""}


def test_new_words_for_a_role_issue_nothing_twice(deal):
    """The evidence was answered, whichever way it had been put."""
    person = seat(deal, roles=("user_buyer",))
    say(person, "B13", "B14", at=days_ago(3))
    make(deal)
    Prompt.objects.filter(stakeholder=person).update(
        answer=PromptAnswer.DISMISSED, answered_at=NOW, reason="Done."
    )
    base = Play.objects.get(code="criteria_heard", role="")
    Play.objects.create(
        code=base.code,
        role="user_buyer",
        situation=base.situation,
        anchor=base.anchor,
        texts=base.texts,
    )
    make(deal)

    rows = Prompt.objects.filter(stakeholder=person, play__code="criteria_heard")
    assert rows.count() == 1


def test_a_play_that_is_off_is_not_said(deal):
    Play.objects.filter(code="criteria_heard").update(is_on=False)
    say(seat(deal), "B13", "B14", at=days_ago(3))
    make(deal)

    assert codes(deal) == set()


# --- Put off ---------------------------------------------------------------------------


def test_what_is_put_off_comes_back_on_its_day_by_itself(
    as_alice, alice, deal, time_machine
):
    say(seat(deal), "B13", "B14", at=days_ago(3))
    make(deal)
    prompt = Prompt.objects.get(play__code="criteria_heard")
    until = (NOW + timedelta(days=5)).date()
    as_alice.post(
        reverse("coaching:prompt-answer", args=["ours", prompt.pk]),
        {"answer": "snoozed", "returns_on": str(until)},
    )

    def waiting() -> int:
        page = as_alice.get(reverse("coaching:queue", args=["ours"]))
        return len(page.context["rows"])

    before = waiting()
    time_machine.move_to(NOW + timedelta(days=5), tick=False)
    as_alice.force_login(alice.user)  # a session does not last so long
    assert (before, waiting()) == (0, 1)


def test_what_is_put_off_stays_away_when_its_evidence_changed(deal):
    person = seat(deal)
    say(person, "B13", "B14", at=days_ago(3))
    make(deal)
    Prompt.objects.filter(play__code="criteria_heard").update(
        answer=PromptAnswer.SNOOZED, answered_at=NOW, returns_on=NOW.date()
    )
    say(person, "B13", at=days_ago(1))
    make(deal)

    put_off = Prompt.objects.get(answer=PromptAnswer.SNOOZED)
    assert put_off.closed_at is not None
