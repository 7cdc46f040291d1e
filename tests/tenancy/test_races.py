"""Many at once: nobody sees another's rows, nobody writes twice."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from accounts.models import Workspace
from accounts.tenancy import workspace
from opportunities.models import Company
from stakeholders.actions.acts import send_quote
from stakeholders.models import Quote
from tests.factories import (
    DAY,
    NOW,
    create_company,
    create_membership,
    create_opportunity,
    create_workspace,
)
from tests.tenancy.world import Tag

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(work: Callable[[int], Any], *, threads: int) -> list[Any]:
    """Run `work` in threads that start together, each with a connection of its own."""
    start = threading.Barrier(threads)

    def run(number: int) -> Any:
        start.wait(timeout=10)
        try:
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(threads)))


def test_get_or_create_makes_one_row(committed: Workspace):
    def work(number: int) -> None:
        for name in range(10):
            with workspace(committed):
                Tag.objects.get_or_create(name=f"tag {name}")

    at_once(work, threads=4)

    with workspace(committed):
        assert Tag.objects.count() == 10


def test_interleaved_threads_see_their_own_workspace_only():
    places = [create_workspace(slug=f"place-{number}") for number in range(20)]
    for place in places:
        with workspace(place):
            create_company(name=place.slug)

    def work(number: int) -> set[tuple[str, str]]:
        seen = set()
        for turn in range(40):
            place = places[(number * 7 + turn * 3) % len(places)]
            with workspace(place):
                seen |= {
                    (place.slug, company.name) for company in Company.objects.all()
                }
        return seen

    seen: set[tuple[str, str]] = set().union(*at_once(work, threads=4))

    assert seen == {(place.slug, place.slug) for place in places}


def test_quotes_sent_at_once_get_versions_of_their_own(committed: Workspace):
    with workspace(committed):
        deal = create_opportunity(owner=create_membership(workspace=committed))

    def work(number: int) -> None:
        with workspace(committed):
            send_quote(
                opportunity=deal,
                total=Decimal(1000 + number),
                currency="EUR",
                sent_on=DAY,
                by=None,
                now=NOW,
            )

    at_once(work, threads=4)

    with workspace(committed):
        versions = Quote.objects.order_by("number").values_list("number", flat=True)
        assert list(versions) == [1, 2, 3, 4]
