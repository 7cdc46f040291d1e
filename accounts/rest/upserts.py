"""Rows by what they are called elsewhere: one made or changed, or a hundred at once."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar
from uuid import UUID

from django.db import DatabaseError, IntegrityError, transaction
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import MergedRow
from accounts.rest.columns import FLAG
from accounts.rest.fields import Body, Text
from accounts.rest.parameters import BadParameter, flag_of, read
from accounts.rest.problems import Conflict, problem, understood
from accounts.rest.resources import Change, Creation, Filter, Reader, Resource
from accounts.rest.shapes import MOST_ITEMS
from accounts.rest.views import ResourceView


def body_of(resource: Resource) -> type[Body]:
    """What makes a row, and what it is called there."""
    creation = resource.creation
    assert creation is not None  # noqa: S101 -- for mypy
    name = creation.body.__name__.removesuffix("Body")
    fields = {"source": Text(max_length=80), "external_id": Text(max_length=120)}
    made: type[Body] = type(f"{name}UpsertBody", (creation.body,), fields)
    return made


class UpsertView(ResourceView):
    """Make a row, or change the one that has this `external_id` of this `source`."""

    body: ClassVar[Any]
    verb = "upsert"
    good = status.HTTP_200_OK

    def post(self, request: Request) -> Response:
        asked = read(request._request.GET, resource=self.resource, is_list=False)
        reader = self.reader(request)
        outcome, row = kept(
            request.data, resource=self.resource, body=self.body, reader=reader
        )
        rows = self.resource.rows(reader).filter(pk=row.pk)
        answer, headers = self.one(rows, asked, reader)
        return Response({"outcome": outcome, "row": answer}, headers=headers)


class BatchView(ResourceView):
    """As many upserts, each kept or refused by itself; with `atomic=true` all or none."""

    body: ClassVar[Any]  # of one item
    verb = "batch"
    good = status.HTTP_207_MULTI_STATUS
    parameters = {"atomic": Filter(FLAG)}

    def post(self, request: Request) -> Response:
        is_atomic = _flag(self.given(request).get("atomic", "false"))
        items = _items(request.data)
        reader = self.reader(request)
        results = [
            self._one_of_many(number, item, reader, is_atomic=is_atomic)
            for number, item in enumerate(items)
        ]
        return Response({"results": results}, status=self.good)

    def _one_of_many(
        self, number: int, item: Any, reader: Reader, *, is_atomic: bool
    ) -> dict[str, Any]:
        try:
            with transaction.atomic():
                outcome, row = kept(
                    item, resource=self.resource, body=self.body, reader=reader
                )
        except (APIException, DatabaseError) as error:
            if is_atomic:
                raise _placed(error, number) from error
            answer = problem(error, {})
            if answer is None:
                raise
            told = {"outcome": None, "id": None, "problem": answer.data}
            return {"index": number, "status": answer.status_code, **told}
        told = {"outcome": outcome, "id": row.pk, "problem": None}
        return {"index": number, "status": status.HTTP_200_OK, **told}


def kept(
    data: Any, *, resource: Resource, body: type[Body], reader: Reader
) -> tuple[str, Any]:
    """Make or change one row; say which, or that it was so already.

    :raises ValidationError: when the body is not valid.
    :raises Conflict: when an action refuses.
    """
    form = body(data=data)
    form.is_valid(raise_exception=True)
    values = form.validated_data
    row = _found(values, resource, reader)
    if row is None:
        try:
            with transaction.atomic():
                return "created", _made(values, resource, reader)
        except IntegrityError:
            # Somebody else made it this moment; or it is one that may not be seen.
            row = _found(values, resource, reader)
            if row is None:
                raise
    return _changed(row, values, resource=resource, reader=reader)


def _found(values: Mapping[str, Any], resource: Resource, reader: Reader) -> Any:
    called = {name: values[name] for name in ("source", "external_id")}
    seen = resource.rows(reader).filter(**called)
    pk: UUID | None = seen.values_list("pk", flat=True).first()
    if pk is None:
        heir = MergedRow.objects.heir_called(seen.model, **called)
        pk = (
            heir
            and resource.rows(reader)
            .filter(pk=heir)
            .values_list("pk", flat=True)
            .first()
        )
    if pk is None:
        return None
    rows = seen.model._default_manager.select_for_update(of=("self",))
    return rows.filter(pk=pk).first()


def _made(values: Mapping[str, Any], resource: Resource, reader: Reader) -> Any:
    creation = resource.creation
    assert creation is not None  # noqa: S101 -- for mypy
    try:
        return creation.make(values, reader)
    except creation.refusals as refusal:
        raise Conflict(str(refusal)) from refusal


def _changed(
    row: Any, values: Mapping[str, Any], *, resource: Resource, reader: Reader
) -> tuple[str, Any]:
    change = resource.change
    assert change is not None  # noqa: S101 -- for mypy
    may = change.body().fields
    for name in set(values) - set(may) - {"source", "external_id"}:
        if getattr(row, f"{name}_id", getattr(row, name, None)) != values[name]:
            raise ValidationError({name: [_("This can't be changed here.")]})
    before = getattr(row, resource.version)
    told = {name: value for name, value in values.items() if name in may}
    try:
        changed = change.act(row, told, reader)
    except change.refusals as refusal:
        raise Conflict(str(refusal)) from refusal
    is_same = getattr(changed, resource.version) == before
    return "unchanged" if is_same else "updated", changed


def _flag(text: str) -> bool:
    flag = flag_of(text)
    if flag is None:
        raise BadParameter("atomic", _("This value can't be read."))
    return flag


def _items(data: Any) -> list[Any]:
    if not isinstance(data, Mapping) or set(data) != {"items"}:
        raise ValidationError({"items": [_("A batch is a list of items.")]})
    items = data["items"]
    if not isinstance(items, list) or not 1 <= len(items) <= MOST_ITEMS:
        sentence = _("A batch has 1 to %(number)s items.") % {"number": MOST_ITEMS}
        raise ValidationError({"items": [sentence]})
    return items


def _placed(error: Exception, number: int) -> Exception:
    """The same refusal, with the number of the item it is about."""
    known = understood(error)
    if isinstance(known, ValidationError):
        place: Any = {number: known.detail}
        return ValidationError({"items": place})
    told = problem(known, {})
    if told is None:
        return error
    conflict = Conflict(told.data["detail"])
    conflict.errors = [  # type: ignore[attr-defined]
        {"field": f"items[{number}]", "detail": told.data["detail"]}
    ]
    return conflict


def may_be_upserted(resource: Resource) -> bool:
    """Made, changed, and called something elsewhere."""
    return (
        isinstance(resource.creation, Creation)
        and isinstance(resource.change, Change)
        and "external_id" in resource.filters
    )


def upserting(resource: Resource, given: dict[str, Any]) -> Iterable[URLPattern]:
    """`/name/upsert` and `/name/batch` of a resource that may be."""
    body = body_of(resource)
    for base in (UpsertView, BatchView):
        view: Any = type(base.__name__, (base,), given | {"body": body})
        name = f"{resource.name}-{base.verb}"
        yield path(f"{resource.name}/{base.verb}", view.as_view(), name=name)
