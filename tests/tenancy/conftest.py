"""The world of the probes, under each net alone and under all of them."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from django.contrib.contenttypes.fields import GenericRelation
from django.db import connection

from accounts.database import compiler
from accounts.fields import (
    WorkspaceForeignKey,
    WorkspaceGenericRelation,
    WorkspaceKey,
    workspace_tables,
)
from accounts.models import Workspace
from accounts.tenancy import inside
from accounts.tenancy.guard import unguarded
from tests.factories import create_workspace
from tests.strict import unbound_sql
from tests.tenancy.world import World, create_rows


@pytest.fixture(params=["all nets", "ORM alone", "RLS alone"])
def net(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, ours: Workspace
) -> Iterator[str]:
    """Which net holds: the others are taken away for the length of a test."""
    with ExitStack() as stack:
        if request.param == "ORM alone":
            switch_row_level_security_off()
        elif request.param == "RLS alone":
            stack.enter_context(unguarded(connection))
            stack.enter_context(unbound_sql("the ORM's net is away"))
            take_orm_net_away(monkeypatch)
        yield request.param


@pytest.fixture
def world(request: pytest.FixtureRequest, ours: Workspace) -> World:
    if "net" in request.fixturenames:
        request.getfixturevalue("net")  # ALTER TABLE comes before any row
    theirs = create_workspace(slug="theirs")
    mine = create_rows("own")
    with inside(connection, theirs.pk):
        create_rows("canary too")
        return World(ours=mine, theirs=create_rows("canary"))


def switch_row_level_security_off() -> None:
    """In the test's own transaction: gone when it is rolled back."""
    with connection.cursor() as cursor:
        for table in workspace_tables():
            cursor.execute(f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY')


def take_orm_net_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiler, "bind", lambda _query, _aliases: None)
    monkeypatch.setattr(
        WorkspaceForeignKey, "get_extra_restriction", lambda *_aliases: None
    )
    monkeypatch.setattr(
        WorkspaceGenericRelation,
        "get_extra_restriction",
        GenericRelation.get_extra_restriction,
    )
    monkeypatch.setattr(
        WorkspaceKey,
        "get_db_prep_save",
        lambda _key, value, connection: value or connection.workspace_id,
    )
