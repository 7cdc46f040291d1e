"""Every way to the rows: refused without a workspace, and inside one only its own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.tenancy import NoWorkspace, WrongWorkspace, inside
from opportunities.models import Company
from tests.strict import unbound_sql
from tests.tenancy.probes import LOOKUPS, MOVES, POINTERS, READS, WRITES
from tests.tenancy.world import World, snapshot

pytestmark = pytest.mark.django_db

EVERY_PROBE = (
    {f"read: {name}": lambda _rows, ask=ask: ask() for name, (ask, _) in READS.items()}
    | {f"look up: {name}": probe for name, probe in LOOKUPS.items()}
    | {f"write: {name}": probe for name, probe in WRITES.items()}
)
REFUSED = (ObjectDoesNotExist, WrongWorkspace, DatabaseError, KeyError)


@pytest.mark.parametrize("name", EVERY_PROBE)
def test_without_a_workspace_everything_is_refused(world: World, name: str):
    with inside(connection, None), pytest.raises(NoWorkspace), transaction.atomic():
        EVERY_PROBE[name](world.ours)


@pytest.mark.parametrize("name", READS)
def test_a_read_sees_only_its_own(net: str, world: World, name: str):
    ask, answer = READS[name]

    seen = ask()

    assert seen == answer


@pytest.mark.parametrize("name", LOOKUPS)
def test_a_row_is_found_in_its_own_workspace(net: str, world: World, name: str):
    found = LOOKUPS[name](world.ours)

    assert found


@pytest.mark.parametrize("name", LOOKUPS)
def test_a_foreign_row_is_not_found(net: str, world: World, name: str):
    with pytest.raises((ObjectDoesNotExist, KeyError)):
        LOOKUPS[name](world.theirs)


def test_a_generic_key_does_not_lead_to_a_foreign_row(net: str, world: World):
    note = world.ours.note
    note.object_id = world.theirs.thing.pk
    note.save(update_fields=["object_id"])

    note.refresh_from_db()

    assert note.about is None


@pytest.mark.parametrize("name", [name for name in WRITES if name != "m2m add"])
def test_a_write_changes_its_own(world: World, name: str):
    before = snapshot(world.ours.workspace)

    WRITES[name](world.ours)

    assert snapshot(world.ours.workspace) != before


@pytest.mark.parametrize("name", WRITES)
def test_a_write_leaves_a_foreign_row_alone(net: str, world: World, name: str):
    before = snapshot(world.theirs.workspace)

    attempt(lambda: WRITES[name](world.theirs))

    assert snapshot(world.theirs.workspace) == before


@pytest.mark.parametrize("name", POINTERS)
def test_no_row_points_into_another_workspace(net: str, world: World, name: str):
    with pytest.raises(IntegrityError), in_full():
        POINTERS[name](world.theirs)


@pytest.mark.parametrize("name", MOVES)
def test_no_row_moves_to_another_workspace(world: World, name: str):
    with pytest.raises(WrongWorkspace), transaction.atomic():
        MOVES[name](world.theirs)


@pytest.mark.parametrize("name", POINTERS)
def test_a_row_points_inside_its_own_workspace(world: World, name: str):
    POINTERS[name](world.ours)

    connection.check_constraints()


def test_raw_sql_with_a_wrong_predicate_is_held_by_row_level_security(world: World):
    with unbound_sql("this is the mistake"), connection.cursor() as cursor:
        cursor.execute("SELECT name FROM opportunities_company")

        assert cursor.fetchall() == [("own",)]


def test_raw_sql_that_names_another_workspace_finds_nothing(world: World):
    sql = "SELECT * FROM opportunities_company WHERE workspace_id = %s"

    found = list(Company.objects.raw(sql, [world.theirs.workspace.pk]))

    assert found == []


def attempt(write: Callable[[], Any]) -> None:
    """Try to write; being refused is as good as finding nothing."""
    try:
        with in_full():
            write()
    except REFUSED:
        return


@contextmanager
def in_full() -> Iterator[None]:
    """A transaction of its own, whose deferred keys are asked at its end."""
    with transaction.atomic():
        yield
        connection.check_constraints()
