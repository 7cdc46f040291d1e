"""One figure for all rows there are: two that are equal mean that nothing was changed."""

from collections.abc import Iterable
from functools import cache
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection, transaction

from accounts.fields import workspace_tables
from accounts.tenancy.guard import unguarded
from tests.strict import unbound_sql

# What a refused call may leave behind. The counters of sign-in and of calls are kept in
# a table without a model and in Valkey: neither is told of here.
PARTS = {
    # A refusal is noted for the administrator, outside of the transaction it undid; and
    # who took a file is.
    "accounts_auditevent": "t.* FROM accounts_auditevent t"
    " WHERE verb NOT LIKE '%%.refused' AND verb <> 'export.downloaded'",
    # When a key was last used, to five minutes.
    "django_session": "s.session_key FROM django_session s",  # and a session, to ten
    "accounts_apikey": "to_jsonb(k) - 'last_used_at' FROM accounts_apikey k",
}


def rows_of(workspaces: Iterable[UUID]) -> list[Any]:
    """Of every table that has rows: how many, and a sum of their digests."""
    own, others = _tables()
    told: list[Any] = []
    with (
        unguarded(connection),
        unbound_sql("row-level security says which rows: those of one workspace"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        for id in workspaces:
            cursor.execute("SELECT set_config('app.workspace_id', %s, true)", [str(id)])
            cursor.execute(_digests(own))
            told += [(str(id), *row) for row in cursor.fetchall()]
        cursor.execute(_digests(others))
        return told + cursor.fetchall()


def last_writer() -> int:
    """The number the next transaction that writes will get: the same one, nobody wrote."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
        return int(cursor.fetchone()[0])


@cache
def _tables() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Those of workspaces, and those of everybody."""
    every = {
        model._meta.db_table for model in apps.get_models(include_auto_created=True)
    }
    own = set(workspace_tables())
    return tuple(sorted(every & own)), tuple(sorted(every - own))


@cache
def _digests(names: tuple[str, ...]) -> str:
    # A sum forgets the order, which no table has.
    each = " UNION ALL ".join(
        f"SELECT '{name}' AS name, count(*) AS rows, sum(hashtextextended(r::text, 0))"
        f" AS digest FROM (SELECT {PARTS.get(name, f't.* FROM {name} t')}) r"
        for name in names
    )
    return f"SELECT name, rows, digest FROM ({each}) told WHERE rows > 0 ORDER BY name"
