"""The API about files that go out."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from accounts.rest import (
    Conflict,
    Creation,
    Filter,
    Reader,
    Resource,
    WorkspaceView,
)
from accounts.rest import fields as body
from accounts.rest.columns import (
    COUNT,
    FLAG,
    ID,
    INSTANT,
    Schema,
    column,
    one_of,
)
from accounts.rest.shapes import narrowed
from integrations.actions.exports import (
    ExportNotReady,
    TooManyExports,
    ask_for_export,
    take_export,
)
from integrations.exporting.answering import MIME, file_response
from integrations.models import (
    Contents,
    ExportRun,
    ExportStatus,
    Format,
)


class ExportBody(body.Body):
    contents = body.Choice(Contents.choices)
    format = body.Choice(Format.choices, required=False)
    raw = body.Flag(required=False)

    @classmethod
    def shapes(cls, whole: Schema) -> list[Schema]:
        """A bundle alone is JSON Lines."""
        tables = [each for each in Contents.values if each != Contents.BUNDLE]
        return [
            narrowed(whole, contents=[Contents.BUNDLE], format=[Format.JSONL]),
            narrowed(whole, contents=tables, format=[Format.XLSX, Format.CSV]),
        ]


def _ask(given: Mapping[str, Any], reader: Reader) -> ExportRun:
    is_bundle = given["contents"] == Contents.BUNDLE
    format = given.get("format", Format.JSONL if is_bundle else Format.XLSX)
    if is_bundle != (format == Format.JSONL):
        raise ValidationError({"format": [_("A bundle alone is JSON Lines.")]})
    return ask_for_export(
        contents=given["contents"],
        format=format,
        is_raw=given.get("raw", False),
        by=reader.membership,
        now=reader.now,
    )


EXPORTS = Resource(
    name="exports",
    noun="export",
    about="A file of what is here, made by a worker and kept for a day.",
    permission="export.run",
    rows=lambda reader: ExportRun.objects.kept_at(reader.now),
    columns={
        "id": column("pk", ID),
        "contents": column("contents", one_of(Contents)),
        "format": column("format", one_of(Format)),
        "raw": column("is_raw", FLAG),
        "status": column("status", one_of(ExportStatus)),
        "asked_at": column("asked_at", INSTANT),
        "ready_at": column("ready_at", INSTANT, null=True),
        "rows": column("row_count", COUNT),
        "size": column("size", COUNT),
    },
    filters={"status": Filter(one_of(ExportStatus), "status")},
    creation=Creation(ExportBody, _ask, "export.run", (TooManyExports,)),
)


class ExportFileView(WorkspaceView):
    """The file of an export that is ready; whoever takes it is written down."""

    permission = "export.run"
    scope = "exports:read"
    answer = {"type": "string", "format": "binary"}
    kinds = tuple(MIME.values())
    codes = (409,)

    def get(self, request: Request, id: UUID) -> HttpResponse:
        self.given(request)
        reader = self.reader(request)
        run = get_object_or_404(ExportRun.objects.kept_at(reader.now), pk=id)
        try:
            data = take_export(run=run, by=reader.membership, now=reader.now)
        except ExportNotReady as refusal:
            raise Conflict(str(refusal)) from refusal
        return file_response(run, data)
