"""The query string: every parameter is on a list, once, and well formed; else 400."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.exceptions import APIException

from accounts.rest import written
from accounts.rest.columns import Schema
from accounts.rest.resources import Resource

GREATEST_LIMIT = 100
DEFAULT_LIMIT = 50
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_DAY = re.compile(written.DAY)
_INSTANT = re.compile(written.INSTANT)


class BadParameter(APIException):
    """A parameter that is not known here, or can't be read."""

    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "parameter"

    def __init__(self, name: str, sentence: str) -> None:
        super().__init__(sentence)
        self.errors = [{"field": name[:100], "detail": sentence}]


@dataclass(frozen=True, slots=True)
class Asked:
    """A query string, read."""

    filters: Mapping[str, Any]
    fields: tuple[str, ...]
    expand: tuple[str, ...]
    ordering: str
    limit: int
    cursor: str


def read(query: QueryDict, *, resource: Resource, is_list: bool) -> Asked:
    """:raises BadParameter: for the first that is unknown, repeated or malformed."""
    given = once(query)
    known = {"fields", "expand"}
    known |= {name for name, each in resource.filters.items() if each.is_of_rows}
    if is_list:
        known |= {"limit", "ordering", "cursor", *resource.filters}
    refuse_unknown(given, known)
    filters = {
        name: value_of(name, given[name], resource.filters[name].schema)
        for name in sorted(resource.filters)
        if name in given
    }
    for name, each in resource.filters.items():
        if is_list and each.is_required and name not in filters:
            raise BadParameter(name, _("This parameter is needed."))
    return Asked(
        filters=filters,
        fields=_names(given, "fields", resource.fields) or tuple(resource.fields),
        expand=_names(given, "expand", resource.expandable),
        ordering=_ordering(given, resource),
        limit=_limit(given.get("limit")),
        cursor=given.get("cursor", ""),
    )


def once(query: QueryDict) -> dict[str, str]:
    """Each parameter with its one value."""
    given = {}
    for name, values in query.lists():
        if len(values) != 1:
            raise BadParameter(name, _("Give this parameter once."))
        given[name] = str(values[0])
        if len(given[name]) > written.LONGEST or not is_clean(name + given[name]):
            raise BadParameter(name, _("This value can't be read."))
    return given


def is_clean(text: str) -> bool:
    """No NUL and no half of a character, which no column can hold."""
    return "\x00" not in text and not any("\ud800" <= c <= "\udfff" for c in text)


def refuse_unknown(given: Collection[str], known: Collection[str]) -> None:
    for name in given:
        if name not in known:
            raise BadParameter(name, _("There is no such parameter here."))


def value_of(name: str, text: str, schema: Schema) -> Any:
    """One filter's value, by its schema."""
    if "enum" in schema:
        if text not in schema["enum"]:
            raise BadParameter(name, _("This is none of the values it can have."))
        return text
    value = _value(text, schema)
    if value is None or value == "":
        raise BadParameter(name, _("This value can't be read."))
    return value


def _value(text: str, schema: Schema) -> Any:
    if "anyOf" in schema:
        found = (_value(text, each) for each in schema["anyOf"])
        return next((value for value in found if value is not None), None)
    reader = _READERS.get(schema.get("format") or schema["type"])
    return reader(text) if reader else text


def uuid_of(text: str) -> UUID | None:
    return UUID(text) if _UUID.fullmatch(text) else None


def day_of(text: str) -> date | None:
    if not _DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def instant_of(text: str) -> datetime | None:
    """RFC 3339, with its offset."""
    if not _INSTANT.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def flag_of(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text)


_READERS: dict[str, Any] = {
    "uuid": uuid_of,
    "date": day_of,
    "date-time": instant_of,
    "boolean": flag_of,
}


def _names(
    given: Mapping[str, str], name: str, known: Collection[str]
) -> tuple[str, ...]:
    if name not in given:
        return ()
    names = given[name].split(",")
    if not set(names) <= set(known):
        raise BadParameter(
            name, _("Of these: %(names)s.") % {"names": ", ".join(known) or "-"}
        )
    return tuple(dict.fromkeys(names))


def _ordering(given: Mapping[str, str], resource: Resource) -> str:
    ordering = given.get("ordering", next(iter(resource.orderings)))
    if ordering.removeprefix("-") not in resource.orderings:
        known = ", ".join(resource.orderings)
        raise BadParameter("ordering", _("Of these: %(names)s.") % {"names": known})
    return ordering


def _limit(text: str | None) -> int:
    if text is None:
        return DEFAULT_LIMIT
    if re.fullmatch(r"[1-9][0-9]{0,2}", text) and int(text) <= GREATEST_LIMIT:
        return int(text)
    raise BadParameter("limit", _("A number from 1 to 100."))
