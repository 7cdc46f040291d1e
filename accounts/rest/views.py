"""The base of the API's views: the guard a test looks for, lists and their rows."""

from collections.abc import Iterable
from functools import cache
from typing import Any, ClassVar
from uuid import UUID

from django.http import Http404
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.generators import SchemaGenerator
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.rest.columns import plan
from accounts.rest.cursors import cursor_of, page_after
from accounts.rest.parameters import Asked, once, read, refuse_unknown
from accounts.rest.problems import Conflict, Stale, VersionNeeded
from accounts.rest.resources import Reader, Resource


class WorkspaceView(APIView):
    """An endpoint for members of a workspace, by session or by key.

    `permission` is a line of the table of permissions, `scope` what a key needs besides.
    """

    permission: ClassVar[str]
    scope: ClassVar[str]
    parameters: ClassVar[tuple[str, ...]] = ()

    def needed(self, method: str) -> tuple[str, str]:
        """The permission and the scope of a method."""
        return self.permission, self.scope

    def reader(self, request: Request, **params: Any) -> Reader:
        inner: Any = request._request
        return Reader(
            membership=inner.membership,
            workspace=inner.workspace,
            now=timezone.now(),
            params=params,
        )

    def given(self, request: Request) -> dict[str, str]:
        """The parameters of an endpoint that is no list."""
        given = once(request._request.GET)
        refuse_unknown(given, self.parameters)
        return given


class ResourceView(WorkspaceView):
    """What a list and a row have in common."""

    resource: ClassVar[Resource]

    def needed(self, method: str) -> tuple[str, str]:
        creation = self.resource.creation
        writing = {"POST": creation, "DELETE": self.resource.withdrawal}.get(method)
        if writing is not None:
            return writing.permission, f"{self.resource.name.replace('-', '_')}:write"
        return self.permission, self.scope

    def written(
        self, rows: Any, asked: Asked, reader: Reader, *, also: tuple[str, ...] = ()
    ) -> tuple[list[dict[str, Any]], list[tuple[Any, ...]]]:
        """The rows as they are answered, and the columns they were made from."""
        resource = self.resource
        own = [name for name in asked.fields if name in resource.columns]
        recipe = plan(
            resource.columns, names=own, expand=asked.expand, also=("pk", *also)
        )
        values = list(rows.values_list(*recipe.sources))
        answers = [recipe.row(each) for each in values]
        wanted = [name for name in asked.fields if name in resource.loaded]
        if wanted and values and resource.load is not None:
            more = resource.load([each[0] for each in values], reader)
            for answer, each in zip(answers, values, strict=True):
                extra = more.get(each[0], {})
                answer.update({name: extra.get(name) for name in wanted})
        return answers, values


class ListView(ResourceView):
    """`GET` a page of rows; `POST` one more, where the resource can be made."""

    def get(self, request: Request) -> Response:
        resource = self.resource
        asked = read(request._request.GET, resource=resource, is_list=True)
        reader = self.reader(request, **asked.filters)
        rows = resource.rows(reader).filter(
            **{
                resource.filters[name].lookup: value
                for name, value in asked.filters.items()
                if resource.filters[name].lookup
            }
        )
        rows = page_after(rows, resource=resource, asked=asked, reader=reader)
        source = resource.orderings[asked.ordering.removeprefix("-")]
        answers, values = self.written(
            rows[: asked.limit + 1], asked, reader, also=(source,) * (source != "pk")
        )
        cursor = None
        if len(values) > asked.limit:
            last = values[asked.limit - 1]
            place = (last[0] if source == "pk" else last[1], last[0])
            cursor = cursor_of(place, resource=resource, asked=asked, reader=reader)
        return Response({"results": answers[: asked.limit], "next": cursor})


