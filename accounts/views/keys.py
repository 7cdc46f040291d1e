"""API keys: made, shown once, revoked; and what they open."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from accounts.actions.keys import create_api_key, revoke_api_key
from accounts.forms.keys import KeyForm
from accounts.http.guards import member
from accounts.http.pages import posted, render_page, see_other
from accounts.http.request import WorkspaceRequest
from accounts.models import ApiKey
from accounts.permissions import permissions_of
from accounts.rest.views import described

PAGE, DOCS = "accounts/api_keys.html", "accounts/api_docs.html"
KEYS_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Row:
    """One key of the list and how it stands."""

    key: ApiKey
    word: str
    tone: str
    is_live: bool


@require_http_methods(["GET", "HEAD", "POST"])
@member("key.manage")
def keys(request: WorkspaceRequest, slug: str) -> HttpResponse:
    form = KeyForm(posted(request), scopes=scopes())
    if not form.is_valid():
        return _page(request, form, status=422 if form.is_bound else 200)
    now = timezone.now()
    key, secret = create_api_key(
        name=form.cleaned_data["name"],
        scopes=form.chosen,
        membership=request.membership,
        by=request.membership,
        now=now,
        expires_at=form.expires_at(now),
    )
    # No redirect: the secret would have to be kept somewhere to be shown after it.
    return _page(request, KeyForm(scopes=scopes()), made=key, secret=secret)


def _page(
    request: WorkspaceRequest, form: KeyForm, *, status: int = 200, **made: Any
) -> HttpResponse:
    now = timezone.now()
    here = ApiKey.objects.filter(workspace=request.workspace)
    rows = here.select_related("membership").order_by("-created_at", "-pk")
    context = {
        "form": form,
        "rows": [_row(key, now) for key in rows[:KEYS_SHOWN]],
        "address": request.build_absolute_uri("/api/v1/opportunities"),
        **made,
    }
    response = render_page(request, PAGE, context, status=status)
    add_never_cache_headers(response)
    return response


def _row(key: ApiKey, now: datetime) -> Row:
    if key.revoked_at is not None:
        return Row(key, word=_("revoked"), tone="", is_live=False)
    if key.expires_at is not None and key.expires_at <= now:
        return Row(key, word=_("expired"), tone="warn", is_live=False)
    return Row(key, word=_("active"), tone="good", is_live=True)


@require_POST
@member("key.manage")
def revoke(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    key = get_object_or_404(ApiKey, pk=id, workspace=request.workspace)
    if key.revoked_at is None:
        revoke_api_key(key=key, by=request.membership, now=timezone.now())
    messages.success(request, _("“%(name)s” is revoked.") % {"name": key.name})
    return see_other("accounts:api-keys", slug=slug)


def scopes() -> set[str]:
    """Every scope some endpoint asks for."""
    return {
        operation["x-scope"]
        for path in described()["paths"].values()
        for operation in path.values()
    }


@require_safe
@member("workspace.enter")
def docs(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """The API's own description as a page: the same words as the schema's."""
    context = {
        "resources": _resources(request.build_absolute_uri("/")[:-1]),
        "may_make_keys": "key.manage" in permissions_of(request.membership),
    }
    return render_page(request, DOCS, context)


def _resources(root: str) -> list[dict[str, Any]]:
    """The operations by resource, each with its parameters, fields and an example."""
    resources: dict[str, dict[str, Any]] = {}
    for path, methods in described()["paths"].items():
        for method, operation in methods.items():
            name = operation["tags"][0]
            one = resources.setdefault(
                name,
                {"name": name, "about": operation["description"], "operations": []},
            )
            one["operations"].append(
                {
                    "method": method.upper(),
                    "about": _said_besides(operation, one["about"]),
                    "path": path,
                    "scope": operation["x-scope"],
                    "parameters": [
                        {"name": each["name"], "about": _about(each)}
                        for each in operation.get("parameters", [])
                    ],
                    "fields": _fields(operation),
                    "curl": _curl(method, root + path, operation),
                }
            )
    return [resources[name] for name in sorted(resources)]


def _said_besides(operation: dict[str, Any], about: str) -> str:
    """What an act does; the others say no more than the resource does."""
    said = str(operation["description"])
    return said if said != about else ""


def _about(parameter: dict[str, Any]) -> str:
    schema = parameter["schema"]
    if "enum" in schema:
        return ", ".join(schema["enum"])
    kind = schema.get("format") or schema.get("type", "")
    return str(parameter.get("description") or schema.get("description") or kind)


def _fields(operation: dict[str, Any]) -> list[dict[str, Any]]:
    """What the body of a POST holds."""
    content = operation.get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema", {})
    name = schema.get("$ref", "").rpartition("/")[2]
    component = described()["components"]["schemas"].get(name, {})
    needed = component.get("required", [])
    return [
        {"name": field, "is_needed": field in needed}
        for field in component.get("properties", {})
    ]


def _curl(method: str, address: str, operation: dict[str, Any]) -> str:
    line = f'curl -H "Authorization: Bearer $KEY" "{address}"'
    if method == "get":
        return line
    if method != "post":
        line = f"{line} \\\n  -X {method.upper()} -H 'If-Match: \"v1\"'"
    if method == "delete":
        return line
    fields = _fields(operation)
    # Of a change nothing is needed: one field shows how.
    named = [each for each in fields if each["is_needed"]] or fields[:1]
    body = ", ".join(f'"{field["name"]}": …' for field in named)
    return f"{line} \\\n  -H 'Content-Type: application/json' -d '{{{body}}}'"
