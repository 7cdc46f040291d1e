"""What commands that look back share: the workspace, the moment, the lines they print."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

from django.db import connection

from accounts import tenancy
from accounts.models import Workspace
from buyreadiness.services.refused import Refused
from readiness.queries.as_of import AsOf


def add_moment_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--workspace", required=True, metavar="SLUG")
    parser.add_argument(
        "--as-of",
        type=moment,
        metavar="T",
        help="a moment with its zone (2026-03-31T12:00:00Z), or a day, which means its end",
    )
    parser.add_argument(
        "--frozen", action="store_true", help="what was stored by then, not replayed"
    )
    parser.add_argument("--format", choices=["jsonl"], default="jsonl")


def moment(text: str) -> datetime | date:
    """A day, or an instant that says its zone."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        pass
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is neither a day nor a moment") from None
    if instant.tzinfo is None:
        raise ArgumentTypeError(f"{text!r} does not say its time zone: add Z")
    return instant


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a day like 2026-09-30") from None


def workspace_named(slug: str) -> Workspace:
    """:raises Refused: when there is none."""
    workspace = Workspace.objects.filter(slug=slug).first()
    if workspace is None:
        raise Refused(f"There is no workspace “{slug}”.")
    return workspace


def when_of(
    workspace: Workspace, asked: datetime | date | None, *, now: datetime
) -> AsOf:
    """The moment asked for; a day means its last moment in the workspace's zone.

    :raises Refused: for a moment that has not come.
    """
    if asked is None or isinstance(asked, datetime):
        when = AsOf.of(workspace, at=asked, now=now)
    else:
        when = AsOf.end_of(asked, workspace=workspace, now=now)
    if when.at > now:
        raise Refused("Nothing is known of a moment that has not come.")
    return when


@contextmanager
def opened(workspace: Workspace) -> Iterator[None]:
    """Work in the workspace for as long as it takes."""
    with tenancy.workspace(workspace, through="command"):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
        yield


def instant_text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def line(values: dict[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False, allow_nan=False)
