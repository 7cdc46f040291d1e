"""A list, a page and a search cost the same whatever they show."""

from typing import Any

import pytest

from stakeholders.actions.people import (
    add_stakeholder,
)
from tests.factories import NOW
from tests.lists.build import at, company, person
from tests.recompute.build import JOINED, make, open_deal, say, seat

pytestmark = pytest.mark.django_db


def busy(owner, number: int) -> tuple[Any, Any]:
    """A company with a deal, in which a person said something and was read."""
    delta = company(f"Delta {number}")
    deal = open_deal(owner=owner, name=f"Delta plan {number}", company=delta)
    here = seat(deal, f"Delvaux {number}")
    say(here, "B03")
    make(deal)
    return delta, here.person


PAGES = {
    "readiness:people": 10,
    "readiness:people?q=del": 10,
    "forecasting:companies": 8,
    "forecasting:companies?q=del": 8,
    "stakeholders:search?q=del": 8,
    "stakeholders:suggest?q=del": 7,
}


@pytest.mark.parametrize(("door", "statements"), PAGES.items())
def test_list_costs_the_same_with_one_and_with_three_rows(
    as_bob, bob, cost_of, door, statements
):
    name, _, query = door.partition("?")
    costs = []
    for numbers in ([1], [2, 3]):
        for number in numbers:
            busy(bob, number)
        costs.append(len(cost_of(as_bob, f"{at(name)}?{query}")))

    assert costs == [statements, statements]


@pytest.mark.parametrize(
    ("name", "statements"), [("readiness:person", 11), ("forecasting:company", 9)]
)
def test_page_costs_the_same_with_one_and_with_three_deals(
    as_bob, bob, cost_of, name, statements
):
    delta, karel = busy(bob, 1)
    path = at(name, id=(karel if name == "readiness:person" else delta).pk)
    costs = [len(cost_of(as_bob, path))]
    for number in (2, 3):
        deal = open_deal(owner=bob, name=f"More {number}", company=delta)
        again = add_stakeholder(
            opportunity=deal,
            person=karel,
            joined_on=JOINED,
            roles=["champion"],
            by=bob,
            now=NOW,
        )
        person(f"Colleague {number}", company=delta)
        say(again, "B03")
        make(deal)
    costs.append(len(cost_of(as_bob, path)))

    assert costs == [statements, statements]
