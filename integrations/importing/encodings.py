"""Which encoding a file is in: recognised, or refused. Never mojibake."""

import codecs
import re
from pathlib import Path

from django.utils.translation import gettext as _

from integrations.importing.refusal import Unreadable

CHUNK = 1 << 16

# A character of UTF-8 that takes two or more bytes. Text in CP1252 hardly ever holds one.
_UTF8_SEQUENCE = re.compile(
    rb"[\xc3-\xdf][\x80-\xbf]|[\xe1-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
# Signs that stand between two letters only where an encoding was taken for another: an
# é of CP850 is a low quotation mark in CP1252, one of Mac Roman a Ž. The apostrophe is
# not among them.
_SIGN_IN_A_WORD = re.compile(
    r"(?<=[a-zà-ÿ])[‚„…†‡ˆ‰‹›•˜™¡¢£¤¥¦§¨©ª¬®¯°±²³´µ¶¸¹º»«¼½¾¿×÷”“](?=[a-zà-ÿ])"  # noqa: RUF001 -- these very signs
    r"|(?<=[a-z])[ŠŽŒŸÀ-ÖØ-Þ](?=[a-z])"
)


def encoding_of(path: Path) -> str:
    """The codec to open a file with.

    :raises Unreadable: when it is in none of UTF-8, UTF-16 with its mark, or CP1252.
    """
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise Unreadable(1, _("The file is in UTF-32. Save it as UTF-8."))
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        _refuse_broken(path, "utf-16")
        return "utf-16"
    line = _first_broken_line(path, "utf-8-sig")
    if line is None:
        return "utf-8-sig"
    if start.startswith(codecs.BOM_UTF8):
        raise Unreadable(line, _broken("UTF-8"))
    _refuse_unlikely_cp1252(path)
    return "cp1252"


def _first_broken_line(path: Path, encoding: str) -> int | None:
    """The first line that is not in `encoding`, or None."""
    decoder, line = codecs.getincrementaldecoder(encoding)(), 1
    with path.open("rb") as file:
        while True:
            chunk = file.read(CHUNK)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                return line + error.object[: error.start].count(b"\n")
            if "\0" in text:
                raise Unreadable(line + text[: text.index("\0")].count("\n"), _nul())
            line += text.count("\n")
            if not chunk:
                return None


def _refuse_broken(path: Path, encoding: str) -> None:
    line = _first_broken_line(path, encoding)
    if line is not None:
        raise Unreadable(line, _broken(encoding.upper()))


def _refuse_unlikely_cp1252(path: Path) -> None:
    with path.open("rb") as file:
        for line, data in enumerate(file, start=1):
            if b"\0" in data:
                raise Unreadable(line, _nul())
            if data.isascii():
                continue
            if _UTF8_SEQUENCE.search(data):
                raise Unreadable(line, _broken("UTF-8"))
            try:
                text = data.decode("cp1252")
            except UnicodeDecodeError:
                raise Unreadable(line, _unknown()) from None
            if _SIGN_IN_A_WORD.search(text):
                raise Unreadable(line, _unknown())


def _nul() -> str:
    return _("There is a NUL character: this is not a text file.")


def _broken(encoding: str) -> str:
    return _(
        "The file is in %(encoding)s, but here are bytes that are not. Save it again"
        " as UTF-8."
    ) % {"encoding": encoding}


def _unknown() -> str:
    return _(
        "The encoding can't be recognised: it is not UTF-8, UTF-16 or CP1252. Save the"
        " file as UTF-8."
    )
