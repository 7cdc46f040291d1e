"""Whether reading well goes with winning: an aggregate, for managers and coaches."""

from dataclasses import asdict
from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import Membership, Role, Workspace
from coaching.actions.winning import keep_winning
from coaching.engine.winning import FEWEST_DEALS, FEWEST_REPS, halves_of
from coaching.models import ReadingAndWinning
from opportunities.models import Opportunity, Outcome
from tests.coaching.engine.test_winning import world
from tests.coaching.test_readings_page import PAGE, many, person_of
from tests.conftest import signed_in
from tests.factories import NOW, give_defaults

pytestmark = pytest.mark.django_db


@pytest.fixture
def defaults(ours: Workspace) -> None:
    give_defaults()


@pytest.fixture(autouse=True)
def now(ours: Workspace, time_machine):
    time_machine.move_to(NOW, tick=False)


def keep(effect: float) -> None:
    found = halves_of(world(effect=effect))
    assert found is not None
    ReadingAndWinning.objects.create(
        computed_at=NOW,
        body={
            "reps": found.reps,
            "deals": found.deals,
            "minimum_reps": FEWEST_REPS,
            "minimum_deals": FEWEST_DEALS,
            "halves": asdict(found) | {"verdict": found.verdict},
        },
    )


def seen_by(client: Client, member: Membership) -> str:
    return signed_in(client, member).get(PAGE).content.decode()


def test_the_reps_who_can_be_scored_are_counted_with_their_ended_deals(ours, bob):
    many(bob, 10)
    deals = Opportunity.objects.order_by("pk")
    for deal, outcome in zip(deals, ["won", "lost", "withdrawn"], strict=False):
        Opportunity.objects.filter(pk=deal.pk).update(
            outcome=outcome, closed_on=NOW.date() - timedelta(days=1)
        )

    body = keep_winning(workspace=ours, now=NOW).body
    keep_winning(workspace=ours, now=NOW)

    # A withdrawn deal is apart.
    assert (body["reps"], body["deals"], body["halves"]) == (1, 2, None)
    assert Opportunity.objects.filter(outcome=Outcome.WITHDRAWN).count() == 1
    assert ReadingAndWinning.objects.count() == 1


def test_below_the_minimum_it_says_how_many_are_missing(client, ours, defaults):
    keep_winning(workspace=ours, now=NOW)

    page = seen_by(client, person_of(ours, "Mia", Role.MANAGER))

    assert "Not enough yet: 0 of 8 people" in page
    assert "0 of 60 deals that ended" in page


@pytest.mark.claim(38)
@pytest.mark.parametrize(
    ("effect", "verdict"),
    [
        (0.2, "The half that reads closer won more often."),
        (0.0, "The two halves cannot be told apart."),
        (-0.2, "The half that reads closer won less often."),
    ],
)
def test_it_is_told_with_its_n_and_interval_and_as_no_cause(
    client, ours, defaults, effect, verdict
):
    keep(effect)

    page = seen_by(client, person_of(ours, "Mia", Role.MANAGER))

    assert verdict in page
    assert "Of 20 people whose readings could be scored, with 800 deals" in page
    assert "association, not cause" in page
    assert "95 times in 100 between" in page


def test_managers_and_coaches_see_it_and_reps_do_not(client, ours, defaults):
    keep(0.2)

    told = {
        role: "Does reading well go with winning?"
        in seen_by(client, person_of(ours, f"Some {role}", role))
        for role in Role
    }

    assert told == {role: role != Role.REP for role in Role}


def test_it_costs_the_same_with_sums_as_without(client, ours, defaults, cost_of):
    member = signed_in(client, person_of(ours, "Mia", Role.MANAGER))
    before = len(cost_of(member, PAGE))
    keep(0.2)

    assert len(cost_of(member, PAGE)) == before
