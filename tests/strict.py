"""In tests, every statement binds each workspace table it names to a workspace.

The guard asks whether a workspace is open; row-level security holds the rest. This asks
the statement itself, so that a query which only row-level security holds is noticed: it
would be slow today and wrong on the day the policy is.

A regular expression, not a parser: `OR` and `NOT` around the equality go unseen.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

from accounts.fields import workspace_tables

_reason: ContextVar[str] = ContextVar("reason", default="")

_READS_OR_WRITES = re.compile(
    r"\s*\(*\s*(?:EXPLAIN|SELECT|INSERT|UPDATE|DELETE|WITH)\b"
)
_TEXT = re.compile(r"'(?:[^']|'')*'")
_SUBSELECT = re.compile(r"\(\s*SELECT\b", re.IGNORECASE)
_SETS = r"\b(?:UNION|INTERSECT|EXCEPT)\b"
_ANSWERED = re.compile(rf"\(\)\s*{_SETS}(?:\s+ALL)?\s*\(\)", re.IGNORECASE)
_NOT_AN_ALIAS = (
    "FROM|WHERE|SET|ON|INNER|LEFT|RIGHT|FULL|JOIN|ORDER|GROUP|LIMIT|OFFSET|FOR|VALUES"
    "|CROSS|USING|HAVING|RETURNING|UNION|INTERSECT|EXCEPT|WINDOW|DEFAULT"
)
_TABLE = re.compile(
    r"(?P<how>\b(?:FROM|JOIN|UPDATE|INTO|USING)|,)\s*(?:ONLY\s+)?"
    r'(?:"?public"?\.)?"?(?P<table>\w+)"?(?![\w".])'
    rf'(?:\s+(?:AS\s+)?"?(?P<alias>(?!(?:{_NOT_AN_ALIAS})\b)[A-Za-z_]\w*)"?)?',
    re.IGNORECASE,
)
_SET = re.compile(r"\bSET\b.*?(?=\bWHERE\b|\bRETURNING\b|$)", re.IGNORECASE | re.DOTALL)
_KEY = r'(?:"?(?P<{0}>\w+)"?\.)?"?workspace_id"?'
_EQUALITY = re.compile(
    rf"{_KEY.format('left')}\s*=\s*"
    rf"(?:\(?\s*{_KEY.format('right')}(?!\w)|(?P<value>%s|\(|'|current_setting))"
    rf"|(?P<by_value>%s|\))\s*=\s*{_KEY.format('alone')}",
    re.IGNORECASE,
)


class Unbound(AssertionError):
    """A statement names a workspace table without saying of which workspace."""


def strict(
    execute: Callable[..., Any], sql: Any, params: Any, many: Any, context: Any
) -> Any:
    """Refuse an unbound statement: an execute wrapper, below the guard's."""
    if isinstance(sql, str) and not _reason.get():
        found = unbound(sql, frozenset(workspace_tables()))
        if found:
            raise Unbound(f"{found} is not bound to a workspace: {sql[:2000]}")
    return execute(sql, params, many, context)


@contextmanager
def unbound_sql(reason: str) -> Iterator[None]:
    """For the few statements written by hand that need no workspace, and say why."""
    if not reason.strip():
        raise ValueError("unbound SQL needs a reason")
    token = _reason.set(reason)
    try:
        yield
    finally:
        _reason.reset(token)


@lru_cache(maxsize=4096)
def unbound(sql: str, tables: frozenset[str]) -> str | None:
    """Return the alias of the first workspace table the statement leaves unbound."""
    if not any(table in sql.lower() for table in tables):
        return None
    if not _READS_OR_WRITES.match(sql.upper()):
        return None
    for select in _selects(_TEXT.sub("''", sql)):
        found = _unbound_here(select, tables)
        if found:
            return found
    return None


def _selects(sql: str) -> Iterator[str]:
    """Take the statement apart: each sub-select answers for its own tables."""
    while match := _SUBSELECT.search(sql):
        end = _closing(sql, match.start())
        yield from _selects(sql[match.start() + 1 : end])
        sql = f"{sql[: match.start()]}(){sql[end + 1 :]}"
    while _ANSWERED.search(sql):
        sql = _ANSWERED.sub("()", sql)
    yield from re.split(_SETS, sql, flags=re.IGNORECASE)


def _closing(sql: str, start: int) -> int:
    depth = 0
    for position in range(start, len(sql)):
        depth += {"(": 1, ")": -1}.get(sql[position], 0)
        if depth == 0:
            return position
    raise ValueError(f"a parenthesis is never closed: {sql}")


def _unbound_here(select: str, tables: frozenset[str]) -> str | None:
    read = [
        (match["alias"] or match["table"]).lower()
        for match in _TABLE.finditer(select)
        if match["table"].lower() in tables and match["how"].upper() != "INTO"
    ]
    for match in _TABLE.finditer(select):
        is_target = match["how"].upper() == "INTO" and match["table"].lower() in tables
        if is_target and not re.match(
            r'\s*\([^)]*"?workspace_id"?', select[match.end() :]
        ):
            return match["table"]
    bound = _bound(_SET.sub(" ", select), read)
    return next((alias for alias in read if alias not in bound), None)


def _bound(select: str, read: list[str]) -> set[str]:
    """The aliases tied to a value, or to an alias outside, by a chain of equalities."""
    # Hand-written SQL about one table may leave its alias out.
    lone = read[0] if len(set(read)) == 1 else ""
    pairs = []
    for match in _EQUALITY.finditer(select):
        left = match["left"] or match["alone"] or lone
        right = "=" if match["value"] or match["by_value"] else match["right"] or lone
        pairs.append((left.lower(), right.lower()))
    bound = {name for pair in pairs for name in pair if name and name not in read}
    for _round in pairs:
        for pair in pairs:
            if bound & set(pair):
                bound |= set(pair)
    return bound
