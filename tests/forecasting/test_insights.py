"""What happened to deals and people: computed with the scores, shown with its n."""

from datetime import date, timedelta
from itertools import repeat
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Membership, Workspace
from forecasting.actions.accuracy import ask_for_accuracy, spend_on_accuracy
from forecasting.models import AccuracyReport
from forecasting.queries.backtest import CURVE_WEEKS, Replayed
from forecasting.queries.insights import (
    FEWEST,
    Course,
    courses_of,
    insights_of,
)
from forecasting.queries.lives import lives_of
from opportunities.models import Job, ScheduleSlot
from readiness.queries.models import active_model
from tests.factories import NOW, create_opportunity, give_defaults
from tests.recompute.build import days_ago, open_deal, say, seat

HERE = reverse("forecasting:insights", kwargs={"slug": "ours"})
T = date(2025, 6, 1)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(ours: Workspace, time_machine):
    give_defaults()
    time_machine.move_to(NOW, tick=False)


def early(deal, on: date = T, *, place: int = 0, stage: str = "") -> Replayed:
    mix = tuple(float(n == place) for n in range(7))
    return Replayed(
        opportunity_id=deal,
        on=on,
        ours=0.2,
        is_won=False,
        is_closed=False,
        stage=stage,
        seller=None,
        interactions=1,
        is_heard=True,
        mix=mix,
        curve=((0.0, *[0.3] * 8), (0.0, *[0.2] * 8), (0.0, *[0.1] * 8)),
    )


def made_of(rows, courses, **options):
    return insights_of(
        rows,
        courses=courses,
        lives=options.get("lives", {}),
        horizon=90,
        model=active_model(),
    )


def ids(count: int, alice: Membership) -> list[Any]:
    return [create_opportunity(owner=alice, name=f"D{n}").pk for n in range(count)]


def test_curves_count_open_deals_for_as_long_as_they_were_watched(ours, alice):
    deals = ids(FEWEST, alice)
    ends = ["won"] * 5 + ["lost"] * 5 + ["withdrawn"] * 5 + ["open"] * 5
    courses = {
        deal: Course(alice.pk, end, None if end == "open" else T + timedelta(days=50))
        for deal, end in zip(deals, ends, strict=True)
    }

    early_band, middle, late = made_of(rows_at(deals), courses)["bands"]

    assert (early_band["n"], middle["n"], late["n"]) == (FEWEST, 0, 0)
    assert early_band["came"] == {"won": 5, "lost": 5, "no_decision": 0}
    assert early_band["weeks"] == [0, 6, 12]
    assert early_band["at_risk"] == [20, 20, 5]
    value, low, high = early_band["ends"]["won"][-1]
    assert value == 0.25
    assert low < value < high
    assert early_band["ends"]["won"][0] == [0.0, 0.0, 0.0]
    assert early_band["model"]["ends"]["won"][1] == 0.3
    assert early_band["model"]["weeks"] == list(CURVE_WEEKS)


def rows_at(deals, **options) -> list[Replayed]:
    return [early(deal, **options) for deal in deals]


def test_a_deal_counts_once_in_each_band_from_its_first_day_there(ours, alice):
    deals = ids(FEWEST, alice)
    courses = {d: Course(alice.pk, "won", T + timedelta(days=80)) for d in deals}
    later = T + timedelta(days=30)

    rows = [
        *rows_at(deals),
        *rows_at(deals, on=later),
        *rows_at(deals, on=later, place=5),
    ]
    bands = made_of(rows, courses)["bands"]

    assert [band["n"] for band in bands] == [FEWEST, 0, FEWEST]
    # Eighty days from the first day there, fifty from the first day in the late band.
    assert bands[0]["ends"]["won"][-1][0] == 0.0
    assert bands[0]["weeks"][-1] == 6
    assert bands[2]["weeks"][-1] == 6


