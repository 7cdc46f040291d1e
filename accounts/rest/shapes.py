"""How a batch and the answers of upserts look, for the description."""

from collections.abc import Sequence
from typing import Any

from rest_framework import serializers

from accounts.rest.columns import COUNT, ID, Schema, object_of, one_of, or_null
from accounts.rest.fields import Body

MOST_ITEMS = 100
OUTCOMES = ("created", "updated", "unchanged")


def narrowed(whole: Schema, **fields: Sequence[str]) -> Schema:
    """The same body, some of whose fields have only these values."""
    said = {name: one_of(values) for name, values in fields.items()}
    return whole | {"properties": whole["properties"] | said}


def without(whole: Schema, name: str, *, needs: str) -> Schema:
    """The same body without one field, and never without another."""
    properties = {each: of for each, of in whole["properties"].items() if each != name}
    required = [*whole.get("required", []), needs]
    return whole | {"properties": properties, "required": required}


def batch_body(body: type[Body]) -> type[serializers.Serializer[Any]]:
    """For the description: what a batch holds."""
    name = body.__name__.replace("Upsert", "Batch")
    limits: dict[str, Any] = {"min_length": 1, "max_length": MOST_ITEMS}
    items = body(many=True, **limits)
    made: type[serializers.Serializer[Any]] = type(name, (Body,), {"items": items})
    return made


def upserted(row: Schema) -> Schema:
    return object_of(outcome=one_of(OUTCOMES), row=row)


def batch_item(refusal: Schema) -> Schema:
    return object_of(
        index=COUNT,
        status=COUNT,
        outcome=or_null(one_of(OUTCOMES)),
        id=or_null(ID),
        problem=or_null(refusal),
    )
