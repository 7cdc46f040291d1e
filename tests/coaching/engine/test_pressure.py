"""No text that is shipped presses a buyer or makes up a deadline."""

import json
import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest

from coaching.engine.pressure import PRESSING, pressing_words

LANGUAGES = ("en", "nl", "fr")
# What forbids something, what explains a text, and what buyers do of themselves.
ELSEWHERE = {"do_not", "placeholders", "cases", "moves_on", "look_for"}
SHIPPED = (
    ("coaching", "plays.json"),
    ("coaching", "symptoms.json"),
    ("coaching", "wording.json"),
    ("readiness", "phases.json"),
)


def texts_of(given: Any, path: str = "") -> Iterator[tuple[str, str, str]]:
    """Every text with its language and where it stands; what forbids something is not one."""
    if isinstance(given, dict):
        for name, value in given.items():
            if name in LANGUAGES and isinstance(value, str | list):
                for text in [value] if isinstance(value, str) else value:
                    yield path, name, text
            elif name not in ELSEWHERE:
                yield from texts_of(value, f"{path}/{name}")
    elif isinstance(given, list):
        for place, value in enumerate(given):
            yield from texts_of(value, f"{path}/{place}")


@pytest.mark.parametrize(("app", "name"), SHIPPED)
def test_nothing_shipped_presses(app: str, name: str):
    told = json.loads((files(app) / "defaults" / name).read_text())
    texts = list(texts_of(told))

    assert len(texts) > 30
    assert [
        (path, found)
        for path, language, text in texts
        if (found := pressing_words(text, language=language))
    ] == []


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        ("en", "This offer expires on Friday.", ["expires"]),
        ("en", "It is your LAST CHANCE: sign today.", ["LAST CHANCE", "sign today"]),
        ("en", "Don\N{RIGHT SINGLE QUOTATION MARK}t wait.", ["Don't wait"]),
        ("en", "Your lasting choice; he hurried on; a rapid answer.", []),
        ("nl", "De prijs stijgt: beslis vandaag.", ["prijs stijgt", "beslis vandaag"]),
        ("nl", "Wat is voor u het laatste dat telt?", []),
        (
            "fr",
            "Dépêchez-vous, c'est la dernière chance.",
            ["Dépêchez", "dernière chance"],
        ),
        ("fr", "Qu'attendez-vous de cette solution ?", []),
        ("de", "a limited offer", ["limited offer"]),
    ],
)
def test_a_text_that_presses_is_found_by_its_words(
    language: str, text: str, found: list[str]
):
    assert pressing_words(text, language=language) == found


def test_every_language_has_a_list_of_words():
    assert set(PRESSING) == set(LANGUAGES)
    for words in PRESSING.values():
        assert len(words) >= 8
        for word in words:
            re.compile(word)
