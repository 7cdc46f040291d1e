"""The whole installation in one file, and back.

A role that row-level security holds sees one workspace at a time: a plain pg_dump fails or
is silently empty. So one snapshot of the database is read workspace by workspace, with
nothing but PostgreSQL's own COPY, and written back in one transaction.
"""

import json
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from django.db import connections, transaction
from django.db.migrations.recorder import MigrationRecorder

from buyreadiness.services.refused import Refused

FORMAT, MANIFEST = "buyreadiness-backup-1", "manifest.json"
# Signed-in windows and counters of guesses are not what was entered; migrations are asked for
# apart.
LEFT_OUT = frozenset(
    {"cache", "django_migrations", "django_session", "usersessions_usersession"}
)
IN_MEMORY = 8 * 2**20

# Names are parameters: as literals the guard would take them for statements about rows.
TABLES = """
    SELECT c.relname, c.relrowsecurity,
           array_agg(a.attname ORDER BY a.attnum)::text[]
      FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
     WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
       AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
  GROUP BY c.relname, c.relrowsecurity ORDER BY c.relname
"""
SEQUENCES = """
    SELECT table_name, column_name FROM information_schema.columns
     WHERE table_schema = 'public' AND is_identity = 'YES' ORDER BY 1
"""


class NotABackup(Refused):
    """The file is none of ours, or not whole."""


class OtherVersion(Refused):
    """The backup was made by a product with other tables."""


class NotEmpty(Refused):
    """Restoring would mix two installations."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the database, and whether its rows belong to workspaces."""

    name: str
    of_workspaces: bool
    columns: tuple[str, ...]

    @property
    def quoted(self) -> str:
        return ", ".join(f'"{column}"' for column in self.columns)


def write_backup(path: Path, *, using: str, now: datetime) -> dict[str, int]:
    """Write everything that stood in the database at one moment; rows by table."""
    rows: dict[str, int] = {}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
        with _snapshot(using) as cursor:
            tables = _tables(cursor)
            for entry, table in _entries(cursor, tables):
                count = _copy_out(cursor, table, to=archive, entry=entry)
                rows[table.name] = rows.get(table.name, 0) + count
        manifest = {
            "format": FORMAT,
            "made_at": now.isoformat(),
            "migrations": _migrations(using),
            "tables": {table.name: table.columns for table in tables},
            "rows": rows,
        }
        archive.writestr(MANIFEST, json.dumps(manifest, indent=1))
    return rows


def read_backup(path: Path, *, using: str) -> dict[str, int]:
    """Put a backup into an empty database, all of it or nothing; rows by table.

    :raises NotABackup: when the file is none, or damaged.
    :raises OtherVersion: when it was made with other migrations.
    :raises NotEmpty: when somebody uses this database already.
    """
    try:
        with zipfile.ZipFile(path) as archive, transaction.atomic(using=using):
            manifest = _manifest(archive)
            if manifest["migrations"] != _migrations(using):
                raise OtherVersion(
                    f"{path} was made with other tables: restore it with the version of"
                    " BuyReadiness that made it, then bring that up to date."
                )
            return _fill(archive, manifest, path=path, using=using)
    except FileNotFoundError:
        raise NotABackup(f"There is no file {path}.") from None
    except (zipfile.BadZipFile, json.JSONDecodeError, KeyError):
        raise NotABackup(f"{path} is not a whole backup of BuyReadiness.") from None


@contextmanager
def _snapshot(using: str) -> Iterator[Any]:
    """A raw cursor that sees one moment, whatever others write meanwhile."""
    connection = connections[using]
    with transaction.atomic(using=using), connection.connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL statement_timeout = 0")
        yield cursor


def _tables(cursor: Any) -> list[Table]:
    cursor.execute(TABLES)
    return [
        Table(name, of_workspaces, tuple(columns))
        for name, of_workspaces, columns in cursor.fetchall()
        if name not in LEFT_OUT
    ]