def test_below_the_minimum_no_curve_is_told(ours, alice):
    deals = ids(3, alice)
    courses = {deal: Course(alice.pk, "open", None) for deal in deals}

    told = made_of(rows_at(deals, stage="Proposal"), courses)

    assert "weeks" not in told["bands"][0]
    assert told["bands"][0]["n"] == 3
    assert "median" not in told["dwell"][0]
    assert told["stages"] == [
        {"stage": "Proposal", "n": 3, "phases": [3, 0, 0, 0, 0, 0, 0]}
    ]
    assert told["mix"] == [{"on": "2025-06-01", "n": 3, "shares": [1.0, *[0.0] * 6]}]


def test_stays_are_read_from_what_was_heard(ours, alice):
    deal = open_deal(owner=alice)
    person = seat(deal)
    say(person, "B01", "B02", at=days_ago(200))
    say(person, "B13", "B17", "B09", at=days_ago(120))
    say(person, "B43", "B38", "B40", at=days_ago(60))

    (life,) = lives_of(
        [early(deal.pk)], model=active_model(), workspace=ours, now=NOW
    ).values()

    assert [round(stay.days) for stay in life.stays] == [60, 60]
    assert life.stays[-1].move is None
    assert courses_of([deal.pk])[deal.pk].end == "open"


@pytest.mark.claim(17, 26, 42)
def test_the_report_holds_them_and_the_page_shows_them(as_alice, ours, alice):
    for n in range(3):
        deal = open_deal(owner=alice, name=f"Deal {n}")
        person = seat(deal, f"Ruth {n}")
        say(person, "B13", at=days_ago(130))
        say(person, "B17", at=days_ago(2))
    ask_for_accuracy(workspace=ours, now=NOW)
    while ScheduleSlot.objects.filter(job=Job.ACCURACY).exists():
        slot = ScheduleSlot.objects.get(job=Job.ACCURACY)
        spend_on_accuracy(slot_id=slot.pk, now=NOW, clock=repeat(0.0))

    page = as_alice.get(HERE).content.decode()

    told = AccuracyReport.objects.get().body["insights"]
    assert told["deals"] == 3
    assert "Not enough evidence: a curve is drawn from 20 deals on." in page
    assert "Where buyers of open deals stood" in page
    assert "No stages were imported" in page


def big(alice: Membership, count: int) -> AccuracyReport:
    deals = ids(count, alice)
    courses = {d: Course(alice.pk, "won", T + timedelta(days=80)) for d in deals}
    return AccuracyReport.objects.create(
        asked_at=NOW,
        computed_at=NOW,
        horizon_days=90,
        every_days=30,
        model_version="default-1",
        map_version="expert-map-1",
        body={
            "replay": None,
            "drift": [],
            "insights": made_of(rows_at(deals), courses),
            "teams": [],
        },
    )


def test_a_curve_is_drawn_with_its_table(as_alice, alice):
    big(alice, FEWEST)

    response = as_alice.get(HERE)
    page = response.content.decode()

    assert response.context["bands"][0]["chart"]["ends"][0]["key"] == "won"
    assert 'id="band-early-data"' in page
    assert "The same as a table" in page
    # The dashed line between week 0 and week 6 of what was kept.
    assert response.context["bands"][0]["lines"][1]["ends"][0]["model"] == 0.3


def test_nothing_computed_says_so(as_alice):
    page = as_alice.get(HERE).content.decode()

    assert "Not computed yet" in page
    assert "Compute the insights" in page


def test_who_sees_a_part_is_told_why_nothing_is_shown(as_bob, alice):
    big(alice, FEWEST)

    assert "Only for who sees all deals of a team" in as_bob.get(HERE).content.decode()


def test_it_costs_the_same_with_one_report_and_with_three(as_alice, alice, cost_of):
    big(alice, 1)
    one = cost_of(as_alice, HERE)
    for _again in range(2):
        big(alice, FEWEST)

    assert len(cost_of(as_alice, HERE)) == len(one)