class CreatingView(ListView):
    """A list whose rows can be made."""

    def post(self, request: Request) -> Response:
        creation = self.resource.creation
        assert creation is not None  # noqa: S101 -- for mypy
        asked = read(request._request.GET, resource=self.resource, is_list=False)
        body = creation.body(data=request.data)
        body.is_valid(raise_exception=True)
        reader = self.reader(request)
        try:
            made = creation.make(body.validated_data, reader)
        except creation.refusals as refusal:
            raise Conflict(str(refusal)) from refusal
        rows = self.resource.rows(reader).filter(pk=made.pk)
        answers, _values = self.written(rows, asked, reader)
        id = getattr(made, "lineage_id", made.pk)
        return Response(
            answers[0],
            status=status.HTTP_201_CREATED,
            headers={"Location": f"{request._request.path}/{id}"},
        )


class RowView(ResourceView):
    """`GET` one row; a foreign one and a missing one are the same 404."""

    def get(self, request: Request, id: UUID) -> Response:
        asked = read(request._request.GET, resource=self.resource, is_list=False)
        reader = self.reader(request, **asked.filters)
        rows = self.resource.rows(reader).filter(**{self.resource.key: id})
        withdrawal = self.resource.withdrawal
        also = (withdrawal.version,) if withdrawal else ()
        answers, values = self.written(rows[:1], asked, reader, also=also)
        if not answers:
            raise Http404
        headers = {"ETag": etag(values[0][1])} if withdrawal else None
        return Response(answers[0], headers=headers)


class WithdrawableView(RowView):
    """A row that can be taken back by who knows its version."""

    def delete(self, request: Request, id: UUID) -> Response:
        withdrawal = self.resource.withdrawal
        assert withdrawal is not None  # noqa: S101 -- for mypy
        refuse_unknown(once(request._request.GET), ())
        reader = self.reader(request)
        rows = self.resource.rows(reader).filter(**{self.resource.key: id})
        row = rows.first()
        if row is None:
            raise Http404
        refuse_other_version(request, getattr(row, withdrawal.version))
        try:
            withdrawal.act(row, reader)
        except withdrawal.refusals as refusal:
            raise Conflict(str(refusal)) from refusal
        return Response(status=status.HTTP_204_NO_CONTENT)


def etag(version: int) -> str:
    return f'"{version}"'


def refuse_other_version(request: Request, version: int) -> None:
    """:raises VersionNeeded: without If-Match; :raises Stale: when none of it is this one."""
    given = request.headers.get("If-Match", "").strip()
    if not given:
        raise VersionNeeded(_("Say in If-Match which version you mean: its ETag."))
    known = {each.strip() for each in given.split(",")}
    if not known & {"*", etag(version)}:
        raise Stale(_("This was changed or taken back meanwhile."))


def routes(*resources: Resource) -> Iterable[URLPattern]:
    """The addresses of resources: `/name`, named so, and `/name/{id}`, named by its noun."""
    for resource in resources:
        given = {
            "resource": resource,
            "permission": resource.permission,
            "scope": f"{resource.name.replace('-', '_')}:read",
            "__doc__": resource.about,
            "__module__": __name__,
        }
        base = CreatingView if resource.creation else ListView
        listing: Any = type("List", (base,), given)
        one = WithdrawableView if resource.withdrawal else RowView
        row: Any = type("Row", (one,), given)
        yield path(resource.name, listing.as_view(), name=resource.name)
        yield path(f"{resource.name}/<uuid:id>", row.as_view(), name=resource.noun)


class SchemaView(WorkspaceView):
    """What the API is made of, as OpenAPI 3.1."""

    permission = "workspace.enter"
    scope = "me:read"
    answer: ClassVar[dict[str, Any]] = {"type": "object"}

    def get(self, request: Request) -> Response:
        self.given(request)
        return Response(described())


@cache
def described() -> dict[str, Any]:
    """The description, made once in a process."""
    generator: Any = SchemaGenerator  # untyped
    made: dict[str, Any] = generator().get_schema(public=True)
    return made
