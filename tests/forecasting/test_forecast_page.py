"""What a period will bring: sums one may see, that add up, and open what they are made of."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.models import Membership, TeamMember, TeamPart, Workspace
from forecasting.actions.periods import refresh_periods
from forecasting.models import PeriodOutlook, Target
from forecasting.queries.periods import Span, periods_shown, weeks_of
from forecasting.queries.roll_up import reach
from tests.factories import DAY, NOW, create_opportunity, create_team, give_defaults
from tests.recompute.build import make, open_deal, say, seat

pytestmark = pytest.mark.django_db

HERE = reverse("forecasting:forecast", kwargs={"slug": "ours"})
QUARTER = Span(date(2026, 4, 1), date(2026, 6, 30))


@pytest.fixture(autouse=True)
def now(ours, time_machine):
    give_defaults()
    time_machine.move_to(NOW, tick=False)


def computed(owner: Membership, **fields):
    deal = open_deal(owner=owner, **fields)
    say(seat(deal), "B27", at=NOW - timedelta(days=2))
    make(deal)
    return deal


def won(owner: Membership, amount: int):
    create_opportunity(
        owner=owner,
        outcome="won",
        closed_on=DAY,
        opened_on=DAY,
        won_amount=Decimal(amount),
        currency="EUR",
    )


def test_without_deals_it_says_so(as_alice):
    assert "No forecast yet" in as_alice.get(HERE).content.decode()


def test_without_a_rate_it_says_which(as_alice, alice, ours):
    computed(alice, currency="USD")
    refresh_periods(workspace=ours, now=NOW)

    assert "deals are in USD" in as_alice.get(HERE).content.decode()


@pytest.mark.claim(14, 45)
def test_range_target_and_movers_stand_there(as_alice, alice, ours):
    deal = computed(alice)
    won(alice, 500)
    refresh_periods(workspace=ours, now=NOW)
    Target.objects.create(
        starts_on=QUARTER.starts_on,
        ends_on=QUARTER.ends_on,
        amount=Decimal(400),
        currency="EUR",
    )

    response = as_alice.get(HERE)

    chosen = response.context["chosen"]
    assert (chosen.kind, chosen.target, chosen.reach) == ("workspace", 400, 1.0)
    assert chosen.row.won_so_far == 500
    assert [mover.deal.id for mover in response.context["movers"]] == [deal.pk]
    assert response.context["weeks"][-1].on == QUARTER.ends_on
    assert "state=won&amp;since=2026-04-01" in response.content.decode()


def test_the_fan_begins_with_what_is_won_and_ends_with_the_range(alice, ours):
    computed(alice)
    won(alice, 500)
    refresh_periods(workspace=ours, now=NOW)

    row = PeriodOutlook.objects.get(team=None, owner=None, starts_on=QUARTER.starts_on)
    assert row.fan["won"][-1] == [str(DAY), 500.0]
    assert row.fan["weeks"][0] == [str(DAY), 500.0, 500.0, 500.0, 500.0]
    last = row.fan["weeks"][-1]
    assert last[0] == str(QUARTER.ends_on)
    assert last[1] == pytest.approx(float(row.mean), abs=0.01)
    assert last[4] == pytest.approx(float(row.p90), abs=0.01)


def test_the_next_period_leaves_out_what_this_one_will_bring(as_alice, alice, ours):
    computed(alice)
    won(alice, 500)
    refresh_periods(workspace=ours, now=NOW)

    row = as_alice.get(HERE, {"period": "next"}).context["chosen"].row

    assert row.starts_on == date(2026, 7, 1)
    assert row.won_so_far == 0
    assert row.mean > 0


def team_of(name: str, *members: Membership, parent=None):
    team = create_team(name=name, parent=parent)
    for each in members:
        TeamMember.objects.create(team=team, membership=each, part=TeamPart.MEMBER)
    return team


def test_the_roll_up_goes_from_workspace_to_rep_and_adds_up(as_alice, alice, bob, ours):
    top = team_of("Benelux", alice)
    team_of("Ghent", bob, parent=top)
    for owner, amount in ((alice, "3.33"), (bob, "1.01"), (bob, "7.77")):
        computed(owner, amount=Decimal(amount))
    refresh_periods(workspace=ours, now=NOW)

    lines = as_alice.get(HERE).context["lines"]

    assert [(line.level, line.name) for line in lines] == [
        (0, ""),
        (1, "Benelux"),
        (2, "Ghent"),
        (3, "Bob"),
        (2, "Alice"),
    ]
    whole, benelux, ghent, his, hers = (line.row.mean for line in lines)
    assert whole == benelux == ghent + hers
    assert ghent == his


def test_a_rep_sees_the_sums_of_those_they_may_see(as_bob, alice, bob, ours):
    team_of("Benelux", alice)
    team_of("Ghent", bob)
    for owner in (alice, bob):
        computed(owner)
    refresh_periods(workspace=ours, now=NOW)

    response = as_bob.get(HERE)

    assert [line.name for line in response.context["lines"]] == ["Ghent", "Bob"]
    assert response.context["chosen"].name == "Ghent"
    assert "Only deals that you may see are counted." in response.content.decode()
    hers = f"owner:{alice.pk}"
    assert as_bob.get(HERE, {"scope": hers}).context["chosen"].name == "Ghent"


def test_it_costs_the_same_with_one_deal_and_with_three(
    as_alice, alice, bob, ours, cost_of
):
    computed(alice)
    refresh_periods(workspace=ours, now=NOW)
    one = cost_of(as_alice, HERE)
    team_of("Ghent", bob)
    for owner in (alice, bob):
        computed(owner)
    refresh_periods(workspace=ours, now=NOW)

    assert len(cost_of(as_alice, HERE)) == len(one)


@pytest.mark.parametrize(
    ("target", "chance"), [(0, 1.0), (50, 0.5), (25.5, 0.745), (1000, 0.004)]
)
def test_the_chance_to_reach_a_target_is_read_off_the_draws(target, chance):
    assert reach(Decimal(target), [float(n) for n in range(1, 100)]) == pytest.approx(
        chance
    )


def test_weeks_stay_within_the_period():
    this, following = periods_shown(DAY, workspace=Workspace())

    weeks = weeks_of(this, today=DAY)
    assert (weeks[0], weeks[-1] < this.ends_on) == (DAY + timedelta(days=7), True)
    assert weeks_of(following, today=DAY)[0] == date(2026, 7, 7)
    assert weeks_of(this, today=this.ends_on) == []
