"""What moves a reading or a forecast, and what never may."""

from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Membership, start_of
from accounts.tenancy import AppendOnly
from forecasting.models import Forecast
from forecasting.queries.deal import deal_of
from forecasting.queries.forecasted import compute
from opportunities.actions import change_opportunity
from opportunities.models import Opportunity, SellerForecast, StageChange
from readiness.actions.human import confirm_phase, override_phase
from readiness.actions.interactions import (
    Contact,
    Did,
    Said,
    Took,
    correct_signal,
    log_interaction,
    retract_signal,
)
from readiness.engine import records
from readiness.engine.replay import replay
from readiness.models import PhaseReading, Signal
from readiness.queries.models import active_model
from readiness.queries.reading import read_people
from stakeholders.models import ANCHORS
from tests.factories import DAY, NOW, give_defaults
from tests.recompute.build import (
    JOINED,
    ZONE,
    days_ago,
    forecasts,
    last_reading,
    make,
    open_deal,
    outlook,
    readings,
    say,
    seat,
)

CODES = ("B03", "B08", "B13", "B18", "B27", "B35", "B39", "B02", "B24")


@pytest.fixture
def deal(alice: Membership) -> Opportunity:
    give_defaults()
    deal = open_deal(owner=alice)
    karel = seat(deal)
    seat(deal, "Jan", roles=("economic_buyer",))
    say(karel, "B03", "B13", at=days_ago(20))
    say(karel, "B18", at=days_ago(5))
    make(deal)
    return deal


def everything(deal):
    cache = {k: v for k, v in outlook(deal).items() if k not in {"refreshed_at"}}
    return readings(), forecasts(), cache


@pytest.mark.claim(20)
@pytest.mark.django_db
def test_ten_seller_actions_change_no_bit(deal: Opportunity):
    before, karel = everything(deal), deal.stakeholders.order_by("pk")[0]

    for number in range(10):
        log_interaction(
            opportunity=deal,
            contact=Contact(
                occurred_at=days_ago(2),
                channel="meeting",
                parts=[Took(karel)],
                actions=[Did(f"A{number % 8 + 1:02}", [karel])],
            ),
            zone=ZONE,
            by=deal.owner,
            now=NOW,
        )
    make(deal)

    assert everything(deal) == before


@pytest.mark.claim(20)
@pytest.mark.django_db
def test_nothing_the_seller_types_changes_a_bit(deal: Opportunity):
    before = everything(deal)

    for number in range(5):
        when = days_ago(number)
        StageChange.objects.create(
            opportunity=deal, stage=f"Stage {number}", changed_at=when
        )
        SellerForecast.objects.create(
            opportunity=deal,
            set_at=when,
            probability=number / 5,
            close_on=DAY + timedelta(days=number),
        )
    for person in deal.stakeholders.all():
        override_phase(
            stakeholder=person,
            anchor="commitment",
            reason="A nod.",
            set_at=days_ago(1),
            today=DAY,
            by=deal.owner,
            now=NOW,
        )
    make(deal)

    assert everything(deal) == before


@pytest.mark.django_db
def test_an_amount_changes_the_outlook_and_no_curve(deal: Opportunity):
    before = forecasts()

    change_opportunity(
        opportunity=deal,
        values={"amount": Decimal("1")},
        version=deal.version,
        by=deal.owner,
        now=NOW,
    )
    make(deal)

    assert forecasts() == before
    assert outlook(deal)["amount"] == Decimal("1")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        {"importance": "strategic"},
        {"buying_class": "straight_rebuy"},
        {"expected_group_size": 3},
    ],
    ids=str,
)
def test_what_a_deal_is_changes_its_forecast_even_without_people(
    alice: Membership, change: dict[str, Any]
):
    give_defaults()
    deal = open_deal(owner=alice)
    make(deal)

    change_opportunity(opportunity=deal, values=change, version=1, by=alice, now=NOW)
    make(deal)

    first, second = (row[1] for row in forecasts())
    assert first != second


@pytest.mark.django_db
def test_readings_and_forecasts_are_append_only(deal: Opportunity):
    for rows in (PhaseReading.objects, Forecast.objects):
        with pytest.raises(AppendOnly), transaction.atomic():
            rows.update(inputs_hash="")
        with pytest.raises(AppendOnly), transaction.atomic():
            rows.all().delete()


@pytest.mark.django_db
def test_a_confirmation_is_evidence(deal: Opportunity):
    karel = deal.stakeholders.order_by("pk")[0]

    confirm_phase(
        stakeholder=karel,
        anchor="commitment",
        confirmed_at=days_ago(1),
        by=deal.owner,
        now=NOW,
    )
    make(deal)

    assert last_reading(karel).probabilities[-1] > 0.5


# A history: each step logs a signal some days ago, corrects one, or takes one back.
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("log"), st.sampled_from(CODES), st.integers(0, 60)),
        st.tuples(st.just("correct"), st.sampled_from(CODES), st.integers(0, 9)),
        st.tuples(st.just("retract"), st.none(), st.integers(0, 9)),
        st.tuples(st.just("confirm"), st.sampled_from(ANCHORS), st.integers(0, 60)),
    ),
    min_size=1,
    max_size=7,
)


class Undone(Exception):
    pass


@pytest.mark.django_db
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS)
def test_any_history_gives_what_a_full_replay_gives(
    alice: Membership, steps: list[Any]
):
    with suppress(Undone), transaction.atomic():
        live_through(alice, steps)
        raise Undone


def live_through(owner: Membership, steps: list[Any]) -> None:
    give_defaults()
    deal = open_deal(owner=owner)
    karel = seat(deal)
    for step in steps:
        live(karel, step)
        make(deal)  # after each step: whatever was logged late meets what was stored
    assert_replayed(karel)


def live(person, step) -> None:
    what, word, number = step
    standing = list(Signal.objects.standing().order_by("pk"))
    if what == "log":
        say(person, word, at=days_ago(number))
    elif what == "confirm":
        confirm_phase(
            stakeholder=person,
            anchor=word,
            confirmed_at=days_ago(number),
            by=None,
            now=NOW,
        )
    elif standing:
        signal = standing[number % len(standing)]
        if what == "retract":
            retract_signal(signal=signal, by=None, now=NOW)
        else:
            correct_signal(signal=signal, said=Said(word), by=None, now=NOW)


def assert_replayed(person) -> None:
    model, deal = active_model(), person.opportunity
    facts = [
        records.Signal(at=row.occurred_at.timestamp(), code=row.code)
        for row in Signal.objects.standing()
    ] + [
        records.Confirmation(at=row.confirmed_at.timestamp(), anchor=row.anchor)
        for row in person.confirmations.standing()
    ]
    wanted = replay(
        facts,
        model=model.engine,
        joined_at=start_of(JOINED, ZONE).timestamp(),
        as_of=NOW.timestamp(),
    )
    if PhaseReading.objects.exists():
        stored = last_reading(person)
        assert stored.probabilities == list(wanted.state.probabilities)
        assert stored.signal_count == wanted.signals
    else:
        assert wanted.is_unknown
    read = read_people([deal], model=model, zone=ZONE, now=NOW)[deal.pk]
    workspace = deal.owner.workspace
    gathered = deal_of(
        opportunity=deal, read=read, model=model, workspace=workspace, now=NOW
    )
    made = compute(gathered, model=model).forecast.curves.final
    stored_row = Forecast.objects.order_by("-pk")[0]
    assert stored_row.won == made.won.tolist()
