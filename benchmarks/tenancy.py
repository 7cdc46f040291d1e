"""What the nets cost: the guard and the binding per query, the workspace per request.

Every figure stands beside the same work without the net, measured in turns.
"""

import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction
from uuid_utils.compat import uuid7

from accounts import tenancy
from accounts.database import compiler
from accounts.fields import WorkspaceForeignKey
from accounts.models import Membership, Role, Workspace
from accounts.tenancy.guard import guard, unguarded
from opportunities.models import Company, Opportunity

ROUNDS = 30
ROWS = 2_000


def run() -> dict[str, float]:
    place = make_rows()
    company = some_company(place)
    return {
        **guard_alone(place),
        **queries(place, company),
        **opening(place),
    }


def make_rows() -> Workspace:
    now = datetime.now(UTC)
    place = Workspace.objects.create(slug=uuid7().hex, name="Bench", created_at=now)
    owner = Membership.objects.create(
        workspace=place, name="Alice", roles=[Role.REP], created_at=now
    )
    with tenancy.workspace(place):
        companies = Company.objects.bulk_create(
            Company(name=f"Company {number}") for number in range(ROWS)
        )
        Opportunity.objects.bulk_create(
            Opportunity(name="Deal", company=own, owner=owner, opened_on=now.date())
            for own in companies
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return place


def some_company(place: Workspace) -> Company:
    with tenancy.workspace(place):
        return Company.objects.order_by("name")[0]


def in_turns(works: dict[str, Callable[[], Any]], *, repeats: int) -> dict[str, float]:
    """Microseconds of each, the least of the rounds in which each had its turn.

    The least, because other processes only ever add. What is called "bare" runs
    without guard and binding.
    """
    times: dict[str, list[float]] = {name: [] for name in works}
    for _round in range(ROUNDS):
        for name, work in works.items():
            with bare_django() if name == "bare" else nullcontext():
                start = time.perf_counter()
                for _repeat in range(repeats):
                    work()
                spent = time.perf_counter() - start
            times[name].append(spent / repeats * 1e6)
    return {name: min(each) for name, each in times.items()}


def guard_alone(place: Workspace) -> dict[str, float]:
    """The execute wrapper around nothing at all."""
    seen = "SELECT name FROM opportunities_company WHERE name = %s"
    context = {"connection": connection}
    numbers = itertools.count()

    def nothing(*_given: Any) -> None:
        return None

    def of_new_text() -> str:
        return f"SELECT {next(numbers)} FROM opportunities_company WHERE name = %s"  # noqa: S608 -- a number

    with tenancy.workspace(place):
        figures = in_turns(
            {
                "none": lambda: nothing(seen, None, False, context),  # noqa: FBT003
                "seen": lambda: guard(nothing, seen, None, False, context),  # noqa: FBT003
                "text": of_new_text,
                "new": lambda: guard(nothing, of_new_text(), None, False, context),  # noqa: FBT003
            },
            repeats=2_000,
        )
    return {
        "guard, SQL seen before, us": figures["seen"] - figures["none"],
        "guard, new SQL, us": figures["new"] - figures["text"],
    }


@contextmanager
def bare_django() -> Iterator[None]:
    """Take the guard, the compiler's binding and the joins' away."""
    bind, joins = compiler.bind, WorkspaceForeignKey.get_extra_restriction
    compiler.bind = lambda *_given: None
    WorkspaceForeignKey.get_extra_restriction = lambda *_given: None  # type: ignore[method-assign]
    try:
        with unguarded(connection):
            yield
    finally:
        compiler.bind = bind
        WorkspaceForeignKey.get_extra_restriction = joins  # type: ignore[method-assign]


def queries(place: Workspace, company: Company) -> dict[str, float]:
    joined = Opportunity.objects.select_related("company", "owner")

    def compiled(queryset: Any) -> Callable[[], Any]:
        return lambda: queryset.all().query.get_compiler("default").as_sql()

    works: dict[str, Callable[[], Any]] = {
        "compiling a get": compiled(Company.objects.filter(pk=company.pk)),
        "compiling a list with two joins": compiled(joined.order_by("name")),
        "get": lambda: Company.objects.get(pk=company.pk),
        "count of 2,000": Company.objects.count,
        "list of 50 with two joins": lambda: list(joined.order_by("pk")[:50]),
        "update": lambda: Company.objects.filter(pk=company.pk).update(version=2),
    }
    figures: dict[str, float] = {}
    with tenancy.workspace(place):
        for name, work in works.items():
            both = in_turns({"with": work, "bare": work}, repeats=20)
            figures[f"{name}, us"] = both["with"]
            figures[f"{name}, times bare Django"] = both["with"] / both["bare"]
    return figures


def opening(place: Workspace) -> dict[str, float]:
    def ask() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")

    def in_a_transaction() -> None:
        with transaction.atomic():
            ask()

    def in_a_workspace() -> None:
        with tenancy.workspace(place):
            ask()

    works = {"plain": ask, "atomic": in_a_transaction, "workspace": in_a_workspace}
    figures = in_turns(works, repeats=20)
    return {
        "SELECT 1, us": figures["plain"],
        "SELECT 1 in a transaction, us": figures["atomic"],
        "SELECT 1 in a workspace, us": figures["workspace"],
        "opening a workspace, us": figures["workspace"] - figures["plain"],
        "of it SET LOCAL and bookkeeping, us": figures["workspace"] - figures["atomic"],
        "workspace, times a transaction": figures["workspace"] / figures["atomic"],
    }
