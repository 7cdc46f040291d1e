"""Numbers and words of a reading."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django import template
from django.utils.formats import number_format
from django.utils.translation import get_language, gettext

from readiness.templatetags.phases import percent, tone_of

register = template.Library()


@register.filter
def percent_of(share: float, digits: int = 0) -> str:
    """Write a share in percent; with digits where steps are compared."""
    if not digits:
        return percent(share)
    return gettext("%(number)s %%") % {
        "number": number_format(round(100 * share, digits), digits)
    }


@register.filter
def share_of(part: float | None) -> str:
    """Write a part of something in whole percent; it may be more than all of it."""
    if part is None:
        return ""
    return gettext("%(number)s %%") % {"number": number_format(round(100 * part))}


@register.filter
def just_after(moment: datetime) -> datetime:
    """Where a page of the timeline begins whose first talk is that of this moment."""
    return moment + timedelta(seconds=1)


@register.filter
def points_of(change: float) -> str:
    """Write a change of a chance in points, with its sign."""
    points = round(100 * change, 1)
    sign = "+" if points >= 0 else "\N{MINUS SIGN}"
    return f"{sign}{number_format(abs(points), 1)}"


@register.filter
def signed(number: float) -> str:
    """Write a number with two digits and its sign."""
    sign = "+" if number >= 0 else "\N{MINUS SIGN}"
    return f"{sign}{number_format(abs(round(number, 2)), 2)}"


@register.filter
def phases_apart(steps: float) -> str:
    """Say how far a human reads somebody ahead of the model, or behind it."""
    number = number_format(abs(round(steps, 1)), 1)
    if abs(steps) < 0.5:
        return gettext("Both are less than half a phase apart.")
    if steps > 0:
        return gettext("The human is %(number)s phases ahead of it.") % {
            "number": number
        }
    return gettext("The human is %(number)s phases behind it.") % {"number": number}


@register.filter
def words(texts: Mapping[str, Mapping[str, Any]], name: str) -> Any:
    """A text, or a list of them, in the language of the page."""
    by_language = texts.get(name, {})
    code = (get_language() or "en")[:2]
    return by_language.get(code) or by_language.get("en", "")


@register.filter
def at(items: Sequence[Any], place: int) -> Any:
    return items[place]


@register.filter
def tone_class(place: int, labels: Sequence[str]) -> str:
    return f"phase-{tone_of(place, len(labels))}"
