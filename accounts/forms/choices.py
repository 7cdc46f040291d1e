"""What one can choose from: currencies, time zones, months, languages."""

import zoneinfo
from functools import cache

from babel import Locale
from django.conf import settings
from django.utils.dates import MONTHS
from django.utils.translation import get_language

from accounts.models.currencies import current_codes

Choices = list[tuple[str, str]]
Groups = list[tuple[str, Choices]]

_AREAS = (
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
)


def currencies() -> Choices:
    """The money of today's countries, by code, with its name in the reader's language."""
    return _currencies_in(get_language() or settings.LANGUAGE_CODE)


@cache
def _currencies_in(language: str) -> Choices:
    names = Locale.parse(language, sep="-").currencies
    return [(code, f"{code} · {names.get(code, code)}") for code in current_codes()]


@cache
def time_zones() -> Groups:
    """The places of the time-zone database, by area."""
    areas: dict[str, Choices] = {}
    for name in sorted(zoneinfo.available_timezones()):
        area, _slash, place = name.partition("/")
        if place and area in _AREAS:
            label = place.replace("_", " ").replace("/", " · ")
            areas.setdefault(area, []).append((name, label))
    return [("UTC", [("UTC", "UTC")]), *areas.items()]


def months() -> Choices:
    return [(str(number), str(name).capitalize()) for number, name in MONTHS.items()]


def languages() -> Choices:
    """Each by its own name, so that everybody finds theirs."""
    return [
        (code, (Locale.parse(code).get_language_name(code) or code).capitalize())
        for code, _name in settings.LANGUAGES
    ]
