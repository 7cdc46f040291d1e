"""Files that come in by a form, of a page or of the API."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from accounts.models import Membership
from integrations.actions.imports import keep_file
from integrations.importing.files import folder
from integrations.importing.kinds import look_at
from integrations.models import ImportRun


def keep_uploaded(
    uploaded: "UploadedFile[Any]",
    *,
    beside: "Sequence[UploadedFile[Any]]",
    by: Membership,
    now: datetime,
) -> ImportRun:
    """Keep an uploaded file and those beside it, piece by piece, until it is imported.

    :raises Unreadable: with the line and a sentence, when it is nothing that is read.
    """
    with _on_disk(uploaded, *beside) as paths:
        named = zip(beside, paths[1:], strict=True)
        return keep_file(
            path=paths[0],
            name=_name_of(uploaded),
            seen=look_at(paths[0]),
            beside={_name_of(each): path for each, path in named},
            by=by,
            now=now,
        )


@contextmanager
def _on_disk(*uploaded: "UploadedFile[Any]") -> Iterator[list[Path]]:
    """Uploaded files under names of ours, for as long as they are looked at."""
    with folder() as where:
        paths = [where / str(number) for number, _file in enumerate(uploaded)]
        for file, path in zip(uploaded, paths, strict=True):
            with path.open("wb") as target:
                target.writelines(file.chunks())
        yield paths


def _name_of(file: "UploadedFile[Any]") -> str:
    """The file's name, as text that can be kept and shown."""
    name = "".join(c for c in (file.name or "") if c.isprintable())
    return name.encode(errors="replace").decode()[:120] or "file"
