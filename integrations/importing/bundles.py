"""A bundle: JSON Lines, one object a line, its type first."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from integrations.importing.encodings import encoding_of
from integrations.importing.reading import Parsed, broken_off
from integrations.importing.refusal import Refusal, Unreadable, first_twice
from integrations.importing.shapes import SHAPES, shape
from integrations.importing.values import legible, show

LONGEST_LINE = 2_000_000


class Bundle:
    def __init__(self, path: Path, *, zone: ZoneInfo) -> None:
        self.path, self._zone = path, zone
        self.dropped: set[str] = set()
        self.notes: list[str] = []
        self.characters = 0

    def rows(self) -> Iterator[Parsed]:
        try:
            for line, text in self._lines():
                if text.strip():
                    yield self._parsed(line, text)
        except Unreadable as error:
            yield broken_off(error.line, str(error))
            return
        if not self.characters:
            yield broken_off(1, _("The file is empty."))

    def _lines(self) -> Iterator[tuple[int, str]]:
        line, encoding = 0, encoding_of(self.path)
        with self.path.open(encoding=encoding) as file:
            while text := file.readline(LONGEST_LINE + 1):
                line += 1
                if len(text) > LONGEST_LINE:
                    raise Unreadable(line, _("The line is too long."))
                self.characters += len(text)
                yield line, text

    def _parsed(self, line: int, text: str) -> Parsed:
        kind, raw = "", dict[str, Any]()
        try:
            raw = _object(text)
            kind = _kind(raw)
            values = shape(kind, raw, zone=self._zone, dropped=self.dropped)
        except Refusal as refusal:
            # Its id is kept, so that what refers to it is not refused as well.
            id = raw.get("id")
            known = {"id": id} if isinstance(id, str) and legible(id) == id else {}
            return Parsed(line=line, kind=kind, values=known, error=str(refusal))
        return Parsed(line=line, kind=kind, values=values)


def _object(text: str) -> dict[str, Any]:
    try:
        raw = json.loads(
            text,
            object_pairs_hook=_once,
            parse_float=Decimal,
            parse_constant=_refuse_constant,
        )
    except json.JSONDecodeError as error:
        raise Refusal(
            _("This is not JSON: %(trouble)s at character %(column)s.")
            % {"trouble": error.msg, "column": error.colno}
        ) from None
    except (RecursionError, ValueError):  # nested too deep, a number too long
        raise Refusal(_("This JSON can't be read.")) from None
    if not isinstance(raw, dict):
        raise Refusal(_("A line of a bundle is an object."))
    return raw


def _kind(raw: dict[str, Any]) -> str:
    kind = raw.pop("type", None)
    if kind is None:
        raise Refusal(_("The field “%(name)s” is missing.") % {"name": "type"})
    if not isinstance(kind, str) or kind not in SHAPES:
        raise Refusal(_("%(type)s is not a type of a bundle.") % {"type": show(kind)})
    return kind


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    twice = first_twice(name for name, _value in pairs)
    if twice is not None:
        raise Refusal(
            _("The field “%(name)s” stands there twice.")
            % {"name": legible(twice[:60])}
        )
    return dict(pairs)


def _refuse_constant(name: str) -> None:
    raise Refusal(_("%(value)s is not a number.") % {"value": show(name)})
