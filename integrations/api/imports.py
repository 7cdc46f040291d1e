"""The API about files that come in: kept, tried, written, and taken back."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from accounts.rest import Act, Creation, Filter, Reader, Resource, everything
from accounts.rest import fields as body
from accounts.rest.columns import (
    COUNT,
    FLAG,
    ID,
    INSTANT,
    TEXT,
    Column,
    Schema,
    column,
    list_of,
    maybe,
    object_of,
    one_of,
    or_null,
)
from accounts.rest.shapes import without
from integrations.actions.imports import (
    NotReady,
    ask_for_check,
    ask_for_commit,
    ask_for_preview_of_undo,
    ask_for_undo,
    discard,
    keep_file,
)
from integrations.actions.uploads import keep_uploaded
from integrations.api.mappings import MappingBody
from integrations.forms.imports import MOST_BESIDE
from integrations.importing.files import folder
from integrations.importing.kinds import look_at
from integrations.importing.mappings import PRESETS, BadMapping, preset
from integrations.importing.refusal import Unreadable
from integrations.importing.undoing import CHANGED, MERGED, STANDS
from integrations.models import ImportRun, ImportStatus


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


class ImportUploadBody(body.Body):
    """A file, and the lists its mapping reads beside it."""

    file = body.File()
    beside = serializers.ListField(
        child=body.File(), required=False, max_length=MOST_BESIDE
    )


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


def _upload(given: Mapping[str, Any], reader: Reader) -> ImportRun:
    return keep_uploaded(
        given["file"],
        beside=given.get("beside", []),
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


def _preview(run: ImportRun, given: Mapping[str, Any], reader: Reader) -> ImportRun:
    return ask_for_preview_of_undo(run=run, by=reader.membership, now=reader.now)


def _undo(run: ImportRun, given: Mapping[str, Any], reader: Reader) -> ImportRun:
    return ask_for_undo(run=run, by=reader.membership, now=reader.now)


_COUNTS = {"type": "object", "additionalProperties": COUNT}
_UNDO = object_of(
    gone=_COUNTS,
    back=_COUNTS,
    obstacles=list_of(
        object_of(why=one_of([CHANGED, STANDS, MERGED]), kind=TEXT, name=TEXT)
    ),
    obstacle_count=COUNT,
    has_failed=FLAG,
)


def _told_of_undo(undo: dict[str, Any]) -> dict[str, Any] | None:
    if not undo:
        return None
    return {
        "gone": undo.get("gone", {}),
        "back": undo.get("back", {}),
        "obstacles": [
            {"why": why, "kind": kind, "name": name}
            for why, kind, name in undo.get("obstacles", [])
        ],
        "obstacle_count": undo.get("obstacle_count", 0),
        "has_failed": undo.get("has_failed", False),
    }


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
        "undo": Column(("undo",), or_null(_UNDO), _told_of_undo),
        "undone_at": column("undone_at", INSTANT, null=True),
    },
    filters={
        "status": Filter(one_of(ImportStatus), "status"),
        "source": Filter(TEXT, "source"),
    },
    creation=Creation(ImportBody, _keep, "import.run", (Unreadable,)),
    upload=Creation(ImportUploadBody, _upload, "import.run", (Unreadable,)),
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
            "preview-undo",
            "Have a worker see what an undo takes back, and what stands in its way.",
            _preview,
            "import.run",
            refusals=(NotReady,),
        ),
        Act(
            "undo",
            "Take back what was written: all of it, once a preview found no obstacle.",
            _undo,
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
