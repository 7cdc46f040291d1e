"""The API about files: what comes in, and what goes out."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from accounts.rest import (
    Act,
    Conflict,
    Creation,
    Filter,
    Reader,
    Resource,
    WorkspaceView,
    everything,
)
from accounts.rest import fields as body
from accounts.rest.columns import (
    COUNT,
    FLAG,
    ID,
    INSTANT,
    TEXT,
    Schema,
    column,
    maybe,
    one_of,
)
from accounts.rest.shapes import narrowed, without
from integrations.actions.exports import (
    ExportNotReady,
    TooManyExports,
    ask_for_export,
    take_export,
)
from integrations.actions.imports import (
    NotReady,
    ask_for_check,
    ask_for_commit,
    discard,
    keep_file,
)
from integrations.api.mappings import MappingBody
from integrations.exporting.answering import MIME, file_response
from integrations.importing.files import folder
from integrations.importing.kinds import look_at
from integrations.importing.mappings import PRESETS, BadMapping, preset
from integrations.importing.refusal import Unreadable
from integrations.models import (
    Contents,
    ExportRun,
    ExportStatus,
    Format,
    ImportRun,
    ImportStatus,
)

# --- what goes out -------------------------------------------------------------------


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


# --- what comes in -------------------------------------------------------------------


class ImportBody(body.Body):
    """A small file; its bytes as text, or in base64."""

    name = body.Text(max_length=120)
    text = body.Text(max_length=1_000_000, line=False, required=False)
    base64 = body.Bytes(max_length=1_000_000, required=False)

    @classmethod
    def shapes(cls, whole: Schema) -> list[Schema]:
        """Either of the two."""
        return [
            without(whole, "base64", needs="text"),
            without(whole, "text", needs="base64"),
        ]


class CheckBody(body.Body):
    """Nothing for a bundle; for a table the name of a preset, or a mapping."""

    preset = body.Choice([(name, name) for name in PRESETS], required=False)
    mapping: Any = MappingBody(required=False)


def _keep(given: Mapping[str, Any], reader: Reader) -> ImportRun:
    if ("text" in given) == ("base64" in given):
        raise ValidationError({"text": [_("Give either text or base64.")]})
    with folder() as where:
        path = where / "0"
        path.write_bytes(
            given["base64"] if "base64" in given else given["text"].encode()
        )
        return keep_file(
            path=path,
            name=given["name"],
            seen=look_at(path),
            beside={},
            by=reader.membership,
            now=reader.now,
        )


def _check(run: ImportRun, given: Mapping[str, Any], reader: Reader) -> ImportRun:
    name = given.get("preset", "")
    mapping = given.get("mapping") or (preset(name) if name else None)
    return ask_for_check(
        run=run,
        mapping=mapping,
        name=name,
        language=get_language() or "en",
        by=reader.membership,
        now=reader.now,
    )


def _commit(run: ImportRun, given: Mapping[str, Any], reader: Reader) -> ImportRun:
    return ask_for_commit(run=run, by=reader.membership, now=reader.now)


def _discard(run: ImportRun, given: Mapping[str, Any], reader: Reader) -> ImportRun:
    pk = run.pk
    discard(run=run, by=reader.membership, now=reader.now)
    run.pk = pk  # what is no more is answered as such
    return run


IMPORTS = Resource(
    name="imports",
    noun="import",
    about="A file that is tried first, and written when that is asked for: all or nothing.",
    permission="import.run",
    rows=everything(ImportRun),
    columns={
        "id": column("pk", ID),
        "name": maybe("file_name"),
        "source": column("source"),
        "status": column("status", one_of(ImportStatus)),
        "rows": column("row_count", COUNT),
        "report": column("report", {"type": "object"}),
        "started_at": column("started_at", INSTANT),
        "committed_at": column("committed_at", INSTANT, null=True),
    },
    filters={
        "status": Filter(one_of(ImportStatus), "status"),
        "source": Filter(TEXT, "source"),
    },
    creation=Creation(ImportBody, _keep, "import.run", (Unreadable,)),
    row_acts=(
        Act(
            "check",
            "Have the file read and tried; nothing is kept of it.",
            _check,
            "import.run",
            CheckBody,
            (NotReady, BadMapping),
        ),
        Act(
            "commit",
            "Have what was checked written.",
            _commit,
            "import.run",
            refusals=(NotReady,),
        ),
        Act(
            "discard",
            "Throw the file away before anything of it is written.",
            _discard,
            "import.run",
            refusals=(NotReady,),
        ),
    ),
)
