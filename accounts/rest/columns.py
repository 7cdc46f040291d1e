"""What an answer of the API is made of: named columns of a query, and their schema."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Choices

Schema = dict[str, Any]
MONEY: Schema = {
    "type": "object",
    "properties": {
        "amount": {"type": "string", "examples": ["12000.00"]},
        "currency": {"type": "string", "examples": ["EUR"]},
    },
    "required": ["amount", "currency"],
    "additionalProperties": False,
}


@dataclass(frozen=True, slots=True)
class Column:
    """One field of an answer: the columns it is read from, and how they become it."""

    sources: tuple[str, ...]
    schema: Schema
    make: Callable[..., Any] | None = None
    name_of: str = ""  # of a reference: the column that names what it points at


def or_null(schema: Schema) -> Schema:
    """The same, or nothing."""
    if "anyOf" in schema:
        return schema | {"anyOf": [*schema["anyOf"], {"type": "null"}]}
    if "enum" in schema or schema.get("type") in {None, "object"}:
        return {"anyOf": [schema, {"type": "null"}]}  # what has a name keeps it
    return schema | {"type": [schema["type"], "null"]}


def list_of(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


def object_of(**properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


ID: Schema = {"type": "string", "format": "uuid"}
TEXT: Schema = {"type": "string"}
DAY: Schema = {"type": "string", "format": "date"}
INSTANT: Schema = {"type": "string", "format": "date-time"}
NUMBER: Schema = {"type": "number"}
MOMENT: Schema = {
    "anyOf": [INSTANT, DAY],
    "description": "An instant, or a day of the workspace, which means its end",
}
COUNT: Schema = {"type": "integer"}
FLAG: Schema = {"type": "boolean"}
PROBABILITY: Schema = {"type": "number", "minimum": 0, "maximum": 1}
NAMED: Schema = object_of(id=ID, name=TEXT)


def one_of(choices: type[Choices] | Iterable[str]) -> Schema:
    values = choices.values if isinstance(choices, type) else list(choices)
    return {"type": "string", "enum": list(values)}


def column(source: str, schema: Schema = TEXT, *, null: bool = False) -> Column:
    """A column as it is."""
    return Column((source,), or_null(schema) if null else schema)


def maybe(source: str, schema: Schema = TEXT) -> Column:
    """A text column whose empty text means that nothing was said."""
    return Column((source,), or_null(schema), lambda text: text or None)


def reference(source: str, name: str = "", *, null: bool = False) -> Column:
    """The id of another row; `expand` makes it an object with its name."""
    kinds = [ID, NAMED] if name else [ID]
    schema = {"anyOf": [*kinds, *([{"type": "null"}] if null else [])]}
    return Column((source,), schema, name_of=name)


def money(amount: str, currency: str) -> Column:
    return Column((amount, currency), or_null(MONEY), money_of)


def money_of(amount: Decimal | None, currency: str | None) -> Schema | None:
    """An amount with its currency; two digits behind the point, or more where it has them."""
    if amount is None:
        return None
    short = amount.quantize(Decimal("0.01"))
    return {
        "amount": f"{short if short == amount else amount:f}",
        "currency": currency or "",
    }


@dataclass(frozen=True, slots=True)
class Plan:
    """The columns of one answer, put in order once and used for every row."""

    names: tuple[str, ...]
    sources: tuple[str, ...]
    steps: tuple[tuple[str, tuple[int, ...], Callable[..., Any] | None], ...] = field(
        default=()
    )

    def row(self, values: tuple[Any, ...]) -> dict[str, Any]:
        return {
            name: make(*[values[place] for place in places])
            if make
            else values[places[0]]
            for name, places, make in self.steps
        }


def plan(
    columns: Mapping[str, Column],
    *,
    names: Iterable[str],
    expand: Iterable[str],
    also: Iterable[str] = (),
) -> Plan:
    """Which columns to ask for, and how each field is made; `also` come first."""
    sources: list[str] = list(also)
    steps = []
    for name in names:
        wanted, make = columns[name].sources, columns[name].make
        if name in expand:
            wanted, make = (*wanted, columns[name].name_of), named
        places = []
        for source in wanted:
            if source not in sources:
                sources.append(source)
            places.append(sources.index(source))
        steps.append((name, tuple(places), make))
    return Plan(tuple(names), tuple(sources), tuple(steps))


def named(id: Any, name: Any) -> Schema | None:
    return None if id is None else {"id": id, "name": name}
