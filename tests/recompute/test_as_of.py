"""As of T: what was logged by then and not retracted by then, by the present's own path."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Membership, Workspace, end_of, start_of
from forecasting.models import Forecast
from forecasting.queries.as_of import outcomes_at, stored_outcomes
from forecasting.queries.deal import deal_of
from opportunities.actions import retract_opportunity
from opportunities.models import Opportunity, Outcome
from readiness.actions.interactions import (
    Said,
    correct_signal,
    retract_interaction,
)
from readiness.models import PhaseReading, Signal
from readiness.queries.as_of import AsOf, beliefs, open_deals, stored_beliefs
from readiness.queries.models import active_model
from readiness.queries.reading import read_people
from stakeholders.actions.acts import send_quote, set_decision_date, set_file_item
from stakeholders.actions.outcomes import close_opportunity, reopen_opportunity
from stakeholders.actions.people import leave, set_roles
from tests.factories import NOW, give_defaults
from tests.recompute.build import (
    JOINED,
    OPENED,
    ZONE,
    days_ago,
    make,
    open_deal,
    say,
    seat,
)


@pytest.fixture
def deal(alice: Membership) -> Opportunity:
    give_defaults()
    return open_deal(owner=alice)


def at(ours: Workspace, moment: datetime | None) -> AsOf:
    return AsOf.of(ours, at=moment, now=NOW)


def counts(ours: Workspace, moment: datetime | None) -> list[int]:
    when = at(ours, moment)
    return [
        each.reading.signals
        for each in beliefs(open_deals(when), when=when, model=active_model())
    ]


def digits(ours: Workspace, moment: datetime | None) -> list[Any]:
    when = at(ours, moment)
    model = active_model()
    said = beliefs(open_deals(when), when=when, model=model)
    return [
        [(each.stakeholder.pk, each.reading.probabilities) for each in said],
        [
            (each.opportunity.pk, each.curves.won.tolist(), each.amount)
            for each in outcomes_at(when, model=model)
        ],
    ]


def gathered(ours: Workspace, deal: Opportunity, moment: datetime):
    model = active_model()
    read = read_people([deal], model=model, zone=ZONE, now=moment, known_at=moment)
    return deal_of(
        opportunity=deal,
        read=read[deal.pk],
        model=model,
        workspace=ours,
        now=moment,
        known_at=moment,
    )


@pytest.mark.django_db
def test_a_signal_counts_from_when_it_was_logged(ours: Workspace, deal: Opportunity):
    say(seat(deal), "B03", at=days_ago(20), logged_at=days_ago(5))

    logged = days_ago(5)

    assert counts(ours, logged - timedelta(microseconds=1)) == [0]
    assert counts(ours, logged) == [1]
    assert counts(ours, None) == [1]


@pytest.mark.django_db
def test_a_retracted_signal_counts_until_it_was_retracted(
    ours: Workspace, deal: Opportunity
):
    talk = say(seat(deal), "B03", "B04", at=days_ago(20))
    retract_interaction(interaction=talk, by=deal.owner, now=days_ago(2))

    assert counts(ours, days_ago(3)) == [2]
    assert counts(ours, days_ago(2)) == [0]
    assert counts(ours, None) == [0]


@pytest.mark.django_db
def test_a_corrected_signal_is_the_old_one_before(ours: Workspace, deal: Opportunity):
    say(seat(deal), "B03", at=days_ago(20))
    before = digits(ours, days_ago(3))
    correct_signal(
        signal=Signal.objects.get(), said=Said("B39"), by=deal.owner, now=days_ago(2)
    )

    assert digits(ours, days_ago(3)) == before
    assert digits(ours, days_ago(1)) != before
    assert counts(ours, days_ago(1)) == [1]


@pytest.mark.django_db
def test_a_decisive_future_signal_changes_nothing_earlier(
    ours: Workspace, deal: Opportunity
):
    karel = seat(deal)
    say(karel, "B03", at=days_ago(20))
    before = digits(ours, days_ago(10))

    say(karel, "B39", "B40", "B41", "B51", at=days_ago(9))
    send_quote(
        opportunity=deal,
        total=Decimal("9"),
        currency="EUR",
        sent_on=days_ago(9).date(),
        by=None,
        now=days_ago(9),
    )
    set_decision_date(
        opportunity=deal,
        decision_on=date(2026, 5, 20),
        set_at=days_ago(9),
        by=None,
        now=days_ago(9),
    )

    assert digits(ours, days_ago(10)) == before
    assert digits(ours, days_ago(8)) != before


@pytest.mark.django_db
def test_as_of_now_is_the_present(ours: Workspace, deal: Opportunity):
    karel = seat(deal)
    say(karel, "B03", "B27", at=days_ago(20))
    say(karel, "B08", at=days_ago(1))

    make(deal)

    now, present = digits(ours, NOW), digits(ours, None)
    assert now == present
    assert present[1][0][1] == Forecast.objects.get().won


@pytest.mark.django_db
def test_a_deal_is_absent_on_its_first_day_and_closed_on_its_last(
    ours: Workspace, deal: Opportunity
):
    closed = date(2026, 4, 20)
    close_opportunity(
        opportunity=deal,
        outcome=Outcome.WON,
        closed_on=closed,
        today=NOW.date(),
        by=None,
        now=NOW,
    )

    def is_open(moment: datetime) -> bool:
        return bool(open_deals(at(ours, moment)))

    assert not is_open(start_of(OPENED, ZONE))
    assert not is_open(end_of(OPENED, ZONE) - timedelta(microseconds=1))
    assert is_open(end_of(OPENED, ZONE))
    assert is_open(start_of(closed, ZONE) - timedelta(microseconds=1))
    assert not is_open(start_of(closed, ZONE))
    assert not is_open(NOW)


@pytest.mark.django_db
def test_an_imported_end_without_an_event_counts_from_its_day(
    ours: Workspace, deal: Opportunity
):
    Opportunity.objects.update(outcome=Outcome.LOST, closed_on=date(2026, 4, 20))

    assert open_deals(at(ours, start_of(date(2026, 4, 19), ZONE)))
    assert not open_deals(at(ours, start_of(date(2026, 4, 20), ZONE)))


@pytest.mark.django_db
def test_a_reopened_deal_was_closed_in_between(ours: Workspace, deal: Opportunity):
    days: dict[str, Any] = {"by": None, "now": NOW}
    close_opportunity(
        opportunity=deal,
        outcome=Outcome.LOST,
        closed_on=date(2026, 3, 2),
        today=NOW.date(),
        **days,
    )
    reopen_opportunity(opportunity=deal, reopened_on=date(2026, 4, 2), **days)

    states = [
        len(open_deals(at(ours, start_of(date(2026, month, 10), ZONE))))
        for month in (2, 3, 4)
    ]
    assert states == [1, 0, 1]


@pytest.mark.django_db
def test_a_deal_taken_back_was_there_until_then(ours: Workspace, deal: Opportunity):
    retract_opportunity(opportunity=deal, by=None, now=days_ago(2))

    assert len(open_deals(at(ours, days_ago(3)))) == 1
    assert open_deals(at(ours, days_ago(2))) == []
    assert open_deals(at(ours, None)) == []


@pytest.mark.django_db
def test_people_give_a_line_from_the_day_after_joining_to_the_day_before_leaving(
    ours: Workspace, deal: Opportunity
):
    left_on = date(2026, 4, 1)
    leave(stakeholder=seat(deal), left_on=left_on, by=None, now=NOW)

    assert counts(ours, start_of(JOINED, ZONE)) == []
    assert counts(ours, end_of(JOINED, ZONE)) == [0]
    assert counts(ours, start_of(left_on, ZONE) - timedelta(seconds=1)) == [0]
    assert counts(ours, start_of(left_on, ZONE)) == []


@pytest.mark.django_db
def test_a_successor_fills_the_seat_from_the_day_they_join(
    ours: Workspace, deal: Opportunity
):
    jan = seat(deal, "Jan", roles=("economic_buyer",))
    ruth = seat(deal, "Ruth", joined_on=date(2026, 4, 10))
    leave(stakeholder=jan, left_on=date(2026, 4, 1), successor=ruth, by=None, now=NOW)

    between = gathered(ours, deal, start_of(date(2026, 4, 5), ZONE)).people
    after = gathered(ours, deal, start_of(date(2026, 4, 12), ZONE)).people

    assert [(p.key, p.has_left) for p in between] == [(str(jan.pk), True)]
    assert [(p.key, p.has_left) for p in after] == [(str(ruth.pk), False)]


@pytest.mark.django_db
def test_a_deal_is_gathered_as_it_was(ours: Workspace, deal: Opportunity):
    karel, april = seat(deal, roles=("champion",)), date(2026, 4, 1)
    set_roles(
        stakeholder=karel, roles=["economic_buyer"], from_on=april, by=None, now=NOW
    )
    logged: dict[str, Any] = {"by": None, "now": start_of(april, ZONE)}
    send_quote(
        opportunity=deal,
        total=Decimal("90000"),
        currency="EUR",
        sent_on=april,
        **logged,
    )
    set_decision_date(
        opportunity=deal,
        decision_on=date(2026, 6, 30),
        set_at=logged["now"],
        **logged,
    )
    set_file_item(opportunity=deal, item=3, state="evidenced", seen_on=april, **logged)

    before = gathered(ours, deal, start_of(april, ZONE) - timedelta(seconds=1))
    after = gathered(ours, deal, start_of(april, ZONE) + timedelta(seconds=1))

    assert [(p.people[0].roles, p.amount.value) for p in (before, after)] == [
        (("champion",), Decimal("148000")),
        (("economic_buyer",), Decimal("90000")),
    ]
    assert before.target.basis == "period"
    assert (after.target.basis, after.target.on) == ("customer", date(2026, 6, 30))
    assert (before.evidenced_items, after.evidenced_items) == (0, 1)


@pytest.mark.django_db
def test_frozen_reads_what_was_stored_by_then(ours: Workspace, deal: Opportunity):
    karel = seat(deal)
    say(karel, "B03", at=days_ago(20))
    make(deal, now=days_ago(19))
    say(karel, "B27", at=days_ago(18), logged_at=days_ago(18))
    make(deal, now=days_ago(5))  # the worker was late

    def stored(moment: datetime):
        when = at(ours, moment)
        return stored_beliefs(open_deals(when), when=when, model=active_model())

    (then,), (now,) = stored(days_ago(6)), stored(days_ago(4))
    (replayed,) = beliefs([deal], when=at(ours, days_ago(4)), model=active_model())

    assert (then.reading.signals, now.reading.signals) == (1, 2)
    assert now.reading.probabilities == replayed.reading.probabilities
    (unheard,) = stored(days_ago(30))
    assert unheard.reading.is_unknown
    assert list(stored_outcomes(at(ours, days_ago(4)))) == []  # no night was frozen
    assert PhaseReading.objects.count() == 2
