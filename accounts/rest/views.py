"""The base of the API's views: the guard a test looks for, lists and their rows."""

from collections.abc import Mapping
from functools import cache
from typing import Any, ClassVar
from uuid import UUID

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.rest.columns import plan
from accounts.rest.cursors import cursor_of, page_after
from accounts.rest.editions import refuse_stale, refuse_unconditional, tag_of
from accounts.rest.idempotency import Remembering, Replay, begin
from accounts.rest.parameters import Asked, once, read, refuse_unknown
from accounts.rest.problems import Conflict, TooOften
from accounts.rest.resources import Creation, Filter, Reader, Resource, Shown
from accounts.rest.schema import name_scopes


class WorkspaceView(APIView):
    """An endpoint for members of a workspace, by session or by key.

    `permission` is a line of the table of permissions, `scope` what a key needs besides.
    """

    permission: ClassVar[str]
    scope: ClassVar[str]
    parameters: ClassVar[Mapping[str, Filter]] = {}
    kinds: ClassVar[tuple[str, ...]] = ("application/json",)  # of the answer
    codes: ClassVar[tuple[int, ...]] = ()  # of refusals besides the usual ones

    remembering: Remembering | None = None
    hidden: tuple[str, ...] = ()  # what of the answer is not remembered

    def needed(self, method: str) -> tuple[str, str]:
        """The permission and the scope of a method."""
        return self.permission, self.scope

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Who calls too often is sent away; then who may; then whether it was done before."""
        inner: Any = request._request
        allowance = inner.allowance
        if allowance is not None and allowance.retry_after is not None:
            raise TooOften(allowance.retry_after)
        super().initial(request, *args, **kwargs)
        if request.method == "POST":
            self.remembering = begin(inner)

    def handle_exception(self, exc: Exception) -> Any:
        if isinstance(exc, Replay):
            return exc.response
        return super().handle_exception(exc)

    def finalize_response(
        self, request: Any, response: Any, *args: Any, **kwargs: Any
    ) -> Any:
        final = super().finalize_response(request, response, *args, **kwargs)
        allowance = getattr(getattr(request, "_request", request), "allowance", None)
        for name, value in (allowance.headers if allowance else {}).items():
            final.headers[name] = value
        if self.remembering is not None and status.is_success(final.status_code):
            final.render()
            self.remembering.keep(final, now=timezone.now(), hidden=self.hidden)
        return final

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
        act = self.resource.acts.get(method)
        if act is not None:
            return act.permission, self.resource.scope("write")
        return self.permission, self.scope

    def held(self, id: UUID, reader: Reader) -> Any:
        """The row as it is now, shut to others until this is over.

        :raises Http404: when there is none, or none that the caller may see.
        """
        seen = self.resource.rows(reader).filter(**{self.resource.key: id})
        pk = seen.values_list("pk", flat=True).first()
        owner, _sep, _name = self.resource.version.rpartition("__")
        if pk and owner:  # what it belongs to is shut first, as by the actions
            whole = seen.model._meta.get_field(owner).related_model
            held = seen.filter(pk=pk).values(owner)
            whole._default_manager.select_for_update().filter(pk__in=held).first()
        rows = seen.model._default_manager.select_for_update(of=("self",))
        row = rows.filter(pk=pk).first() if pk else None
        if row is None:
            raise Http404
        return row

    def shown(self, done: Any) -> tuple[Any, dict[str, Any]]:
        """The row that an action gave, and what is told of it this once."""
        if not isinstance(done, Shown):
            return done, {}
        self.hidden = tuple(done.once)
        return done.row, dict(done.once)

    def one(
        self, rows: Any, asked: Asked, reader: Reader
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """A row as it is answered, and its ETag.

        :raises Http404: when there is none, or none that the reader may see.
        """
        version = self.resource.version
        also = (version,) if version else ()
        answers, values = self.written(rows[:1], asked, reader, also=also)
        if not answers:
            raise Http404
        return answers[0], {"ETag": tag_of(values[0][1])} if version else {}

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


class MakingView(ResourceView):
    """What makes a row answers it, and where it is found."""

    def made(self, request: Request, data: Any, creation: Creation) -> Response:
        asked = read(request._request.GET, resource=self.resource, is_list=False)
        body = creation.body(data=data)
        body.is_valid(raise_exception=True)
        reader = self.reader(request)
        try:
            made = creation.make(body.validated_data, reader)
        except creation.refusals as refusal:
            raise Conflict(str(refusal)) from refusal
        row, told = self.shown(made)
        rows = self.resource.rows(reader).filter(pk=row.pk)
        answer, headers = self.one(rows, asked, reader)
        id = getattr(row, "lineage_id", row.pk)
        place = reverse(f"api:{self.resource.noun}", args=[id])
        return Response(
            answer | told,
            status=status.HTTP_201_CREATED,
            headers=headers | {"Location": place},
        )


class CreatingView(ListView, MakingView):
    """A list whose rows can be made."""

    def post(self, request: Request) -> Response:
        creation = self.resource.creation
        assert creation is not None  # noqa: S101 -- for mypy
        return self.made(request, request.data, creation)


class RowView(ResourceView):
    """`GET` one row; a foreign one and a missing one are the same 404."""

    def get(self, request: Request, id: UUID) -> Response:
        asked = read(request._request.GET, resource=self.resource, is_list=False)
        reader = self.reader(request, **asked.filters)
        rows = self.resource.rows(reader).filter(**{self.resource.key: id})
        answer, headers = self.one(rows, asked, reader)
        return Response(answer, headers=headers)


class EditedRowView(RowView):
    """A row that can be changed or taken back, by who says which version they saw."""

    def _held(self, request: Request, id: UUID, reader: Reader) -> Any:
        """The row, when it is the one that was seen."""
        row = self.held(id, reader)
        given = refuse_unconditional(request._request)
        refuse_stale(given, self.resource.edition_of(row))
        return row

    def _change(self, request: Request, id: UUID) -> Response:
        change = self.resource.change
        assert change is not None  # noqa: S101 -- for mypy
        asked = read(request._request.GET, resource=self.resource, is_list=False)
        reader = self.reader(request)
        row = self._held(request, id, reader)
        body = change.body(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        try:
            changed = change.act(row, body.validated_data, reader)
        except change.refusals as refusal:
            raise Conflict(str(refusal)) from refusal
        rows = self.resource.rows(reader).filter(pk=changed.pk)
        answer, headers = self.one(rows, asked, reader)
        return Response(answer, headers=headers)

    def _remove(self, request: Request, id: UUID) -> Response:
        removal = self.resource.removal
        assert removal is not None  # noqa: S101 -- for mypy
        self.given(request)
        reader = self.reader(request)
        row = self._held(request, id, reader)
        try:
            removal.act(row, reader)
        except removal.refusals as refusal:
            raise Conflict(str(refusal)) from refusal
        return Response(status=status.HTTP_204_NO_CONTENT)


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
    name_scopes(made)
    return made
