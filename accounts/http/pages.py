"""Answer with a page, or with the part of it that htmx asked for."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.cache import patch_vary_headers


def render_page(
    request: Any,
    template: str,
    context: dict[str, Any],
    *,
    partial: str | None = None,
    status: int = 200,
) -> TemplateResponse:
    """Render the whole page, or only `partial` of it when htmx asks.

    What one may not see is left out of `context`: a part can be asked for alone.
    """
    htmx = request.htmx
    if partial and htmx and not (htmx.boosted or htmx.history_restore_request):
        template = f"{template}#{partial}"
    response = TemplateResponse(request, template, dict(context), status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def see_other(to: str, **kwargs: Any) -> HttpResponse:
    """After a successful POST: fetch that page (303), by its URL's name or its address."""
    response: HttpResponse = redirect(to, **kwargs)
    response.status_code = 303
    return response


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: also an empty body counts as an answer."""
    return request.POST if request.method == "POST" else None