def _entries(cursor: Any, tables: list[Table]) -> Iterator[tuple[str, Table]]:
    """Each table once, or once for each workspace, which is open meanwhile."""
    for table in tables:
        if not table.of_workspaces:
            yield f"everybody/{table.name}", table
    cursor.execute("SELECT id FROM accounts_workspace ORDER BY id")
    for (workspace,) in cursor.fetchall():
        _open(cursor, workspace)
        for table in tables:
            if table.of_workspaces:
                yield f"workspaces/{workspace}/{table.name}", table


def _open(cursor: Any, workspace: Any) -> None:
    cursor.execute(f"SET LOCAL app.workspace_id = '{UUID(str(workspace))}'")


def _copy_out(cursor: Any, table: Table, *, to: zipfile.ZipFile, entry: str) -> int:
    """Copy a table's visible rows into the archive; nothing where there are none."""
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as rows:
        # The order makes two backups of the same rows the same bytes.
        query = f'SELECT {table.quoted} FROM "{table.name}" ORDER BY 1, 2'  # noqa: S608
        cursor.copy_expert(f"COPY ({query}) TO STDOUT", rows)
        count = int(cursor.rowcount)
        if count:
            rows.seek(0)
            with to.open(entry, "w", force_zip64=True) as file:
                shutil.copyfileobj(rows, file)
    return count


def _manifest(archive: zipfile.ZipFile) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads(archive.read(MANIFEST))
    if manifest["format"] != FORMAT:
        raise KeyError(FORMAT)
    return manifest


def _migrations(using: str) -> list[list[str]]:
    applied = MigrationRecorder(connections[using]).applied_migrations()
    return sorted([app, name] for app, name in applied)


def _fill(
    archive: zipfile.ZipFile, manifest: dict[str, Any], *, path: Path, using: str
) -> dict[str, int]:
    rows: dict[str, int] = {}
    with connections[using].connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        tables = {table.name: table for table in _tables(cursor)}
        _refuse_unless_empty(cursor)
        for table in tables.values():
            if not table.of_workspaces:  # what migrating has put there
                cursor.execute(f'DELETE FROM "{table.name}"')  # noqa: S608
        for entry in archive.namelist():
            if entry == MANIFEST:
                continue
            scope, _slash, name = entry.rpartition("/")
            if scope != "everybody":
                _open(cursor, scope.removeprefix("workspaces/"))
            columns = tuple(manifest["tables"][name])
            table = Table(name, tables[name].of_workspaces, columns)
            with archive.open(entry) as file:
                rows[name] = rows.get(name, 0) + _copy_in(cursor, table, file)
        _restart_counters(cursor)
    if rows != {name: count for name, count in manifest["rows"].items() if count}:
        raise NotABackup(f"{path} is not a whole backup: rows are missing.")
    return rows


def _refuse_unless_empty(cursor: Any) -> None:
    cursor.execute(
        "SELECT EXISTS (SELECT FROM accounts_user)"
        " OR EXISTS (SELECT FROM accounts_workspace)"
    )
    if cursor.fetchone()[0]:
        raise NotEmpty(
            "This database has users or workspaces: a backup is restored into an"
            " empty one."
        )


def _copy_in(cursor: Any, table: Table, file: IO[bytes]) -> int:
    """By way of a table of this session: COPY itself writes to none under row security."""
    cursor.execute(f'CREATE TEMP TABLE filling (LIKE "{table.name}") ON COMMIT DROP')
    cursor.copy_expert(f"COPY filling ({table.quoted}) FROM STDIN", file)
    cursor.execute(
        f'INSERT INTO "{table.name}" ({table.quoted}) OVERRIDING SYSTEM VALUE'  # noqa: S608
        f" SELECT {table.quoted} FROM filling"
    )
    count = int(cursor.rowcount)
    cursor.execute("DROP TABLE filling")
    return count


def _restart_counters(cursor: Any) -> None:
    """The next number of a counted column follows the largest that was put there."""
    cursor.execute(SEQUENCES)
    for table, column in cursor.fetchall():
        cursor.execute(f'SELECT COALESCE(max("{column}"), 1) FROM "{table}"')  # noqa: S608
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence(%s, %s), %s)",
            (table, column, *cursor.fetchone()),
        )
