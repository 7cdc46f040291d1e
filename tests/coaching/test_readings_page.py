"""A human's reading stands beside the model's, and is scored by what came to light."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership, Role, TeamPart, Workspace
from coaching.engine.judging import FEWEST, ToldBy
from coaching.queries.skill import Skill, skill
from opportunities.models import Opportunity
from readiness.actions.human import confirm_phase, override_phase
from readiness.models import PhaseOverride
from readiness.templatetags.phases import percent
from stakeholders.models import OutcomeReview, ReviewedPhase, Stakeholder
from tests.conftest import signed_in
from tests.factories import (
    DAY,
    NOW,
    create_membership,
    create_team,
    create_user,
    give_defaults,
)
from tests.recompute.build import days_ago, make, open_deal, say, seat

pytestmark = pytest.mark.django_db

PAGE = "/w/ours/coaching/readings"


@pytest.fixture(autouse=True)
def now(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def karel(bob: Membership) -> Stakeholder:
    """Bob's deal; Karel has shared his criteria."""
    give_defaults()
    karel = seat(open_deal(owner=bob))
    say(karel, "B13", "B14", at=days_ago(60))
    make(karel.opportunity)
    return karel


def read(
    person: Stakeholder, anchor: str, *, at: datetime, by: Membership, **fields: Any
) -> PhaseOverride:
    return override_phase(
        stakeholder=person,
        anchor=anchor,
        reason="He asked about the contract.",
        set_at=at,
        today=at.date(),
        by=by,
        now=at,
        **fields,
    )


def confirm(person: Stakeholder, anchor: str, *, at: datetime, **fields: Any) -> None:
    confirm_phase(
        stakeholder=person, anchor=anchor, confirmed_at=at, by=None, now=NOW, **fields
    )


def found(member: Membership, ours: Workspace) -> Skill:
    deals = Opportunity.objects.visible_to(member)
    return skill(member, deals=deals, workspace=ours, now=NOW)


def shown(client: Client, query: str = "") -> Any:
    page = client.get(PAGE + query)
    assert page.status_code == 200
    return page


# --- Shown -----------------------------------------------------------------------------


def test_the_page_of_the_person_says_how_far_apart_human_and_model_are(
    as_bob, bob, karel
):
    read(karel, "commitment", at=days_ago(2), by=bob)

    page = as_bob.get(reverse("readiness:stakeholder", args=["ours", karel.pk]))
    apart = page.context["apart"]

    assert apart.likeliest in {"criteria", "comparison"}
    assert apart.apart > 1.5
    words = page.content.decode()
    assert f"The model gives it {percent(apart.chance)}." in words
    assert "phases ahead of it." in words
    assert "Since 2 May 2026." in words


def test_the_row_of_the_group_says_what_the_model_gives_it(as_bob, bob, karel):
    read(karel, "commitment", at=days_ago(2), by=bob)

    page = as_bob.get(
        reverse("coaching:opportunity", args=["ours", karel.opportunity_id])
    )

    assert "a human reads: Commitment · the model gives it" in page.content.decode()


def test_they_are_listed_the_furthest_apart_first(as_bob, bob, karel):
    near = seat(karel.opportunity, "Anna")
    say(near, "B13", "B14", at=days_ago(20))
    unheard = seat(karel.opportunity, "Ben")
    make(karel.opportunity)
    read(near, "criteria", at=days_ago(3), by=bob)
    read(unheard, "resolve", at=days_ago(3), by=bob)
    read(karel, "status_quo", at=days_ago(3), by=bob)

    rows = shown(as_bob).context["rows"]

    assert [str(row.position.stakeholder.person) for row in rows] == [
        *("Karel", "Anna", "Ben"),
    ]
    assert rows[2].apart is None


def test_one_that_ended_is_not_listed(as_bob, bob, karel):
    read(karel, "commitment", at=days_ago(9), by=bob, expires_on=days_ago(3).date())

    assert shown(as_bob).context["rows"] == []


# --- Judged ----------------------------------------------------------------------------


@pytest.mark.claim(32)
def test_their_own_words_tell_and_the_model_is_as_of_then(bob, ours, karel):
    """What was heard later, and what was logged later, is not looked at."""
    before = found_chances(bob, ours, karel)
    say(karel, "B39", "B40", at=days_ago(15))
    say(karel, "B44", at=days_ago(30), logged_at=days_ago(1))
    case = found(bob, ours).cases[0]

    assert case.judged is not None
    assert (case.judged.truth, case.judged.told_by) == (
        "comparison",
        ToldBy.CONFIRMATION,
    )
    assert case.judged.model == before


def found_chances(bob: Membership, ours: Workspace, karel: Stakeholder) -> Any:
    read(karel, "commitment", at=days_ago(20), by=bob)
    confirm(karel, "comparison", at=days_ago(10))
    (case,) = found(bob, ours).cases
    assert case.judged is not None
    assert case.judged.model["criteria"] > 0.3
    return case.judged.model


