"""English, Dutch and French, without gettext's programs: Babel reads, writes and compiles.

The sentences of the sources are found by Babel's Python extractor; a template becomes
Python to it by Django's own `templatize`.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

APPS = (
    "accounts",
    "buyreadiness",
    "coaching",
    "forecasting",
    "integrations",
    "opportunities",
    "readiness",
    "stakeholders",
)
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
SOURCE = "en"


@dataclass(frozen=True, slots=True)
class Gap:
    """A sentence that one language lacks, or has for nothing."""

    language: str
    why: str
    sentence: str


def gaps() -> list[Gap]:
    """What is missing, doubtful or left over in the catalogues of all languages."""
    wanted = sentences()
    return [gap for language in languages() for gap in _gaps_in(language, wanted)]


def update() -> None:
    """Bring the catalogues in step with the sources; what is new stays empty."""
    wanted = sentences()
    for language in languages():
        catalog = _catalog(language)
        catalog.update(wanted, no_fuzzy_matching=True, update_creation_date=False)
        catalog.obsolete.clear()
        catalog.header_comment = f"# BuyReadiness: {language}"
        catalog.project, catalog.version = "BuyReadiness", "0.1.0"
        catalog.fuzzy = False
        with _path(language, "po").open("wb") as file:
            write_po(file, catalog, width=100, sort_output=True, omit_header=False)


def compile_stale() -> None:
    """Compile what is newer than its compiled form; leave a read-only folder alone."""
    for language in languages():
        source, compiled = _path(language, "po"), _path(language, "mo")
        if not source.exists() or not os.access(source.parent, os.W_OK):
            continue
        if compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime:
            continue
        # Several processes may start at once: each renames a whole file of its own.
        half_made = compiled.with_suffix(f".{os.getpid()}")
        with half_made.open("wb") as file:
            write_mo(file, _catalog(language))
        half_made.rename(compiled)


def languages() -> list[str]:
    return [code for code, _name in settings.LANGUAGES if code != SOURCE]


def sentences() -> Catalog:
    """Every sentence of our sources that is to be translated."""
    found = Catalog(charset="utf-8")
    for path in _sources():
        text = path.read_text()
        if path.suffix != ".py":
            # Babel wants Python: what templatize blanks out must not look indented.
            text = templatize(text, origin=str(path))
            text = "\n".join(line.strip() for line in text.splitlines())
        place = str(path.relative_to(settings.BASE_DIR))
        lines = extract("python", BytesIO(text.encode()), keywords=KEYWORDS)
        for _line, sentence, _comments, context in lines:
            found.add(sentence, locations=[(place, 0)], context=context)
    return found


def _sources() -> Iterator[Path]:
    for app in APPS:
        yield from sorted((settings.BASE_DIR / app).rglob("*.py"))
    for suffix in ("html", "txt"):
        yield from sorted((settings.BASE_DIR / "templates").rglob(f"*.{suffix}"))


def _gaps_in(language: str, wanted: Catalog) -> Iterator[Gap]:
    have = _catalog(language)
    for message in wanted:
        if not message.id:
            continue
        there = have.get(message.id, message.context)
        if there is None or not _is_whole(there):
            yield Gap(language, "missing", _name(message))
        elif there.fuzzy:
            yield Gap(language, "doubtful", _name(message))
        elif any(True for _error in there.check(have)):
            yield Gap(language, "other placeholders", _name(message))
    for message in have:
        if message.id and wanted.get(message.id, message.context) is None:
            yield Gap(language, "left over", _name(message))


def _is_whole(message: Message) -> bool:
    words = message.string
    return bool(words) if isinstance(words, str) else all(words or [""])


def _name(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _catalog(language: str) -> Catalog:
    path = _path(language, "po")
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        return Catalog(locale=language, charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language)


def _path(language: str, suffix: str) -> Path:
    folder = Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES"
    return folder / f"django.{suffix}"
