"""Two who each hold what the other wants: PostgreSQL ends one, and the API says so."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from django.db import OperationalError, connection
from uuid_utils.compat import uuid7

from accounts.models import AuditEvent, RememberedAnswer, Team, User, Workspace
from accounts.tenancy import workspace
from opportunities.models import Company
from tests.api.conftest import ROOT
from tests.api.test_again import client_of, in_threads
from tests.api.test_hostile import assert_problem
from tests.factories import create_membership, create_team, create_user

pytestmark = pytest.mark.django_db(transaction=True)
TIMES = 5
WAITING_FOR_ME = """SELECT count(*) FROM pg_stat_activity
    WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid))"""


def hold(row: Any) -> None:
    type(row)._default_manager.select_for_update(of=("self",)).get(pk=row.pk)


@contextmanager
def in_the_way(ours: Workspace, *, of: Any, wants: Any) -> Iterator[list[str]]:
    """Another transaction: it holds one row, and wants the other once it is waited for.

    Who began to wait first looks for a circle first, finds it, and is ended: the caller.
    It yields the names of the rows that the other one held in the end; none when a busy
    machine let the other one look first. Then it is tried once more.
    """
    held, got = threading.Event(), list[str]()

    def other() -> None:
        with workspace(ours):
            hold(of)
            held.set()
            until = time.monotonic() + 20
            while not _is_waited_for():
                assert time.monotonic() < until, "nobody came"
            hold(wants)
            got.extend([of.name, wants.name])

    def one_of_two() -> None:
        with suppress(OperationalError):
            in_threads([other], at_once=1)

    thread = threading.Thread(target=one_of_two)
    thread.start()
    assert held.wait(10)
    yield got
    thread.join(20)


def _is_waited_for() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(WAITING_FOR_ME)
        return bool(cursor.fetchone()[0])


@pytest.fixture
def send(committed: Workspace) -> Callable[..., Any]:
    client, headers = client_of(committed)

    def send(method: str, path: str, body: Any, **more: str) -> Any:
        return getattr(client, method)(
            ROOT + path,
            body,
            content_type="application/json",
            headers=headers | more,
        )

    return send


def two_teams(ours: Workspace) -> list[Team]:
    with workspace(ours):
        return [create_team(name=str(uuid7())) for _team in range(2)]


def trail(ours: Workspace) -> list[str]:
    with workspace(ours):
        return list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))


def test_a_change_that_met_another_is_a_conflict_and_changes_nothing(
    committed: Workspace, send: Callable[..., Any]
):
    for _time in range(TIMES):
        mine, other = two_teams(committed)
        path, before = f"teams/{mine.pk}", trail(committed)
        with in_the_way(committed, of=other, wants=mine) as got:
            met = send(
                "patch", path, {"name": f"New {mine.pk}"}, **{"If-Match": '"v1"'}
            )
        if got:
            break

    assert got == [other.name, mine.name]  # nobody else was refused
    assert_problem(met, 409)
    assert trail(committed) == before
    again = send("patch", path, {"name": "New"}, **{"If-Match": '"v1"'})
    assert (again.status_code, again.json()["name"]) == (200, "New")


def test_a_form_that_met_another_is_told_so_and_changes_nothing(
    committed: Workspace, send: Callable[..., Any], client: Any
):
    client.force_login(User.objects.get())
    for _time in range(TIMES):
        mine, other = two_teams(committed)
        before = trail(committed)
        address = f"/w/{committed.slug}/teams/{mine.pk}/edit"
        typed = {"name": f"New {mine.pk}", "version": "1"}
        with in_the_way(committed, of=other, wants=mine) as got:
            met = client.post(address, typed)
        if got:
            break

    assert got
    assert met.status_code == 409
    assert "Go back: what you typed is still there." in met.content.decode()
    assert trail(committed) == before
    assert client.post(address, typed).status_code == 303


def test_an_act_that_met_another_may_be_sent_again_under_its_key(
    committed: Workspace, send: Callable[..., Any]
):
    def place() -> Any:
        body = {"member": str(member.pk)}
        return send("post", f"teams/{team.pk}/place", body, **{"Idempotency-Key": key})

    for key in map(str, range(TIMES)):
        team, _other = two_teams(committed)
        with workspace(committed):
            user = create_user(email=f"els{key}@example.com")
            member = create_membership(user=user)
        before = trail(committed)
        with in_the_way(committed, of=member, wants=team) as got:
            met = place()
        if got:
            break

    assert got
    assert_problem(met, 409)
    with workspace(committed):
        assert not team.places.exists()
        assert not RememberedAnswer.objects.filter(key=key).exists()
    assert trail(committed) == before
    again = place()
    assert again.json()["members"] == [str(member.pk)]
    assert "Idempotency-Replayed" not in again.headers


@pytest.mark.parametrize("is_atomic", [True, False], ids=["all or none", "each"])
def test_of_a_batch_the_item_that_met_another_is_refused(
    committed: Workspace, send: Callable[..., Any], *, is_atomic: bool
):
    query = "?atomic=true" if is_atomic else ""
    for source in map(str, range(TIMES)):
        called = [{"name": n, "source": source, "external_id": n} for n in "ab"]
        with workspace(committed):
            first, second = [Company.objects.create(**each) for each in called]
        items = [each | {"name": f"new {each['name']}"} for each in called]
        with in_the_way(committed, of=second, wants=first) as got:
            met = send("post", f"companies/batch{query}", {"items": items})
        if got:
            break

    assert got
    with workspace(committed):
        rows = Company.objects.filter(source=source).order_by("name")
        names = list(rows.values_list("name", flat=True))
    if is_atomic:
        assert_problem(met, 409)
        assert met.json()["errors"][0]["field"] == "items[1]"
        assert names == ["a", "b"]
    else:
        statuses = [each["status"] for each in met.json()["results"]]
        assert (met.status_code, statuses) == (207, [200, 409])
        assert names == ["b", "new a"]