@pytest.mark.parametrize("days", [21, 46])
def test_words_from_before_or_long_after_tell_nothing(bob, ours, karel, days: int):
    read(karel, "commitment", at=days_ago(days), by=bob)
    confirm(karel, "comparison", at=days_ago(22 if days == 21 else 0))

    assert found(bob, ours).told == 0


def test_strong_signals_tell_by_themselves(bob, ours, karel):
    read(karel, "criteria", at=days_ago(20), by=bob)
    say(karel, "B44", at=days_ago(12))
    weak = found(bob, ours).told
    say(karel, "B40", at=days_ago(10))
    (case,) = found(bob, ours).cases

    assert weak == 0
    assert case.judged is not None
    assert (case.judged.truth, case.judged.told_by) == ("commitment", ToldBy.EVIDENCE)


@pytest.mark.parametrize("is_own", [True, False])
def test_a_closing_review_by_somebody_else_tells(alice, bob, ours, karel, is_own: bool):
    read(karel, "criteria", at=days_ago(20), by=bob)
    review = OutcomeReview.objects.create(
        opportunity=karel.opportunity,
        reviewed_on=DAY,
        logged_at=days_ago(5),
        logged_by=bob if is_own else alice,
    )
    ReviewedPhase.objects.create(review=review, stakeholder=karel, anchor="comparison")

    case = next(case for case in found(bob, ours).cases if not case.said.is_review)

    assert (case.judged is not None) is not is_own


def test_one_that_was_taken_back_the_same_day_was_a_slip(bob, ours, karel):
    row = read(karel, "criteria", at=days_ago(20), by=bob)
    kept = read(karel, "resolve", at=days_ago(20), by=bob)
    for each, after in ((row, timedelta(hours=2)), (kept, timedelta(days=3))):
        PhaseOverride.objects.filter(pk=each.pk).update(
            retracted_at=each.logged_at + after
        )

    assert [case.said.anchor for case in found(bob, ours).cases] == ["resolve"]


# --- Scored ----------------------------------------------------------------------------


def many(bob: Membership, count: int) -> None:
    """As many readings, each in a deal of its own, each told by the buyer: all were right."""
    give_defaults()
    for n in range(count):
        person = seat(open_deal(owner=bob, name=f"Deal {n}"), f"Person {n}")
        say(person, "B13", "B14", at=days_ago(40))
        read(person, "comparison", at=days_ago(20), by=bob)
        confirm(person, "comparison", at=days_ago(10))


def test_few_are_not_enough_evidence(as_bob, bob):
    many(bob, 2)

    page = shown(as_bob)

    assert page.context["skill"].score is None
    assert "Not enough evidence" in page.content.decode()
    assert "Told so far: 2. A score needs 10 in 5 deals." in page.content.decode()


@pytest.mark.claim(36)
def test_enough_are_scored_with_their_number_and_interval(as_bob, bob):
    many(bob, FEWEST)

    page = shown(as_bob)

    words = page.content.decode()
    assert "The human was closer than the model." in words
    assert "Of 10 readings that something told since" in words
    assert "95 times in 100 between" in words
    assert page.context["skill"].by_source == {
        "confirmation": 10,
        "review": 0,
        "evidence": 0,
    }


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_costs_the_same_for_more_readings(as_bob, bob, cost_of, rows: int):
    many(bob, rows)

    assert len(cost_of(as_bob, PAGE)) <= 24


# --- Who sees it -----------------------------------------------------------------------


def person_of(ours: Workspace, name: str, *roles: Role) -> Membership:
    user = create_user(email=f"{name.lower()}@example.com", name=name)
    return create_membership(workspace=ours, user=user, roles=roles)


def offered(client: Client, member: Membership) -> set[str]:
    form = shown(signed_in(client, member)).context["form"]
    return {name for _, name in form.fields["whose_id"].choices}


def test_only_the_rep_their_coach_and_administrators_see_a_score(
    client, alice, bob, ours, karel
):
    team = create_team()
    coach = person_of(ours, "Cora", Role.COACH)
    manager = person_of(ours, "Mo", Role.MANAGER)
    for member, part in (
        (bob, TeamPart.MEMBER),
        (manager, TeamPart.MEMBER),
        (coach, TeamPart.COACH),
    ):
        team.places.create(membership=member, part=part)

    assert offered(client, bob) == {"Bob"}
    assert offered(client, manager) == {"Mo"}
    assert "Bob" in offered(client, coach)
    assert {"Alice", "Bob", "Cora", "Mo"} <= offered(client, alice)


def test_who_asks_for_anothers_score_sees_their_own(client, alice, bob, karel):
    read(karel, "criteria", at=days_ago(20), by=alice)

    page = shown(signed_in(client, bob), f"?whose_id={alice.pk}")

    assert page.context["whose"] == bob
    assert page.context["skill"].cases == ()


def test_an_administrator_looks_into_one_person_at_a_time(client, alice, bob, karel):
    read(karel, "criteria", at=days_ago(20), by=bob)

    page = shown(signed_in(client, alice), f"?whose_id={bob.pk}")

    assert page.context["whose"] == bob
    assert len(page.context["skill"].cases) == 1
    assert "How the readings of Bob turned out" in page.content.decode()
