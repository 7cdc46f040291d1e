"""A resource: which rows there are for whom, which fields they have, how they are made."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import Membership, Workspace
from accounts.rest.columns import Column, Schema


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks, when, and with which parameters."""

    membership: Membership
    workspace: Workspace
    now: datetime
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def today(self) -> date:
        return self.workspace.today(self.now)


def everything(model: Any) -> Callable[[Reader], "QuerySet[Any]"]:
    """All rows of a table: what everybody in the workspace may see."""
    return lambda _reader: model.objects.all()


@dataclass(frozen=True, slots=True)
class Filter:
    """A parameter that narrows a list. Without `lookup` the resource reads it itself."""

    schema: Schema
    lookup: str = ""
    is_required: bool = False
    is_of_rows: bool = False  # one row takes it too: it says how rows are read


@dataclass(frozen=True, slots=True)
class Shown:
    """A row with what is shown of it this once, such as a secret."""

    row: Any
    once: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Creation:
    """How a row is made: the body, the action, and what that action may refuse.

    `once` are fields besides the row's own, told by a `Shown` and never again.
    """

    body: Any
    make: Callable[[Mapping[str, Any], Reader], Any]
    permission: str
    refusals: tuple[type[Exception], ...] = ()
    once: Mapping[str, Schema] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """How a row is changed: what may be sent, the action, and what that may refuse.

    `act` is given the row as it is now, with the values that were sent.
    """

    body: Any
    act: Callable[[Any, Mapping[str, Any], Reader], Any]
    permission: str
    refusals: tuple[type[Exception], ...] = ()


@dataclass(frozen=True, slots=True)
class Removal:
    """How a row is taken back, and what that may refuse."""

    act: Callable[[Any, Reader], Any]
    permission: str
    refusals: tuple[type[Exception], ...] = ()


@dataclass(frozen=True, slots=True)
class Act:
    """What is done to a row besides, at `/name/{id}/act`: its body, and what may be refused.

    `run` is given the row as it is now, shut to others, with the body. It returns the row
    as it is then; or, where `answer` says how that looks, the answer itself.
    """

    name: str
    about: str
    run: Callable[[Any, Mapping[str, Any], Reader], Any]
    permission: str
    body: Any = None  # without one nothing is told
    refusals: tuple[type[Exception], ...] = ()
    once: Mapping[str, Schema] = field(default_factory=dict)  # as of a creation
    answer: Schema | None = None


Load = Callable[[Sequence[UUID], Reader], Mapping[UUID, Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Resource:
    """A list and its rows at `/name` and `/name/{id}`.

    `loaded` are fields that `load` brings for a whole page at once, by primary key. `key`
    is what the id stands for: of a fact its lineage, which outlives every correction.
    `version` is the column its ETag is made of, its own or that of what it belongs to; who
    changes or removes it needs one.
    """

    name: str
    noun: str
    about: str
    permission: str
    rows: Callable[[Reader], "QuerySet[Any]"]
    columns: Mapping[str, Column]
    key: str = "pk"
    filters: Mapping[str, Filter] = field(default_factory=dict)
    orderings: Mapping[str, str] = field(default_factory=lambda: {"id": "pk"})
    loaded: Mapping[str, Schema] = field(default_factory=dict)
    load: Load | None = None
    creation: Creation | None = None
    change: Change | None = None
    removal: Removal | None = None
    version: str = ""
    row_acts: tuple[Act, ...] = ()
    upload: Creation | None = None  # made of files, at `/name/upload`

    @property
    def acts(self) -> dict[str, Creation | Change | Removal]:
        """What writes, by method."""
        given = {"POST": self.creation, "PATCH": self.change, "DELETE": self.removal}
        return {method: act for method, act in given.items() if act is not None}

    def edition_of(self, row: Any) -> Any:
        """What the ETag of a row is made of."""
        for name in self.version.split("__"):
            row = getattr(row, name)
        return row

    def scope(self, action: str) -> str:
        """What a key needs to `read` or `write` it."""
        return f"{self.name.replace('-', '_')}:{action}"

    @property
    def expandable(self) -> list[str]:
        return [name for name, column in self.columns.items() if column.name_of]

    @property
    def fields(self) -> list[str]:
        return [*self.columns, *self.loaded]

    @property
    def schema(self) -> Schema:
        """Of one row. Nothing is required: `fields` leaves out what was not asked for."""
        properties = {name: each.schema for name, each in self.columns.items()}
        return {
            "type": "object",
            "properties": properties | dict(self.loaded),
            "additionalProperties": False,
        }
