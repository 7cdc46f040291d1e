"""Whose time it was in a deal, from what is logged and planned."""

import re
from datetime import timedelta
from typing import Any

import pytest

from accounts.models import Membership
from opportunities.models import Opportunity, Outcome
from stakeholders.actions.acts import create_task, finish_task
from stakeholders.actions.outcomes import close_opportunity
from tests.factories import DAY, NOW, create_membership, give_defaults
from tests.recompute.build import days_ago, open_deal, say, seat

pytestmark = pytest.mark.django_db


@pytest.fixture
def deal(bob: Membership, time_machine: Any) -> Opportunity:
    time_machine.move_to(NOW, tick=False)
    give_defaults()
    return open_deal(owner=bob, opened_on=DAY - timedelta(days=100))


def told(client: Any, deal: Opportunity) -> tuple[list[str], list[str]]:
    """The sums, and the stretches, latest first."""
    page = client.get(f"/w/ours/opportunities/{deal.pk}/time").content.decode()
    sums = re.findall(r"<dt>([^<]*)</dt><dd>(\d+) days?", page)
    rows = re.findall(r'<td class="num">(\d+)</td><td>([^<]*)<', page)
    return [f"{n} {name}" for name, n in sums], [f"{n} {name}" for n, name in rows]


@pytest.mark.claim(40)
def test_days_are_split_by_whom_they_waited_on(as_bob: Any, deal: Opportunity):
    karel = seat(deal, joined_on=deal.opened_on)
    say(karel, "B01", at=days_ago(90), direction="outbound")
    say(karel, "B03", at=days_ago(60), direction="inbound")
    say(karel, "B04", at=days_ago(40))
    create_task(
        opportunity=deal,
        title="Send the criteria",
        due_on=DAY - timedelta(days=21),
        by=deal.owner,
        now=NOW,
    )

    sums, rows = told(as_bob, deal)

    assert rows == [
        "20 Waiting on us",  # late
        "20 Agreed time",
        "20 Waiting on us",  # they spoke last
        "30 Waiting on the buyer",
        "10 Nothing agreed",
    ]
    assert sums == [
        "40 Waiting on us",
        "30 Waiting on the buyer",
        "20 Agreed time",
        "10 Nothing agreed",
    ]


def test_a_step_that_was_done_late_is_over_then(as_bob: Any, deal: Opportunity):
    task = create_task(
        opportunity=deal,
        title="Call",
        due_on=DAY - timedelta(days=31),
        by=deal.owner,
        now=NOW,
    )
    finish_task(task=task, by=deal.owner, now=days_ago(10))

    assert told(as_bob, deal)[1] == [
        "10 Nothing agreed",
        "20 Waiting on us",
        "70 Agreed time",
    ]


def test_a_closed_deal_counts_until_its_end(as_bob: Any, deal: Opportunity):
    close_opportunity(
        opportunity=deal,
        outcome=Outcome.LOST,
        closed_on=DAY - timedelta(days=30),
        today=DAY,
        by=deal.owner,
        now=NOW,
    )

    assert told(as_bob, deal)[0][-1] == "70 Nothing agreed"


def test_a_deal_of_today_has_no_day_yet(as_bob: Any, deal: Opportunity):
    young = open_deal(owner=deal.owner, name="New", opened_on=DAY)

    page = as_bob.get(f"/w/ours/opportunities/{young.pk}/time").content.decode()

    assert "There is no day to count yet." in page


def test_of_a_deal_one_may_not_see_there_is_none(as_bob: Any, deal: Opportunity):
    hidden = open_deal(owner=create_membership(), name="Hers")

    assert as_bob.get(f"/w/ours/opportunities/{hidden.pk}/time").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_it_costs_the_same_whatever_was_said(
    as_bob: Any, deal: Opportunity, count: int, cost_of: Any
):
    karel = seat(deal, joined_on=deal.opened_on)
    for number in range(count):
        say(karel, "B01", at=days_ago(20 + number), direction="inbound")
        create_task(opportunity=deal, title="x", due_on=DAY, by=deal.owner, now=NOW)

    assert len(cost_of(as_bob, f"/w/ours/opportunities/{deal.pk}/time")) == 8
