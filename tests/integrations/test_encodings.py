"""An encoding is recognised or refused: never mojibake."""

import codecs
from pathlib import Path

import pytest

from integrations.importing.encodings import encoding_of
from integrations.importing.refusal import Unreadable

TEXT = (
    "naam;plaats\nRenée;Liège\nJosé;Zürich\nl\N{RIGHT SINGLE QUOTATION MARK}été;10 €\n"
)


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        TEXT.encode("cp1252"),
    ],
    ids=["utf-8", "utf-8 with mark", "utf-16-le", "utf-16-be", "cp1252"],
)
def test_text_is_read_as_it_was_written(data: bytes, tmp_path: Path):
    path = tmp_path / "f.csv"
    path.write_bytes(data)

    assert path.read_text(encoding=encoding_of(path)) == TEXT


@pytest.mark.parametrize(
    ("data", "line"),
    [
        ("a\nRenée\n".encode("cp850"), 2),
        ("a\nRenée\n".encode("mac_roman"), 2),
        ("a\nžluť\n".encode("utf-16-le"), 1),
        ("a\nRenée\n".encode() + b"\xe9t\xe9\n", 2),
        (codecs.BOM_UTF8 + b"a\n\xe9\n", 2),
        (codecs.BOM_UTF16_LE + b"a\x00\n\x00\x00\xd8", 2),
        (codecs.BOM_UTF32_LE + "a".encode("utf-32-le"), 1),
        (b"a\nb\x00\n", 2),
    ],
    ids=[
        *("cp850", "mac", "utf-16 without mark", "two encodings", "broken utf-8"),
        *("broken utf-16", "utf-32", "nul"),
    ],
)
def test_what_is_not_recognised_is_refused_with_its_line(
    data: bytes, line: int, tmp_path: Path
):
    path = tmp_path / "f.csv"
    path.write_bytes(data)

    with pytest.raises(Unreadable) as refused:
        encoding_of(path)

    assert refused.value.line == line
