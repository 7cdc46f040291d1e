"""The door into a workspace: who this code works for, and what its transaction is for."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from uuid import UUID

from django.db import connections, transaction

_current: ContextVar[UUID | None] = ContextVar("workspace", default=None)
_through: ContextVar[str] = ContextVar("through", default="system")
_program: ContextVar[str] = ContextVar("program", default="")


class NoWorkspace(RuntimeError):
    """A workspace table was named while no workspace is open."""


class WrongWorkspace(RuntimeError):
    """A row or a block belongs to another workspace than the open one."""


class AppendOnly(RuntimeError):
    """An append-only table is never updated, and deleted from only while erasing."""


@contextmanager
def workspace(
    ws: Any, *, through: str = "system", program: str = "", using: str = "default"
) -> Iterator[None]:
    """Work inside one workspace, in one transaction of its own.

    `ws` is a workspace or its id; `through` says by which door the work came in
    (page, api, task, command, import, system) and `program` which program called; both
    end up in the audit trail.
    Opening the same workspace again does nothing.

    :raises WrongWorkspace: when another workspace is open here.
    """
    ws_id = UUID(str(getattr(ws, "pk", ws)))
    connection: Any = connections[using]
    if _current.get() == ws_id:
        current(connection)
        yield
        return
    if _current.get() or connection.workspace_id:
        still_open = _current.get() or connection.workspace_id
        raise WrongWorkspace(f"{still_open} is still open here")
    with transaction.atomic(using=using, durable=True):
        under_a_test = len(connection.atomic_blocks) > 1
        given = _program.get()
        _program.set(program)
        try:
            with inside(connection, ws_id, through=through, restore=under_a_test):
                yield
        finally:
            _program.set(given)


@contextmanager
def inside(
    connection: Any,
    ws_id: UUID | None,
    *,
    through: str = "system",
    restore: bool = True,
) -> Iterator[None]:
    """Let the open transaction work in `ws_id`, or in none.

    Tests use it; everything else opens a `workspace`.
    """
    mine, its, door = _current.get(), connection.workspace_id, _through.get()
    _set_local(connection, "app.workspace_id", ws_id)
    _current.set(ws_id)
    _through.set(through)
    connection.workspace_id = ws_id
    try:
        yield
    finally:
        connection.workspace_id = its
        # Not reset(token): asgiref may leave the block in a copy of the context.
        _current.set(mine)
        _through.set(door)
        if restore and not is_lost(connection):
            _set_local(connection, "app.workspace_id", its)


@contextmanager
def erasing(reason: str, *, using: str = "default") -> Iterator[None]:
    """Open the DELETE policy of the append-only tables, for a reason that can be told.

    For the erasure of a person or a workspace and for undoing an import, nothing else.
    """
    if not reason.strip():
        raise ValueError("erasing needs a reason")
    connection: Any = connections[using]
    current(connection)
    _set_local(connection, "app.erasing", "on")
    connection.erasing = True
    try:
        yield
    finally:
        connection.erasing = False
        if not is_lost(connection):
            _set_local(connection, "app.erasing", None)


def current(connection: Any) -> UUID:
    """The open workspace. The code and its transaction must agree on it.

    :raises NoWorkspace: when either of them has none.
    :raises WrongWorkspace: when they differ.
    """
    mine, its = _current.get(), connection.workspace_id
    if mine is None:
        raise NoWorkspace("no workspace is open")
    if its is None:
        raise NoWorkspace("the workspace is open on another connection or thread")
    if mine != its:
        raise WrongWorkspace(f"this code works in {mine}, its transaction in {its}")
    return mine


def current_id() -> UUID | None:
    """The workspace this code works for, if any: for stamping a row that is being made."""
    return _current.get()


def through() -> str:
    """By which door this work came in."""
    return _through.get()


def program() -> str:
    """The name of the key or the application that called, if one did."""
    return _program.get()


def is_lost(connection: Any) -> bool:
    """Nothing of this transaction will be kept.

    Django says so, or PostgreSQL (3: in error, 4: unknown), or the line is dead.
    """
    return (
        connection.needs_rollback
        or connection.connection is None
        or connection.connection.info.transaction_status >= 3
    )


def _set_local(connection: Any, name: str, value: object) -> None:
    # `value` is a UUID, None or a word of ours. Citus passes SET LOCAL on to its
    # workers, and not set_config(..., true).
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL {name} = '{value or ''}'")
