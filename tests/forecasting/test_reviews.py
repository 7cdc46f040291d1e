"""The weekly review: frozen once, never computed again, and what moved between two."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db.models import Sum
from django.urls import reverse

from accounts.models import Membership, Team, TeamMember, TeamPart
from accounts.tenancy import AppendOnly
from forecasting.actions.periods import periods_due, refresh_periods
from forecasting.actions.reviews import freeze_review
from forecasting.actions.snapshots import freeze_deals, freeze_past_night
from forecasting.models import PeriodOutlook, PeriodReview, Snapshot
from opportunities.models import Opportunity, Outcome
from readiness.queries.as_of import AsOf
from readiness.queries.models import active_model
from stakeholders.actions.outcomes import close_opportunity
from tests.factories import DAY, NOW, create_opportunity, create_team, give_defaults
from tests.recompute.build import make, open_deal, say, seat

pytestmark = pytest.mark.django_db

HERE = reverse("forecasting:reviews", kwargs={"slug": "ours"})
SHEET = reverse("forecasting:reviews-sheet", kwargs={"slug": "ours"})
FORECAST = reverse("forecasting:forecast", kwargs={"slug": "ours"})
WEEK_AGO = NOW - timedelta(days=7)


@pytest.fixture(autouse=True)
def now(ours, time_machine):
    give_defaults()
    time_machine.move_to(NOW, tick=False)


def computed(owner: Membership, *, at=WEEK_AGO, **fields):
    deal = open_deal(owner=owner, **fields)
    say(seat(deal), "B27", at=at - timedelta(days=2), now=at)
    make(deal, now=at)
    return deal


def night(ours, at):
    deals = list(Opportunity.objects.still_open().order_by("pk"))
    freeze_deals(deals, model=active_model(), workspace=ours, now=at)
    return freeze_review(AsOf.of(ours, at=None, now=at))


def test_a_review_is_frozen_once_a_week_and_is_what_the_sums_say(alice, bob, ours):
    for owner in (alice, bob):
        computed(owner)

    at = WEEK_AGO + timedelta(hours=1)
    assert night(ours, at) == 6  # the workspace and two owners, two periods
    refresh_periods(workspace=ours, now=at)
    fields = ("owner", "starts_on", "mean", "p10", "p90", "seed", "open_count")
    same = PeriodReview.objects.order_by("starts_on", "owner").values_list(*fields)
    rows = PeriodOutlook.objects.order_by("starts_on", "owner").values_list(*fields)
    assert list(same) == list(rows)
    assert night(ours, at + timedelta(days=1)) == 0


def test_a_past_night_is_frozen_as_it_was(alice, ours):
    deal = computed(alice)
    close_opportunity(
        opportunity=deal,
        outcome=Outcome.LOST,
        closed_on=DAY,
        today=DAY,
        by=alice,
        now=NOW,
    )

    when = AsOf.of(ours, at=WEEK_AGO + timedelta(hours=1), now=NOW)
    assert freeze_past_night(when, model=active_model()) == 1
    assert freeze_review(when) == 4
    kept = Snapshot.objects.values_list("taken_on", "outcome", "closed_on")
    assert list(kept) == [(ours.today(WEEK_AGO), "open", None)]


def test_a_review_is_never_changed(alice, ours):
    computed(alice)
    night(ours, WEEK_AGO)

    with pytest.raises(AppendOnly):
        PeriodReview.objects.update(mean=Decimal(1))


def test_a_review_outlives_its_team(as_alice, alice, ours):
    team = create_team(name="Ghent")
    TeamMember.objects.create(team=team, membership=alice, part=TeamPart.MEMBER)
    computed(alice)
    night(ours, WEEK_AGO)
    Team.objects.filter(pk=team.pk).delete()

    scopes = [scope.name for scope in as_alice.get(HERE).context["scopes"]]

    assert scopes == ["", "Alice", "Ghent"]


def test_the_next_review_says_what_moved_and_adds_up(as_alice, alice, bob, ours):
    computed(alice, amount=Decimal("3333.33"))
    night(ours, WEEK_AGO)
    computed(bob, at=NOW, name="New", amount=Decimal("7777.77"))
    night(ours, NOW)

    last, first = as_alice.get(HERE).context["reviews"]

    assert (first.change, last.since) == (None, str(ours.today(WEEK_AGO)))
    assert last.change == last.review.mean - first.review.mean
    assert {label for label, _amount in last.parts} == {"New", "Time passing"}
    whole = PeriodReview.objects.filter(taken_on=DAY, starts_on=date(2026, 4, 1))
    owners = whole.filter(owner__isnull=False).aggregate(mean=Sum("mean"))
    assert owners["mean"] == last.review.mean


def test_the_sheet_holds_the_movement_by_cause(as_alice, alice, ours):
    computed(alice)
    night(ours, WEEK_AGO)
    computed(alice, at=NOW, name="New")
    night(ours, NOW)

    head, *lines = as_alice.get(SHEET).content.decode("utf-8-sig").splitlines()

    assert head.startswith("night,currency,won so far,expected,P10,P50,P90,target,call")
    assert head.endswith("change,New,Time passing")
    assert [line.split(",")[0] for line in lines] == ["2026-05-04", "2026-04-27"]


def test_a_period_that_is_over_shows_what_was_frozen_and_what_came(
    client, alice, ours, time_machine
):
    computed(alice)
    night(ours, NOW)
    create_opportunity(
        owner=alice,
        outcome="won",
        closed_on=DAY,
        opened_on=DAY,
        won_amount=Decimal(500),
        currency="EUR",
    )
    time_machine.move_to(NOW + timedelta(days=90), tick=False)
    client.force_login(alice.user)

    page = client.get(FORECAST, {"period": "2026-04-01"})

    assert (page.context["came"].amount, page.context["came"].deals) == (500, 1)
    assert [line.review.taken_on for line in page.context["reviews"]] == [DAY]
    assert "What was expected, and what came" in page.content.decode()


def test_a_rep_sees_only_their_own_reviews(as_bob, alice, bob, ours):
    for owner in (alice, bob):
        computed(owner)
    night(ours, WEEK_AGO)

    page = as_bob.get(HERE, {"scope": f"owner:{alice.pk}"})

    assert [scope.name for scope in page.context["scopes"]] == ["Bob"]
    assert page.context["scope"].owner_id == bob.pk


def test_reviews_cost_the_same_with_one_and_with_three(as_alice, alice, ours, cost_of):
    computed(alice, at=WEEK_AGO - timedelta(days=7))
    night(ours, WEEK_AGO - timedelta(days=7))
    one = cost_of(as_alice, HERE)
    for at in (WEEK_AGO, NOW):
        night(ours, at)

    assert len(cost_of(as_alice, HERE)) == len(one)


def test_the_sums_of_periods_far_ahead_follow_once_a_day(alice, ours):
    computed(alice, at=NOW)

    assert periods_due(workspace=ours, now=NOW) == 5
    refresh_periods(workspace=ours, now=NOW, count=5)
    assert periods_due(workspace=ours, now=NOW) == 2
    refresh_periods(workspace=ours, now=NOW + timedelta(hours=1))

    starts = PeriodOutlook.objects.filter(owner=None).values_list(
        "starts_on", flat=True
    )
    assert len(starts) == 5
    assert periods_due(workspace=ours, now=NOW + timedelta(days=1)) == 5
