"""Where the resources are found."""

from collections.abc import Iterable
from typing import Any

from django.urls import URLPattern, path

from accounts.rest import views
from accounts.rest.acts import acting
from accounts.rest.resources import Resource
from accounts.rest.uploads import uploading
from accounts.rest.upserts import may_be_upserted, upserting
from accounts.rest.views import CreatingView, EditedRowView, ListView, RowView


def routes(*resources: Resource) -> Iterable[URLPattern]:
    """The addresses of resources: `/name`, named so, and `/name/{id}`, named by its noun.

    Where they are declared also `/name/upsert`, `/name/batch`, `/name/upload` and
    `/name/{id}/act`.
    """
    for resource in resources:
        given = {
            "resource": resource,
            "permission": resource.permission,
            "scope": resource.scope("read"),
            "__doc__": resource.about,
            "__module__": views.__name__,
        }
        base = CreatingView if resource.creation else ListView
        listing: Any = type("List", (base,), given)
        row: Any = type("Row", *_row_of(resource, given))
        if may_be_upserted(resource):
            yield from upserting(resource, given)
        if resource.upload is not None:
            yield uploading(resource, given)
        yield path(resource.name, listing.as_view(), name=resource.name)
        yield path(f"{resource.name}/<uuid:id>", row.as_view(), name=resource.noun)
        yield from acting(resource, given)


def _row_of(
    resource: Resource, given: dict[str, Any]
) -> tuple[tuple[type[RowView], ...], dict[str, Any]]:
    """A view has the methods its resource has: the others are 405, not refused."""
    if resource.change is None and resource.removal is None:
        return (RowView,), given
    if not resource.version:
        raise ValueError(f"{resource.name} is changed, and has no version")
    methods: dict[str, Any] = {}
    if resource.change is not None:
        methods["patch"] = EditedRowView._change
    if resource.removal is not None:
        methods["delete"] = EditedRowView._remove
    return (EditedRowView,), given | methods
