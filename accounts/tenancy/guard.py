"""The execute wrapper of every connection: no workspace open, no workspace table named."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from typing import Any

from django.apps import apps

from accounts import tenancy

_DEFINES = re.compile(
    r"\s*(?:CREATE|ALTER|DROP|COMMENT|GRANT|REVOKE|SET CONSTRAINTS|ANALYZE|VACUUM"
    r"|REINDEX|LOCK)\b",
    re.IGNORECASE,
)


def guard(
    execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any
) -> Any:
    """Refuse every statement, plain SQL included, that names a workspace table outside one."""
    if names_workspace_table(_as_text(sql, context["connection"])):
        tenancy.current(context["connection"])
    return execute(sql, params, many, context)


def _as_text(sql: Any, connection: Any) -> str:
    if isinstance(sql, str):
        return sql
    if isinstance(sql, bytes):
        return sql.decode()
    return str(connection.ops.compose_sql(sql, None))


@lru_cache(maxsize=4096)
def names_workspace_table(sql: str) -> bool:
    """Whether a statement that reads or writes names a workspace table, also in a literal."""
    if not apps.models_ready:
        return False
    return bool(_workspace_table().search(sql)) and not _DEFINES.match(sql)


@cache
def _workspace_table() -> re.Pattern[str]:
    from accounts.fields import workspace_tables  # noqa: PLC0415 -- fields stands on this

    names = sorted(map(re.escape, workspace_tables()), key=len, reverse=True)
    return re.compile(rf"(?<![\w$])(?:{'|'.join(names)})(?![\w$])", re.IGNORECASE)


@contextmanager
def unguarded(connection: Any) -> Iterator[None]:
    """For the test runner's TRUNCATE and for ALTER TABLE alone."""
    connection.execute_wrappers.remove(guard)
    try:
        yield
    finally:
        connection.execute_wrappers.insert(0, guard)
