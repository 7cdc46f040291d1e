"""Errors as RFC 9457 `application/problem+json`."""

from http import HTTPStatus
from typing import Any

import structlog
from rest_framework import status
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler


class Conflict(APIException):
    """An action refused; its sentence is the detail."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


def problem(error: Exception, context: dict[str, Any]) -> Response | None:
    """Say what is wrong in one shape for every error; unknown ones stay a 500 of Django's."""
    response = exception_handler(error, context)
    if response is None:
        return None
    code = response.status_code
    invalid = isinstance(error, ValidationError)
    if invalid:
        code = status.HTTP_422_UNPROCESSABLE_ENTITY
    title = HTTPStatus(code).phrase
    body = {
        "type": "about:blank",
        "title": title,
        "status": code,
        "detail": title if invalid else str(getattr(error, "detail", title)),
        "request_id": structlog.contextvars.get_contextvars().get("request_id"),
    }
    if invalid:
        body["errors"] = response.data
    return Response(
        body,
        status=code,
        headers=dict(response.headers),
        content_type="application/problem+json",
    )
