"""A map of the workspace's own: offered by the report, put in force, and taken back."""

from datetime import date, timedelta

import numpy as np
import pytest
from django.urls import reverse

from accounts.models import AuditEvent, Membership, Workspace
from forecasting.actions.accuracy import (
    MAX_ATTEMPTS,
    ask_for_accuracy,
    ask_monthly,
    begin_accuracy,
    spend_on_accuracy,
)
from forecasting.actions.maps import activate_map, return_to_expert_map, try_map
from forecasting.engine.calibration import CalibrationMap, mapped_chance
from forecasting.models import (
    AccuracyReport,
    AccuracyRun,
    CalibrationVersion,
    Forecast,
    MapStatus,
    Snapshot,
)
from forecasting.queries.maps import EXPERT_MAP, active_map
from opportunities.models import Job, RecomputeRequest, ScheduleSlot
from tests.factories import NOW, create_opportunity, give_defaults
from tests.recompute.build import days_ago, make, open_deal, say, seat

HERE = reverse("forecasting:accuracy", kwargs={"slug": "ours"})
QUARTERS = (date(2024, 12, 31), date(2025, 3, 31), date(2025, 6, 30), date(2025, 9, 30))
TRUE = CalibrationMap(intercept=1.0, slope=1.2)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(ours: Workspace, time_machine):
    give_defaults()
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def nights(alice: Membership) -> None:
    """Ninety deals a quarter, frozen sixty days before its end; won as another map has it."""
    rng = np.random.default_rng(3)
    deals, snapshots = [], []
    for quarter in QUARTERS:
        for chance in rng.beta(1.2, 2.0, 90).tolist():
            is_won = rng.random() < mapped_chance(chance, calibration=TRUE)
            deal = create_opportunity(
                owner=alice,
                opened_on=quarter - timedelta(days=120),
                outcome="won" if is_won else "lost",
                closed_on=quarter - timedelta(days=5),
            )
            deals.append(deal)
            snapshots.append(_night(deal, quarter - timedelta(days=60), chance))
    Snapshot.objects.bulk_create(snapshots)


def _night(deal, on: date, chance: float) -> Snapshot:
    return Snapshot(
        opportunity=deal,
        taken_on=on,
        starts_at=NOW.replace(year=on.year, month=on.month, day=on.day),
        won=[0.0, *[float(mapped_chance(chance, calibration=CalibrationMap()))] * 78],
        lost=[0.0] * 79,
        no_decision=[0.0] * 79,
        model_won=[0.0, *[chance] * 14],
        file_factor=1.0,
        owner=deal.owner,
        outcome="open",
        model_version="default-1",
        map_version=EXPERT_MAP.version,
    )


def a_map(**values) -> CalibrationVersion:
    knots = [
        {"days": n, "intercept": 0.5, "slope": 1.0, "is_learned": True}
        for n in (30, 60, 90)
    ]
    fields = {
        "version": "map 2026-01-01",
        "status": MapStatus.OFFERED,
        "knots": knots,
        "floor": 0.005,
        "trials": [],
        "last_seen_on": date(2025, 12, 31),
        "created_at": NOW,
    }
    return CalibrationVersion.objects.create(**fields | values)


def test_a_map_that_foretold_later_nights_better_is_offered(ours, nights):
    told = try_map(workspace=ours, now=NOW)

    row = CalibrationVersion.objects.get()
    by_days = {trial["days"]: trial for trial in told["trials"]}
    assert (row.status, told["offered"]) == (MapStatus.OFFERED, row.version)
    assert row.last_seen_on == QUARTERS[-1]
    assert by_days[60]["verdict"] == "better"
    assert by_days[60]["scored"] == 360
    assert by_days[30]["verdict"] == by_days[90]["verdict"] == "not_enough_evidence"
    # Where nothing was learned the map in force stays.
    assert [knot["is_learned"] for knot in row.knots] == [False, True, False]
    assert row.knots[0]["intercept"] == EXPERT_MAP.at(30).intercept
    assert row.knots[1]["slope"] > 0.8


def test_an_offer_nobody_took_is_replaced_and_one_in_force_is_not(ours, nights, alice):
    try_map(workspace=ours, now=NOW)
    first = CalibrationVersion.objects.get()
    activate_map(row=first, by=alice, now=NOW)

    told = try_map(workspace=ours, now=NOW)

    # The same nights teach the same map, and that is in force.
    assert told["offered"] == ""
    assert CalibrationVersion.objects.get() == first


