"""Texts of the phase model, with their words in each language: how they are read and told."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from accounts.rest import fields as body
from accounts.rest.columns import TEXT, Schema, list_of
from readiness.actions.phase_models import LANGUAGES

NAME, WORDS, LINE, MOST_LINES = 120, 600, 300, 12  # as the pack has them


class NamesBody(body.Body):
    """What it is called; English is what the others fall back to."""

    en = body.Text(max_length=NAME)
    nl = body.Text(max_length=NAME, required=False)
    fr = body.Text(max_length=NAME, required=False)


class WordsBody(body.Body):
    """A few sentences."""

    en = body.Text(max_length=WORDS, line=False, allow_blank=True)
    nl = body.Text(max_length=WORDS, line=False, required=False)
    fr = body.Text(max_length=WORDS, line=False, required=False)


def _lines(**more: Any) -> Any:
    return serializers.ListField(
        child=body.Text(max_length=LINE), max_length=MOST_LINES, **more
    )


class LinesBody(body.Body):
    """Some lines."""

    en = _lines()
    nl = _lines(required=False)
    fr = _lines(required=False)


class ActionTextsBody(body.Body):
    """What is sent replaces what was there; what is not sent stays."""

    name: Any = NamesBody(required=False)
    definition: Any = WordsBody(required=False)


class NewActionTextsBody(ActionTextsBody):
    name: Any = NamesBody()


class SignalTextsBody(ActionTextsBody):
    example: Any = WordsBody(required=False)


class NewSignalTextsBody(SignalTextsBody):
    name: Any = NamesBody()


class PhaseTextsBody(ActionTextsBody):
    cues: Any = LinesBody(required=False)
    moves_on: Any = LinesBody(required=False)
    pushes_back: Any = LinesBody(required=False)
    do: Any = LinesBody(required=False)
    do_not: Any = LinesBody(required=False)
    look_for: Any = LinesBody(required=False)


def told(texts: type[body.Body]) -> Schema:
    """Such texts as they are answered."""
    properties = {
        name: _by_language(list_of(TEXT) if isinstance(words, LinesBody) else TEXT)
        for name, words in texts().fields.items()
    }
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _by_language(words: Schema) -> Schema:
    properties = dict.fromkeys(LANGUAGES, words)
    return {"type": "object", "properties": properties, "additionalProperties": False}


def plain(texts: Any) -> dict[str, Any]:
    """Validated texts as they are kept."""
    return {name: dict(by_language) for name, by_language in texts.items()}


def filled(texts: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """The same, with an empty text where nothing was said."""
    return {name: {"en": ""} for name in names} | plain(texts)
