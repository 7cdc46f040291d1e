"""What is done to a row besides changing its fields: `POST /name/{id}/act`."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar
from uuid import UUID

from django.urls import URLPattern, path
from drf_spectacular.utils import OpenApiParameter
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.rest.editions import refuse_stale
from accounts.rest.fields import Body
from accounts.rest.parameters import read
from accounts.rest.problems import Conflict
from accounts.rest.resources import Act, Resource
from accounts.rest.schema import Schema, optional_tag
from accounts.rest.views import ResourceView


class ActSchema(Schema):
    """Describes an act by its declaration."""

    @property
    def act(self) -> Act:
        view: Any = self.view
        act: Act = view.act
        return act

    def get_operation_id(self) -> str:
        return f"{self.act.name}_{self.resource.noun}".replace("-", "_")

    def get_description(self) -> str:  # type: ignore[override]
        return self.act.about

    def get_override_parameters(self) -> list[Any]:
        asked: list[Any] = [] if self.act.answer else super().get_override_parameters()
        return asked or self._headers()

    def _headers(self) -> list[OpenApiParameter]:
        tag = [optional_tag()] if self.resource.version else []
        return [*super()._headers(), *tag]

    def get_request_serializer(self) -> Any:
        return self.act.body

    def get_response_serializers(self) -> Any:
        answers = dict(super().get_response_serializers())
        problem = answers[404, "application/problem+json"]
        if self.resource.version:
            answers[412, "application/problem+json"] = problem
        if not self.act.answer:
            answers[204] = None
        return answers

    def _answer(self) -> dict[str, Any]:
        return dict(self.act.answer) if self.act.answer else super()._answer()

    @property
    def once(self) -> Mapping[str, Any]:
        return self.act.once


class ActView(ResourceView):
    """Do it to one row, shut to others meanwhile, and answer the row as it is then."""

    act: ClassVar[Act]
    good = status.HTTP_200_OK
    schema = ActSchema()

    def needed(self, method: str) -> tuple[str, str]:
        if method == "POST":
            return self.act.permission, self.resource.scope("write")
        return super().needed(method)

    def post(self, request: Request, id: UUID) -> Response:
        act, resource = self.act, self.resource
        if act.answer:
            self.given(request)
        asked = read(request._request.GET, resource=resource, is_list=False)
        reader = self.reader(request)
        row = self.held(id, reader)
        given = request.headers.get("If-Match")
        if given is not None and resource.version:
            refuse_stale(given.strip(), resource.edition_of(row))
        body = (act.body or Body)(data=request.data)
        body.is_valid(raise_exception=True)
        try:
            done = act.run(row, body.validated_data, reader)
        except act.refusals as refusal:
            raise Conflict(str(refusal)) from refusal
        if act.answer:
            return Response(done)
        done, told = self.shown(done)
        rows = resource.rows(reader).filter(pk=done.pk)
        if not rows.exists():
            # It was given away, or is over: there is nothing left that one may see.
            return Response(status=status.HTTP_204_NO_CONTENT)
        answer, headers = self.one(rows, asked, reader)
        return Response(answer | told, headers=headers)


def acting(resource: Resource, given: dict[str, Any]) -> Iterable[URLPattern]:
    """`/name/{id}/act` of each of its acts."""
    for act in resource.row_acts:
        view: Any = type("Act", (ActView,), given | {"act": act})
        address = f"{resource.name}/<uuid:id>/{act.name}"
        yield path(address, view.as_view(), name=f"{resource.noun}-{act.name}")
