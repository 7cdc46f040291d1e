"""What happened in a deal: nothing is lost between two pages of it."""

import re
from datetime import datetime, timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership
from coaching.queries.timeline import SHOWN
from opportunities.models import Opportunity
from readiness.actions.interactions import retract_interaction
from stakeholders.actions.acts import send_quote, set_decision_date
from tests.factories import DAY, NOW, give_defaults
from tests.recompute.build import days_ago, make, open_deal, say, seat

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def deal(alice: Membership) -> Opportunity:
    give_defaults()
    return open_deal(owner=alice)


def look(client: Client, deal: Opportunity, query: str = "", **given: str) -> Any:
    address = reverse("coaching:opportunity", args=["ours", deal.pk])
    page = client.get(f"{address}{query}", given or None)
    assert page.status_code == 200
    return page.context["timeline"], page.content.decode()


def walk(client: Client, deal: Opportunity) -> list[Any]:
    """Every event, as one comes to them by following the link from page to page."""
    found, page = look(client, deal)
    events = list(found.events)
    for _ in range(9):
        link = re.search(r'rel="next" href="([^"#]+)#timeline"', page)
        if link is None:
            return events
        found, page = look(client, deal, unescape(link[1]))
        events += found.events
    raise AssertionError("the pages have no end")


def events_of(client: Client, deal: Opportunity, **given: str) -> Any:
    return look(client, deal, **given)[0].events


def kinds(events: Any) -> list[str]:
    return [each.kind for each in events]


@pytest.mark.parametrize("count", [SHOWN, SHOWN + 1, 2 * SHOWN + 1])
def test_every_talk_is_met_once(as_alice, deal, count):
    person = seat(deal)
    talks = [say(person, "B03", at=days_ago(day)).pk for day in range(1, count + 1)]

    assert [each.id for each in walk(as_alice, deal)] == talks


def test_talks_of_one_moment_are_not_lost_between_pages(as_alice, deal):
    """An import knows the day of a talk, not its hour."""
    person = seat(deal)
    noon = days_ago(3)
    talks = {say(person, "B03", at=noon).pk for _ in range(SHOWN + 3)}
    talks |= {say(person, "B03", at=days_ago(9)).pk for _ in range(3)}

    events = walk(as_alice, deal)

    assert {each.id for each in events} == talks
    assert len(events) == len(talks)


def test_what_one_talk_moved_stands_above_it(as_alice, deal):
    person = seat(deal)
    say(person, "B01", at=days_ago(20))
    make(deal, now=days_ago(20))
    say(person, "B13", "B14", "B08", at=days_ago(2))
    make(deal, now=days_ago(2))

    events = events_of(as_alice, deal)

    assert kinds(events) == ["phase", "talk", "talk"]
    assert (events[0].who, events[0].at) == ("Karel", events[1].at)
    assert not events[0].is_back
    assert events[0].before != events[0].after
    assert events[0].signal_count == 4


def test_quotes_and_dates_stand_where_they_happened(as_alice, alice, deal):
    person = seat(deal)
    say(person, "B03", at=days_ago(10))
    for days, later in ((8, 40), (2, 60)):
        set_decision_date(
            opportunity=deal,
            decision_on=DAY + timedelta(days=later),
            set_at=days_ago(days),
            moved_by=person,
            by=alice,
            now=NOW,
        )
    for days, change in ((9, "first"), (5, "scope"), (1, "scope")):
        send_quote(
            opportunity=deal,
            total=Decimal(1000),
            currency="EUR",
            sent_on=DAY - timedelta(days=days),
            change=change,
            by=alice,
            now=NOW,
        )

    events = events_of(as_alice, deal)

    assert kinds(events) == ["quote", "date", "quote", "date", "quote", "talk"]
    quotes = [each for each in events if each.kind == "quote"]
    assert [each.scope_changes for each in quotes] == [2, 1, 0]
    dates = [each for each in events if each.kind == "date"]
    assert [(each.who, each.line.moves) for each in dates] == [
        ("Karel", 1),
        ("Karel", 0),
    ]
    assert dates[0].line.before == DAY + timedelta(days=40)


def test_what_lies_between_two_pages_is_on_one_of_them(as_alice, alice, deal):
    person = seat(deal)
    for day in range(SHOWN + 2):
        say(person, "B03", at=days_ago(2 * day + 1))
    for days in (2, 2 * SHOWN, 2 * SHOWN + 2, 90):
        set_decision_date(
            opportunity=deal,
            decision_on=DAY + timedelta(days=100 - days),
            set_at=days_ago(days),
            by=alice,
            now=NOW,
        )

    events = walk(as_alice, deal)

    assert kinds(events).count("date") == 4
    assert kinds(events).count("talk") == SHOWN + 2
    moments = [each.at for each in events]
    assert moments == sorted(moments, reverse=True)


def test_what_was_taken_back_is_gone(as_alice, alice, deal):
    person = seat(deal)
    kept = say(person, "B03", at=days_ago(3))
    retract_interaction(
        interaction=say(person, "B13", at=days_ago(2)), by=alice, now=NOW
    )

    assert [each.id for each in events_of(as_alice, deal)] == [kept.pk]


@pytest.mark.parametrize(
    "before",
    [
        "nonsense",
        "2026-13-40T00:00:00+00:00",
        "2026-05-01",
        "2026-05-01T00:00:00",
        "\x00",
        "",
    ],
)
def test_a_page_that_begins_at_no_moment_is_the_first(as_alice, deal, before):
    talk = say(seat(deal), "B03", at=days_ago(3))

    assert [each.id for each in events_of(as_alice, deal, before=before)] == [talk.pk]


@pytest.mark.parametrize(
    ("before", "count"),
    [("0001-01-01T00:00:00+14:00", 0), ("9999-12-31T23:59:59-14:00", 1)],
)
def test_a_page_may_begin_at_the_ends_of_time(as_alice, deal, before, count):
    say(seat(deal), "B03", at=days_ago(3))

    assert len(events_of(as_alice, deal, before=before)) == count


def test_it_costs_the_same_for_one_talk_and_three(as_alice, cost_of, deal):
    person, page = seat(deal), reverse("coaching:opportunity", args=["ours", deal.pk])
    costs = []
    for number in range(3):
        say(person, "B03", "B13", at=days_ago(9 - number))
        make(deal, now=_later(number))
        costs.append(len(cost_of(as_alice, page)))

    assert costs[0] == costs[2] <= 18


def _later(seconds: int) -> datetime:
    return NOW + timedelta(seconds=seconds)
