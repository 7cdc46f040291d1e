"""What was spent, from the conversations of real deals to the page."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.models import Team, TeamMember, TeamPart, Workspace
from forecasting.queries.effort import first_day
from opportunities.models import Outcome
from stakeholders.actions.outcomes import Review, close_opportunity
from stakeholders.models import FileExisted
from tests.factories import NOW, give_defaults
from tests.forecasting.test_phase_ahead import compute
from tests.recompute.build import days_ago, open_deal, say, seat

HERE = reverse("forecasting:insights", kwargs={"slug": "ours"})

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(ours: Workspace, time_machine):
    give_defaults()
    time_machine.move_to(NOW, tick=False)


def close(deal, outcome=Outcome.WON, *, file=FileExisted.UNKNOWN, **values) -> None:
    close_opportunity(
        opportunity=deal,
        outcome=outcome,
        closed_on=NOW.date() - timedelta(days=1),
        today=NOW.date(),
        by=deal.owner,
        now=NOW,
        review=Review(file_existed=file),
        **values,
    )


def spend(alice) -> None:
    """Two hours on a deal that is won, one on a deal without a file, one talk untimed."""
    won = open_deal(owner=alice, name="Won")
    karel = seat(won)
    say(karel, "B43", "B38", "B40", at=days_ago(9), minutes=90)
    say(karel, at=days_ago(8), minutes=30)
    close(won, won_amount=Decimal(9_000), file=FileExisted.YES)
    lost = open_deal(owner=alice, name="Lost")
    ruth = seat(lost, "Ruth")
    say(ruth, at=days_ago(9), minutes=60)
    say(ruth, "B01", "B02", at=days_ago(7))
    close(lost, Outcome.NO_DECISION, file=FileExisted.NO)


def test_minutes_go_to_where_people_stood_and_unknown_stays_unknown(ours, alice):
    spend(alice)

    told = compute(ours).body["effort"]

    effort = told["effort"]
    assert (told["deals"], effort["n"], effort["timed"]) == (2, 4, 3)
    assert effort["minutes"] == 180
    # Of Ruth nothing was heard yet when an hour was spent on her.
    assert effort["unplaced"] == 60
    assert sum(effort["by_phase"]) == pytest.approx(120)
    assert effort["by_phase"][6] > 60
    assert (effort["without_file"], effort["without_file_minutes"]) == (1, 60)
    assert effort["file_unknown"] == 0
    assert told["won"] == {"n": 1, "amount": 9_000.0, "unknown": 0}
    last = told["quarters"][-1]
    assert sum(each["effort"]["minutes"] for each in told["quarters"]) == 180
    assert len(told["quarters"]) == 8
    assert last["won"]["n"] == 1


def test_a_won_deal_without_an_amount_is_counted_as_unknown(ours, alice):
    deal = open_deal(owner=alice, amount=None, currency="")
    say(seat(deal), "B13", at=days_ago(3), minutes=10)
    close(deal)

    told = compute(ours).body["effort"]

    assert told["won"] == {"n": 1, "amount": 0, "unknown": 1}


def test_where_nothing_speaks_for_or_against_a_file_it_is_unknown(ours, alice):
    say(seat(open_deal(owner=alice)), "B01", at=days_ago(3), minutes=10)

    effort = compute(ours).body["effort"]["effort"]

    assert (effort["file_unknown"], effort["without_file"]) == (1, 0)


@pytest.mark.claim(48)
def test_the_page_tells_hours_shares_and_the_cost_of_what_was_won(
    as_alice, ours, alice
):
    spend(alice)
    compute(ours)

    without = as_alice.get(HERE).content.decode()
    Workspace.objects.update(cost_per_hour=Decimal(75))
    response = as_alice.get(HERE)
    page = response.content.decode()

    assert "no cost of an hour is set" in without
    assert "3 of 4" in page
    assert "1 conversation without minutes is left out" in page
    # Three hours at 75 of 9,000 won.
    assert response.context["effort"]["cost"] == pytest.approx(0.025)
    assert response.context["effort"]["no_file_share"] == pytest.approx(1 / 3)
    assert "0.025" in page


def test_without_minutes_it_says_so(as_alice, ours, alice):
    say(seat(open_deal(owner=alice)), "B13", at=days_ago(3))
    compute(ours)

    assert "Nobody entered minutes" in as_alice.get(HERE).content.decode()


def test_a_team_is_told_of_its_own_deals(ours, alice, bob):
    team = Team.objects.create(name="North")
    TeamMember.objects.create(team=team, membership=bob, part=TeamPart.MEMBER)
    say(seat(open_deal(owner=alice)), "B13", at=days_ago(3), minutes=10)
    say(seat(open_deal(owner=bob), "Ruth"), "B13", at=days_ago(3), minutes=25)

    body = compute(ours).body

    assert body["effort"]["effort"]["minutes"] == 35
    assert body["teams"][0]["effort"]["effort"]["minutes"] == 25


def test_the_cost_of_an_hour_is_a_setting_and_a_report_waits_for_none(
    as_alice, ours, alice, cost_of
):
    spend(alice)
    compute(ours)
    one = cost_of(as_alice, HERE)
    for _again in range(2):
        spend(alice)
        compute(ours)

    assert len(cost_of(as_alice, HERE)) == len(one)


def test_eight_quarters_end_with_this_one():
    assert first_day(date(2026, 11, 26)) == date(2025, 1, 1)
    assert first_day(date(2026, 2, 1)) == date(2024, 4, 1)
