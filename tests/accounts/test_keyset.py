"""Pages by key: every row exactly once, whatever the order, and no cursor but ours."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import signing
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.http.keyset import SALT, page_of
from opportunities.models import Company, Opportunity
from tests.factories import DAY, create_company, create_opportunity

pytestmark = pytest.mark.django_db


def companies(*names: str) -> list[Company]:
    return [create_company(name=name) for name in names]


def names_of(page) -> list[str]:
    return [row.name for row in page.rows]


def walk(rows, *, by, size) -> list[list[Any]]:
    """The rows of all pages, page by page."""
    pages, cursor = [], ""
    while True:
        page = page_of(rows, by=by, size=size, cursor=cursor)
        pages.append(page.rows)
        cursor = page.next
        if not cursor:
            return pages


def test_pages_follow_each_other(ours):
    companies("Delta", "Alfa", "Echo", "Bravo", "Charlie")

    pages = walk(Company.objects.all(), by=["name"], size=2)

    assert [[row.name for row in rows] for rows in pages] == [
        ["Alfa", "Bravo"],
        ["Charlie", "Delta"],
        ["Echo"],
    ]


@pytest.mark.parametrize(("count", "more"), [(0, False), (2, False), (3, True)])
def test_only_a_page_that_is_not_the_last_has_a_cursor(ours, count, more):
    companies(*"abc"[:count])

    page = page_of(Company.objects.all(), by=["name"], size=2)

    assert bool(page.next) == more


def test_falling_column(ours):
    companies("Alfa", "Bravo", "Charlie")

    first = page_of(Company.objects.all(), by=["-name"], size=2)
    then = page_of(Company.objects.all(), by=["-name"], size=2, cursor=first.next)

    assert (names_of(first), names_of(then)) == (["Charlie", "Bravo"], ["Alfa"])


def test_same_names_are_told_apart_by_id(ours):
    rows = companies(*["Same"] * 5)

    pages = walk(Company.objects.all(), by=["name"], size=2)

    assert [row.pk for page in pages for row in page] == sorted(r.pk for r in rows)


def test_column_of_a_related_row(alice):
    for name in ("Zeta", "Alfa", "Alfa"):
        create_opportunity(owner=alice, name=name, company=create_company(name=name))

    pages = walk(
        Opportunity.objects.select_related("company"), by=["-company__name"], size=1
    )

    assert [row.name for page in pages for row in page] == ["Zeta", "Alfa", "Alfa"]


def test_row_that_goes_between_two_pages_moves_no_other(ours):
    rows = companies("Alfa", "Bravo", "Charlie")
    first = page_of(Company.objects.all(), by=["name"], size=2)

    rows[1].delete()

    after = page_of(Company.objects.all(), by=["name"], size=2, cursor=first.next)
    assert names_of(after) == ["Charlie"]


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "nonsense",
        "a:b:c",
        "é\x00:\ud800",
        signing.dumps([["name", "pk"], ["Bravo", "x"]], salt="another"),
        signing.dumps("short", salt=SALT),
        signing.dumps(7, salt=SALT),
        signing.dumps([["-name", "pk"], ["Bravo", "x"]], salt=SALT),
        signing.dumps([["name", "opened_on", "pk"], ["B", "x", "x"]], salt=SALT),
    ],
    ids=range(9),  # a signature tells the second it was made in
)
def test_cursor_that_is_not_of_this_list_is_none(ours, cursor):
    companies("Alfa", "Bravo", "Charlie")

    page = page_of(Company.objects.all(), by=["name"], size=2, cursor=cursor)

    assert names_of(page) == ["Alfa", "Bravo"]


def test_forged_cursor_is_none(ours):
    companies("Alfa", "Bravo", "Charlie")
    cursor = page_of(Company.objects.all(), by=["name"], size=2).next
    forged = ("B" if cursor[0] == "A" else "A") + cursor[1:]

    page = page_of(Company.objects.all(), by=["name"], size=2, cursor=forged)

    assert names_of(page) == ["Alfa", "Bravo"]


@pytest.mark.parametrize("other", [["-name"], ["name", "domain"], ["domain"]])
def test_cursor_of_another_order_is_none(ours, other):
    companies("Alfa", "Bravo", "Charlie")
    cursor = page_of(Company.objects.all(), by=other, size=1).next
    assert cursor

    page = page_of(Company.objects.all(), by=["name"], size=2, cursor=cursor)

    assert names_of(page) == ["Alfa", "Bravo"]


ORDERS = [
    ["name"],
    ["-name"],
    ["opened_on", "-name"],
    ["-opened_on", "name"],
    ["-opened_on", "amount"],
    ["-amount", "opened_on", "-name"],
]
DEALS = st.lists(
    st.tuples(
        st.sampled_from(["a", "A", "é", "e", "Z", "z z", "'", '"\\', "%", "ß", "日"]),
        st.integers(0, 2),
        st.sampled_from(["0", "0.01", "10", "9.5", "1000000"]),
    ),
    max_size=12,
)


@pytest.mark.parametrize("by", ORDERS, ids=" ".join)
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(deals=DEALS, size=st.integers(1, 5))
def test_every_row_is_on_one_page(alice, by, deals, size):
    with transaction.atomic():
        Opportunity.objects.bulk_create(
            Opportunity(
                owner=alice,
                name=name,
                opened_on=DAY + timedelta(days=days),
                amount=amount,
                currency="EUR",
            )
            for name, days, amount in deals
        )

        pages = walk(Opportunity.objects.all(), by=by, size=size)

        whole = list(Opportunity.objects.order_by(*by, "pk"))
        assert [row for page in pages for row in page] == whole
        assert all(len(page) == size for page in pages[:-1])
        transaction.set_rollback(True)
