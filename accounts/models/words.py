"""Texts that travel with the data, in the product's languages."""

from collections.abc import Mapping

from django.utils.translation import get_language


def in_words(texts: Mapping[str, Mapping[str, str]], name: str) -> str:
    """A text of `{name: {language: words}}` in the language of the page, else in English."""
    by_language = texts.get(name, {})
    return by_language.get((get_language() or "en")[:2]) or by_language.get("en", "")