def test_a_map_in_force_is_what_a_forecast_is_told_with(ours, alice):
    deal = open_deal(owner=alice)
    say(seat(deal), "B13", "B17", at=days_ago(3))
    make(deal)
    before = Forecast.objects.get()

    activate_map(row=a_map(), by=alice, now=NOW)
    assert RecomputeRequest.objects.filter(opportunity_id=deal.pk).exists()
    make(deal)

    after = Forecast.objects.exclude(pk=before.pk).get()
    assert (before.map_version, after.map_version) == (
        EXPERT_MAP.version,
        "map 2026-01-01",
    )
    assert after.won[13] > before.won[13]
    assert sum(each.won[40] + each.lost[40] for each in (before, after)) < 2


def test_going_back_gives_the_old_digits(ours, alice):
    deal = open_deal(owner=alice)
    say(seat(deal), "B13", at=days_ago(3))
    make(deal)
    activate_map(row=a_map(), by=alice, now=NOW)
    make(deal)

    return_to_expert_map(by=alice, now=NOW)
    make(deal)

    first, _learned, last = Forecast.objects.order_by("computed_at", "id")
    assert last.won == first.won
    assert active_map() == EXPERT_MAP
    assert AuditEvent.objects.filter(verb="calibration_map.rolled_back").exists()


def test_a_replay_uses_no_map_that_saw_its_ends(ours, alice):
    activate_map(row=a_map(), by=alice, now=NOW)

    found = active_map()

    assert found.before(date(2025, 12, 31)) == EXPERT_MAP
    assert found.before(date(2026, 1, 1)) == found


def test_the_page_shows_maps_and_puts_one_in_force(as_alice, ours, nights):
    ask_for_accuracy(workspace=ours, now=NOW)
    while not spend_on_accuracy(
        slot_id=ScheduleSlot.objects.get(job=Job.ACCURACY).pk,
        now=NOW,
        clock=iter(lambda: 0.0, None),
    ):
        pass
    row = CalibrationVersion.objects.get()

    page = as_alice.get(HERE).content.decode()
    assert "better: offered" in page
    assert "not enough evidence: from 200 scored forecasts on" in page
    address = reverse("forecasting:map-activate", kwargs={"slug": "ours", "id": row.pk})
    assert as_alice.post(address).status_code == 303
    page = as_alice.get(HERE).content.decode()
    assert "learned from your own forecasts up to 30 Sep 2025" in page
    assert as_alice.post(reverse("forecasting:map-expert", args=["ours"])).status_code
    assert "expert default" in as_alice.get(HERE).content.decode()


def test_a_map_in_force_cannot_be_put_in_force_again(as_alice, alice, ours):
    row = a_map()
    activate_map(row=row, by=alice, now=NOW)
    address = reverse("forecasting:map-activate", kwargs={"slug": "ours", "id": row.pk})

    page = as_alice.post(address, follow=True).content.decode()

    assert "This map is in force already" in page
    assert AuditEvent.objects.filter(verb="calibration_map.activated").count() == 1


def test_a_scoring_that_always_fails_is_given_up_and_said_so(as_alice, ours):
    run = ask_for_accuracy(workspace=ours, now=NOW)
    slot = ScheduleSlot.objects.get(job=Job.ACCURACY)
    for _ in range(MAX_ATTEMPTS):
        assert begin_accuracy(slot_id=slot.pk, now=NOW)

    assert not begin_accuracy(slot_id=slot.pk, now=NOW)

    assert not ScheduleSlot.objects.filter(job=Job.ACCURACY).exists()
    assert "broke off three times" in as_alice.get(HERE).content.decode()
    ask_monthly(workspace=ours, now=NOW)  # no night tries it again by itself
    assert not ScheduleSlot.objects.filter(job=Job.ACCURACY).exists()
    ask_for_accuracy(workspace=ours, now=NOW)
    run.refresh_from_db()
    assert (run.attempts, run.given_up_at) == (0, None)
    assert AccuracyRun.objects.count() == 1
    assert not AccuracyReport.objects.exists()
