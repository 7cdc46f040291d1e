"""The parts of a workbook: XML, fed to a parser piece by piece."""

import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from django.utils.translation import gettext as _

from integrations.importing.refusal import Unreadable

PIECE = 1 << 16
Attributes = dict[str, str]


@dataclass(slots=True)
class Handlers:
    """Whom a parser tells of an element, by its name without a prefix."""

    start: Mapping[str, Callable[[Attributes], None]]
    end: Mapping[str, Callable[[], None]] = field(default_factory=dict)
    text: Callable[[str], None] | None = None


def read(archive: zipfile.ZipFile, part: str, handlers: Handlers) -> None:
    for _done in fed(archive, part, handlers):
        pass


def fed(archive: zipfile.ZipFile, part: str, handlers: Handlers) -> Iterator[int]:
    """Parse a part piece by piece, telling how many bytes were read.

    :raises Unreadable: where it declares a document type: entities could grow without end.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    names: dict[str, str] = {}

    def start(name: str, told: Attributes) -> None:
        local = names.get(name) or names.setdefault(name, name.rpartition(":")[2])
        if handler := handlers.start.get(local):
            handler(told)

    def end(name: str) -> None:
        if handler := handlers.end.get(names[name]):
            handler()

    def refuse(*_told: Any) -> None:
        raise Unreadable(1, _("This spreadsheet declares what none needs: not read."))

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = handlers.text
    parser.StartDoctypeDeclHandler = refuse
    done = 0
    with archive.open(part) as source:
        while piece := source.read(PIECE):
            parser.Parse(piece)
            done += len(piece)
            yield done
        parser.Parse(b"", True)  # noqa: FBT003 -- that was all
        yield done
