"""A month of tasks, day by day."""

import re
from datetime import date
from typing import Any

import pytest

from accounts.models import Membership
from opportunities.models import Opportunity
from stakeholders.actions.acts import create_task, finish_task
from tests.factories import DAY, NOW, create_membership, give_defaults
from tests.recompute.build import open_deal, seat

pytestmark = pytest.mark.django_db

MONTH = "/w/ours/tasks/calendar"


@pytest.fixture(autouse=True)
def now(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def deal(bob: Membership) -> Opportunity:
    give_defaults()
    return open_deal(owner=bob)


def promise(deal: Opportunity, title: str, on: date | None, **fields: Any):
    return create_task(
        opportunity=deal, title=title, due_on=on, by=deal.owner, now=NOW, **fields
    )


def days_of(page: str) -> dict[str, list[str]]:
    """The titles of the tasks, by day."""
    cells = re.findall(r'<td class="[^"]*"[^>]*>(.*?)</td>', page, re.DOTALL)
    return {
        re.findall(r'datetime="([^"]*)"', cell)[0]: re.findall(
            r'class="name"[^>]*>([^<]*)<', cell
        )
        for cell in cells
    }


def test_a_task_stands_on_the_day_it_is_due(as_bob: Any, deal: Opportunity):
    promise(deal, "Call", DAY)
    promise(deal, "Plan", DAY.replace(day=28), stakeholder=seat(deal))
    promise(deal, "Later", DAY.replace(month=DAY.month + 1, day=28))
    promise(deal, "Some day", None)

    page = as_bob.get(MONTH).content.decode()

    days = days_of(page)
    assert days[DAY.isoformat()] == ["Call"]
    assert days[DAY.replace(day=28).isoformat()] == ["Plan"]
    assert [title for titles in days.values() for title in titles] == ["Call", "Plan"]
    assert "1 has no date." in page
    assert len(days) % 7 == 0


def test_another_month_is_asked_for_and_left_by_its_neighbours(
    as_bob: Any, deal: Opportunity
):
    promise(deal, "Renew", date(2027, 1, 15))

    page = as_bob.get(f"{MONTH}?month=2027-01&done=on").content.decode()

    assert days_of(page)["2027-01-15"] == ["Renew"]
    assert "?month=2026-12&amp;done=on" in page
    assert "?month=2027-02&amp;done=on" in page


@pytest.mark.parametrize("month", ["2027-13", "soon", "9999-12", "0001-01", "2027-1-1"])
def test_what_is_no_month_is_said_and_this_one_shown(
    as_bob: Any, deal: Opportunity, month: str
):
    promise(deal, "Call", DAY)

    page = as_bob.get(MONTH, {"month": month})

    assert page.status_code == 200
    assert days_of(page.content.decode())[DAY.isoformat()] == ["Call"]


def test_done_ones_and_those_of_others_on_asking(as_bob: Any, deal: Opportunity):
    done = promise(deal, "Sent", DAY)
    finish_task(task=done, by=deal.owner, now=NOW)
    ann = create_membership(name="Ann")
    promise(deal, "Call", DAY, owner=ann)

    def titles(**given: str) -> list[str]:
        page = as_bob.get(MONTH, given).content.decode()
        return days_of(page)[DAY.isoformat()]

    assert titles() == ["Call"]
    assert titles(done="on") == ["Call", "Sent"]
    assert titles(done="on", owner=str(ann.pk)) == ["Call"]


def test_tasks_of_deals_one_may_not_see_are_not_there(as_bob: Any, deal: Opportunity):
    promise(open_deal(owner=create_membership(), name="Hers"), "Hidden", DAY)

    assert days_of(as_bob.get(MONTH).content.decode())[DAY.isoformat()] == []


@pytest.mark.parametrize("count", [1, 3])
def test_it_costs_the_same_whatever_is_due(
    as_bob: Any, deal: Opportunity, count: int, cost_of: Any
):
    for number in range(count):
        promise(deal, f"Call {number}", DAY, stakeholder=seat(deal, f"K {number}"))

    assert len(cost_of(as_bob, MONTH)) == 8
