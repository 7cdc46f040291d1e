"""Pages for what went wrong: the same bytes for a foreign thing and a missing one."""

from http import HTTPStatus
from typing import Any

import structlog
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from accounts.http.guards import public
from accounts.http.tickets import keep_form

PROBLEM = "application/problem+json"


def _error(
    request: HttpRequest, status: int, *, detail: str = "", template: str = ""
) -> HttpResponse:
    if request.path.startswith("/api/"):
        title = HTTPStatus(status).phrase
        body: dict[str, Any] = {
            "type": "about:blank",
            "title": title,
            "status": status,
            "detail": detail or title,
            "request_id": structlog.contextvars.get_contextvars().get("request_id"),
            "errors": [],
        }
        return JsonResponse(body, status=status, content_type=PROBLEM)
    context = {"detail": detail}
    return render(request, template or f"{status}.html", context, status=status)


@public
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, BadRequest):  # ours; the others are not for showing
        status = getattr(exception, "status", 400)
        return _error(request, status, detail=str(exception), template="400.html")
    return _error(request, 400)


@public
def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error(request, 403, detail=str(exception))


@public
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error(request, 404)


@public
def server_error(request: HttpRequest) -> HttpResponse:
    return _error(request, 500)


@public
def csrf_failure(request: HttpRequest, reason: str = "", **kwargs: Any) -> HttpResponse:
    keep_form(request)  # somebody signed in anew beside it
    return _error(request, 403, template="403_csrf.html")
