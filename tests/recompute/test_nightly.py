"""The small hours of each workspace: caches put right, beliefs frozen, nothing else."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count, repeat

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership, TeamMember, TeamPart, Workspace
from buyreadiness import nightly
from buyreadiness.recompute import answer_request, begin_attempt
from forecasting.actions.periods import refresh_periods
from forecasting.actions.snapshots import freeze_deals
from forecasting.models import Outlook, PeriodOutlook, Snapshot
from forecasting.queries.as_of import outcomes_at, stored_outcomes
from opportunities.models import Job, Opportunity, Outcome, ScheduleSlot
from readiness.queries.as_of import AsOf
from readiness.queries.models import active_model
from stakeholders.actions.outcomes import close_opportunity
from tests.factories import DAY, NOW, create_team, give_defaults
from tests.recompute.build import (
    days_ago,
    forecasts,
    make,
    open_deal,
    outlook,
    readings,
    say,
    seat,
)

NIGHT = datetime(2026, 5, 5, 0, 30, tzinfo=UTC)  # 2:30 in Brussels


@pytest.fixture
def deal(alice: Membership) -> Opportunity:
    give_defaults()
    deal = open_deal(owner=alice)
    say(seat(deal), "B03", "B08", at=days_ago(6))
    seat(deal, "Ruth", roles=("finance",))
    make(deal)
    return deal


def night_of(now: datetime) -> ScheduleSlot:
    nightly.open_nights(now=now)
    return ScheduleSlot.objects.get(job=Job.NIGHT)


def spend(slot: ScheduleSlot, *, now: datetime = NIGHT, clock=None) -> bool:
    return nightly.spend_night(slot_id=slot.pk, now=now, clock=clock or repeat(0.0))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("zone", "hour", "opens"),
    [
        ("Europe/Brussels", 23, False),  # 1:30 in summer
        ("Europe/Brussels", 0, True),
        ("Europe/Brussels", 1, True),
        ("Europe/Brussels", 2, False),  # 4:30
        ("America/New_York", 0, False),
        ("America/New_York", 6, True),
        ("Asia/Kolkata", 21, True),  # half an hour off: 3:00
    ],
)
def test_a_night_opens_between_two_and_four_of_its_own_zone(
    ours: Workspace, zone: str, hour: int, opens
):
    Workspace.objects.filter(pk=ours.pk).update(time_zone=zone)

    nightly.open_nights(now=datetime(2026, 5, 5, hour, 30, tzinfo=UTC))

    assert ScheduleSlot.objects.exists() is opens


@pytest.mark.django_db
def test_a_night_is_opened_once_and_claimed_once(ours: Workspace):
    nightly.open_nights(now=NIGHT)
    nightly.open_nights(now=NIGHT + timedelta(minutes=5))

    claimed = [nightly.claim_slots(now=NIGHT), nightly.claim_slots(now=NIGHT)]

    assert [len(each) for each in claimed] == [1, 0]


@pytest.mark.django_db
def test_a_dropped_night_is_claimed_again_within_its_window_only(ours: Workspace):
    nightly.open_nights(now=NIGHT)
    nightly.claim_slots(now=NIGHT)  # and the worker is killed

    again = nightly.claim_slots(now=NIGHT + timedelta(minutes=3))
    at_four = nightly.claim_slots(now=NIGHT + timedelta(minutes=90))

    assert (len(again), len(at_four)) == (1, 0)


@pytest.mark.django_db
def test_a_night_freezes_every_open_deal_and_writes_no_reading_and_no_forecast(
    deal: Opportunity, alice: Membership
):
    close_opportunity(
        opportunity=open_deal(owner=alice),
        outcome=Outcome.LOST,
        closed_on=DAY,
        today=DAY,
        by=None,
        now=NOW,
    )
    before, chance = (readings(), forecasts()), outlook(deal)

    assert spend(night_of(NIGHT))

    row = Snapshot.objects.get()
    assert (row.opportunity_id, row.taken_on) == (deal.pk, date(2026, 5, 5))
    assert (row.amount, row.amount_spread) == (Decimal("148000"), 0.4)
    assert (row.rate_to_base, row.outcome) == (Decimal(1), "open")
    assert (readings(), forecasts()) == before
    now = outlook(deal)
    assert now["refreshed_at"] == NIGHT
    assert now["computed_at"] == chance["computed_at"]
    assert now["won_by_target_probability"] != chance["won_by_target_probability"]


@pytest.mark.django_db
def test_a_night_says_from_the_stored_readings_what_a_replay_says(
    ours: Workspace, deal: Opportunity
):
    spend(night_of(NIGHT))

    when = AsOf.of(ours, at=None, now=NIGHT)
    (replayed,) = outcomes_at(when, model=active_model())
    (frozen,) = stored_outcomes(AsOf.of(ours, at=NIGHT, now=NIGHT))

    assert frozen.curves.won == pytest.approx(replayed.curves.won, abs=1e-12)
    assert frozen.amount_range() == replayed.amount_range()


@pytest.mark.django_db
def test_a_night_reads_no_signal(deal: Opportunity, ours: Workspace):
    with CaptureQueriesContext(connection) as queries:
        freeze_deals([deal], model=active_model(), workspace=ours, now=NIGHT)

    assert not [each for each in queries if "readiness_signal" in each["sql"]]


@pytest.mark.django_db
@pytest.mark.parametrize("deals", [1, 3])
def test_the_queries_of_a_night_do_not_grow_with_its_deals(
    deal: Opportunity, ours: Workspace, deals: int
):
    for _each in range(deals - 1):
        make(open_deal(owner=deal.owner))
    all_of_them = list(Opportunity.objects.order_by("pk"))

    with CaptureQueriesContext(connection) as queries:
        freeze_deals(all_of_them, model=active_model(), workspace=ours, now=NIGHT)

    assert len(queries) == 17
    assert Snapshot.objects.count() == deals


@pytest.mark.django_db
def test_running_a_night_twice_changes_nothing(deal: Opportunity, ours: Workspace):
    slot = night_of(NIGHT)
    spend(slot)
    before = list(Snapshot.objects.values()), outlook(deal)

    later = NIGHT + timedelta(minutes=10)
    nightly.open_nights(now=later)
    claimed = [each.job for each in nightly.claim_slots(now=later)]
    spend(slot, now=later)
    freeze_deals([deal], model=active_model(), workspace=ours, now=later)

    assert claimed == [Job.PERIODS, Job.ACCURACY]
    assert (list(Snapshot.objects.values()), outlook(deal)) == before


@pytest.mark.django_db
def test_a_missed_night_stays_a_gap(deal: Opportunity):
    spend(night_of(NIGHT))
    for days in (1, 2):  # the worker was off until the second morning
        nightly.open_nights(now=NIGHT + timedelta(days=days, hours=6 * (2 - days)))
    (slot,) = ScheduleSlot.objects.filter(job=Job.NIGHT, done_at=None)

    spend(slot, now=NIGHT + timedelta(days=2))

    nights = Snapshot.objects.order_by("taken_on").values_list("taken_on", flat=True)
    assert list(nights) == [date(2026, 5, 5), date(2026, 5, 7)]


@pytest.mark.django_db
def test_a_long_night_is_cut_and_goes_on_where_it_stopped(
    deal: Opportunity, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(nightly, "DEALS_AT_ONCE", 1)
    for _each in range(2):
        make(open_deal(owner=deal.owner))
    slot = night_of(NIGHT)

    slow = count(step=nightly.BUDGET_SECONDS + 1)
    done = [spend(slot, clock=slow) for _turn in range(4)]

    assert done == [False, False, False, True]
    assert Snapshot.objects.count() == 3


# --- sums ---------------------------------------------------------------------------


def ask(deal: Opportunity, now: datetime = NOW) -> None:
    asking = begin_attempt(opportunity_id=deal.pk, now=now)
    answer_request(opportunity_id=deal.pk, asking_id=asking or deal.pk, now=now)


@pytest.mark.django_db
def test_many_recomputes_ask_once_for_the_sums_half_a_minute_later(deal: Opportunity):
    for seconds in range(5):
        ask(deal, NOW + timedelta(seconds=seconds))

    early = nightly.claim_slots(now=NOW + timedelta(seconds=29))
    (slot,) = nightly.claim_slots(now=NOW + timedelta(seconds=30))
    nightly.refresh_sums(slot_id=slot.pk, now=NOW)

    assert (early, slot.job) == ([], Job.PERIODS)
    assert not ScheduleSlot.objects.exists()
    # The workspace's and Alice's, of this quarter and of four to come.
    assert PeriodOutlook.objects.count() == 10


def this_quarter():
    return PeriodOutlook.objects.filter(starts_on__lte=DAY)


@pytest.mark.django_db
def test_sums_of_owners_add_up_to_teams_and_workspace(
    ours: Workspace, deal: Opportunity, alice: Membership, bob: Membership
):
    benelux = create_team()
    ghent = create_team(name="Ghent", parent=benelux)
    for member, team in ((alice, benelux), (bob, ghent)):
        TeamMember.objects.create(team=team, membership=member, part=TeamPart.MEMBER)
    for amount in ("1.01", "3.33"):
        make(open_deal(owner=bob, amount=Decimal(amount)))
    won = open_deal(owner=bob)
    close_opportunity(
        opportunity=won,
        outcome=Outcome.WON,
        closed_on=DAY,
        today=DAY,
        won_amount=Decimal("500"),
        by=None,
        now=NOW,
    )

    refresh_periods(workspace=ours, now=NOW)

    rows = {
        row.team.name if row.team else row.owner.name if row.owner else "all": row
        for row in this_quarter().select_related("team", "owner")
    }
    assert set(rows) == {"all", "Alice", "Bob", "Benelux", "Ghent"}
    assert rows["all"].mean == rows["Alice"].mean + rows["Bob"].mean
    assert rows["Benelux"].mean == rows["all"].mean
    assert rows["Ghent"].mean == rows["Bob"].mean
    assert rows["Bob"].won_so_far == rows["all"].won_so_far == Decimal("500")
    assert (rows["Bob"].open_count, rows["all"].open_count) == (2, 3)
    assert rows["all"].p10 <= rows["all"].p50 <= rows["all"].p90


@pytest.mark.django_db
def test_the_same_sums_have_the_same_digits_and_old_scopes_go(
    ours: Workspace, deal: Opportunity, alice: Membership, bob: Membership
):
    refresh_periods(workspace=ours, now=NOW)
    first = this_quarter().filter(owner=alice).values("p10", "p50", "p90").get()
    refresh_periods(workspace=ours, now=NOW + timedelta(seconds=1))
    again = this_quarter().filter(owner=alice).values("p10", "p50", "p90").get()

    Opportunity.objects.update(owner=bob)
    refresh_periods(workspace=ours, now=NOW + timedelta(seconds=2))

    assert first == again
    owners = PeriodOutlook.objects.filter(team=None).values_list("owner", flat=True)
    assert set(owners) == {None, bob.pk}


@pytest.mark.django_db
def test_sums_without_a_rate_are_refused_and_none_stand(
    ours: Workspace, deal: Opportunity, caplog: pytest.LogCaptureFixture
):
    refresh_periods(workspace=ours, now=NOW)
    make(open_deal(owner=deal.owner, currency="USD"))

    with caplog.at_level("WARNING", "forecasting.actions.periods"):
        refusals = refresh_periods(workspace=ours, now=NOW)

    assert refusals == ["There is no rate from USD to EUR on or before 2026-05-04."]
    assert not PeriodOutlook.objects.exists()
    assert "No sums for workspace" in caplog.text


@pytest.mark.django_db
def test_a_night_keeps_the_symptoms(deal: Opportunity):
    Outlook.objects.update(symptoms="S1")

    spend(night_of(NIGHT))

    assert outlook(deal)["symptoms"] == "S1"
