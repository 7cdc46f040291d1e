"""Around every test: a workspace is open, the cast is ready, the network is off."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import tenancy
from accounts.models import Membership, Role, Workspace
from accounts.tenancy import inside
from tests.factories import create_membership, create_user, create_workspace
from tests.strict import strict


@pytest.fixture(autouse=True)
def ours(request: pytest.FixtureRequest) -> Iterator[Workspace | None]:
    """The workspace that is open around every test which touches the database."""
    marker = request.node.get_closest_marker("django_db")
    asked = set(request.fixturenames)
    commits = asked & {"transactional_db", "live_server"} or (
        marker and marker.kwargs.get("transaction")
    )
    if commits or not (marker or "db" in asked):  # real workers; engines, conventions
        yield None
        return
    request.getfixturevalue("db")
    cache.clear()  # limits of sign-in are counted there
    ours = create_workspace(slug="ours")
    with inside(connection, ours.pk):  # workspace() would forbid the door's durable one
        yield ours


@pytest.fixture(autouse=True)
def strictly() -> Iterator[None]:
    """Every statement says of which workspace; `tests.strict.unbound_sql` for the few."""
    with connection.execute_wrapper(strict):
        yield


@pytest.fixture
def committed(transactional_db: None) -> Workspace:
    """A workspace others can see: write inside `with workspace(committed):`."""
    return create_workspace(slug="committed")


class DoorClient(Client):
    """A request comes from outside: the workspace a test has open is shut meanwhile."""

    def request(self, **kwargs: Any) -> Any:
        if not connection.in_atomic_block:
            return super().request(**kwargs)
        with tenancy.inside(connection, None):
            return super().request(**kwargs)


@pytest.fixture
def client() -> DoorClient:
    return DoorClient(raise_request_exception=False)


@pytest.fixture
def alice(db: None, ours: Workspace) -> Membership:
    """Owner of the workspace: administrator and rep."""
    user = create_user(email="alice@example.com", name="Alice")
    return create_membership(workspace=ours, user=user, roles=(Role.ADMIN, Role.REP))


@pytest.fixture
def bob(db: None, ours: Workspace) -> Membership:
    """A rep of the same workspace."""
    user = create_user(email="bob@example.com", name="Bob")
    return create_membership(workspace=ours, user=user)


@pytest.fixture
def charlie(db: None, ours: Workspace) -> Membership:
    """Administrator of another workspace."""
    theirs = create_workspace(slug="theirs")
    user = create_user(email="charlie@example.com", name="Charlie")
    with inside(connection, theirs.pk):
        return create_membership(
            workspace=theirs, user=user, roles=(Role.ADMIN, Role.REP)
        )


def signed_in(client: Client, member: Membership) -> Client:
    assert member.user
    client.force_login(member.user)
    return client


@pytest.fixture
def as_alice(client: Client, alice: Membership) -> Client:
    """Alice, administrator and rep, is signed in."""
    return signed_in(client, alice)


@pytest.fixture
def as_bob(client: Client, bob: Membership) -> Client:
    """Bob, a rep, is signed in."""
    return signed_in(client, bob)


@pytest.fixture
def cost_of() -> Callable[..., list[str]]:
    """The statements one GET sends besides BEGIN, SET LOCAL and COMMIT.

    After a first one, which fills the caches.
    """

    def measure(client: Client, path: str, **headers: Any) -> list[str]:
        client.get(path)
        with CaptureQueriesContext(connection) as captured:
            response = client.get(path, headers=headers)
        assert response.status_code == 200
        return [
            query["sql"]
            for query in captured.captured_queries
            if not re.match("SET LOCAL|SAVEPOINT|RELEASE", query["sql"])
        ]

    return measure
