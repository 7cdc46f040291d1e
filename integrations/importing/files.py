"""Uploaded files, kept in the database piece by piece: the web and the workers share no disk."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from integrations.importing.besides import named
from integrations.importing.mappings import Mapping
from integrations.models import ImportChunk, ImportRun

PIECE = 1 << 20
THE_FILE = "file"


def keep(run: ImportRun, path: Path, *, file: str = "") -> None:
    """Keep a file of an import. Without a name it is the import's own."""
    with path.open("rb") as source:
        number = 0
        while data := source.read(PIECE):
            ImportChunk.objects.create(run=run, file=file, number=number, data=data)
            number += 1


def kept_beside(run: ImportRun) -> set[str]:
    """The names of the files that were given beside the import's own."""
    names = run.chunks.exclude(file="").values_list("file", flat=True)
    return set(names.distinct())


@contextmanager
def folder() -> Iterator[Path]:
    with TemporaryDirectory(prefix="import-") as name:
        yield Path(name)


def lay_out(run: ImportRun, mapping: Mapping | None, where: Path) -> Path:
    """Write an import's files into a folder, under tamed names; return its own."""
    names = {"": THE_FILE}
    there = sorted(kept_beside(run))
    for each in mapping.beside if mapping else ():
        names |= {file: _tame(file) for file in named(each, there)}
    for file, name in names.items():
        pieces = run.chunks.filter(file=file).order_by("number")
        _write(where / name, pieces.values_list("data", flat=True).iterator(4))
    return where / THE_FILE


def _tame(name: str) -> str:
    """A name of a file that leads nowhere, by which a mapping still knows it."""
    return re.sub(r"[^\w .()-]", "_", name, flags=re.ASCII)


def _write(path: Path, pieces: Iterator[bytes | memoryview]) -> None:
    """A file that was never given is not there; the import's own is, even when empty."""
    first = next(pieces, None)
    if first is None and path.name != THE_FILE:
        return
    with path.open("wb") as target:
        target.write(first or b"")
        target.writelines(pieces)
