"""Errors as RFC 9457 `application/problem+json`."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import structlog
from django.db import DataError, IntegrityError
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler

from accounts.database.races import met_another
from accounts.models.base import StaleVersion
from accounts.rest.editions import Stale


class Conflict(APIException):
    """An action refused; its sentence is the detail."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


class TooOften(APIException):
    """More calls than one caller, or one workspace, has in a minute."""

    status_code = status.HTTP_429_TOO_MANY_REQUESTS
    default_code = "too_often"

    def __init__(self, wait: int) -> None:
        super().__init__(_("Too many calls. Wait as long as Retry-After says."))
        self.wait = wait  # becomes the header


def problem(error: Exception, context: dict[str, Any]) -> Response | None:
    """Say what is wrong in one shape for every error; unknown ones stay a 500 of Django's."""
    error = understood(error)
    response = exception_handler(error, context)
    if response is None:
        return None
    code = response.status_code
    invalid = isinstance(error, ValidationError)
    if invalid:
        code = status.HTTP_422_UNPROCESSABLE_ENTITY
    title = HTTPStatus(code).phrase
    body = {
        "type": getattr(error, "type", "about:blank"),
        "title": title,
        "status": code,
        "detail": title if invalid else str(getattr(error, "detail", title)),
        "request_id": structlog.contextvars.get_contextvars().get("request_id"),
        "errors": list(flat(response.data)) if invalid else _errors(error),
    }
    return Response(
        body,
        status=code,
        headers=dict(response.headers),
        content_type="application/problem+json",
    )


def understood(error: Exception) -> Exception:
    """What two who wrote at once, or a value out of all bounds, come to; else the error."""
    if isinstance(error, StaleVersion):
        return Stale(str(error))
    if isinstance(error, IntegrityError) or met_another(error):
        return Conflict(_("This was changed or taken back meanwhile."))
    if isinstance(error, DataError):
        return ValidationError(_("A value is outside of what can be kept."))
    return error


def _errors(error: Exception) -> list[dict[str, str]]:
    return list(getattr(error, "errors", []))


def flat(detail: Any, place: str = "") -> Iterator[dict[str, str]]:
    """Every sentence with the place in the body it is about."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from flat(inner, _within(place, name))
    elif isinstance(detail, list):
        nested = any(isinstance(inner, dict | list) for inner in detail)
        for number, inner in enumerate(detail):
            if inner:
                yield from flat(inner, f"{place}[{number}]" if nested else place)
    else:
        yield {"field": place, "detail": str(detail)}


def _within(place: str, name: str | int) -> str:
    if isinstance(name, int):
        return f"{place}[{name}]"
    own = "" if name == "non_field_errors" else name
    return f"{place}.{own}".strip(".")
