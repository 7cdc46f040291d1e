"""Around every test: a workspace is open, the cast is ready, the network is off."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

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
