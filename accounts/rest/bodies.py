"""The gate for bodies: what no honest client sends is refused before it is looked at."""

import json
import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.exceptions import APIException, ParseError, UnsupportedMediaType
from rest_framework.parsers import BaseParser

from accounts.rest.parameters import is_clean

MOST_BYTES = 1_000_000
DEEPEST = 32
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_OPEN, _CLOSE = b"[{", b"]}"


class TooLarge(APIException):
    """More than anybody needs to say at once."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"


class StrictJSONParser(BaseParser):
    """JSON in UTF-8: not too large, not too deep, no key twice, no NaN, no NUL."""

    media_type = "application/json"

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        request = (parser_context or {}).get("request")
        coding = request.headers.get("Content-Encoding", "") if request else ""
        if coding.lower() not in {"", "identity"}:  # nothing is inflated here
            raise UnsupportedMediaType(coding[:60])
        charset = re.search(r"charset=\"?([^\s;\"]*)", media_type or "", re.IGNORECASE)
        if charset and charset[1].lower() != "utf-8":
            raise UnsupportedMediaType(media_type or "")
        declared = request.META.get("CONTENT_LENGTH") if request else None
        if int(declared or 0) > MOST_BYTES:
            raise TooLarge(_("A body holds at most one megabyte."))
        raw = stream.read()
        _refuse_depth(raw)
        try:
            body = json.loads(
                raw.decode("utf-8"),
                object_pairs_hook=_object,
                parse_constant=_refuse_constant,
            )
        except (ValueError, RecursionError):
            raise ParseError(_("The body is not valid JSON in UTF-8.")) from None
        _refuse_unclean(body)
        return body


def _refuse_depth(raw: bytes) -> None:
    depth = 0
    for letter in _STRING.sub(b"", raw):
        if letter in _OPEN:
            depth += 1
            if depth > DEEPEST:
                raise ParseError(_("The body is nested too deeply."))
        elif letter in _CLOSE:
            depth -= 1


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    body = dict(pairs)
    if len(body) != len(pairs):
        raise ParseError(_("The body names a field twice."))
    return body


def _refuse_constant(name: str) -> None:
    raise ParseError(_("The body is not valid JSON in UTF-8."))


def _refuse_unclean(body: Any) -> None:
    if isinstance(body, str):
        if not is_clean(body):
            raise ParseError(_("The body holds a character that no text can hold."))
    elif isinstance(body, dict):
        for key, value in body.items():
            _refuse_unclean(key)
            _refuse_unclean(value)
    elif isinstance(body, list):
        for value in body:
            _refuse_unclean(value)
