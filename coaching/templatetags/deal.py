"""Small words of the pages about a deal."""

from datetime import date, datetime, timedelta
from typing import Any

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext

from readiness.templatetags.phases import percent, tone_of
from stakeholders.models import ANCHORS

register = template.Library()

TONES = {"won": "good", "lost": "bad", "no_decision": "warn"}


@register.filter
def as_percent(probability: float | None) -> str:
    """Write a probability the way the workspace reads it; nothing for None."""
    return "" if probability is None else percent(probability)


@register.filter
def as_points(gain: float) -> str:
    """Write a rise of a chance in points."""
    points = round(100 * gain)
    if points < 1:
        return gettext("less than 1 point")
    return ngettext("%(n)d point", "%(n)d points", points) % {"n": points}


@register.filter
def signed(change: float) -> str:
    """Write a change with its sign, to two digits."""
    sign = "+" if change >= 0 else "\N{MINUS SIGN}"
    return f"{sign}{number_format(abs(round(change, 2)), 2)}"


@register.filter
def phase_tone(anchor: str) -> str:
    """The class that colours a mark by the phase it is most typical of."""
    if anchor not in ANCHORS:
        return ""
    return f"phase-{tone_of(list(ANCHORS).index(anchor), len(ANCHORS))}"


@register.filter
def tone_of_outcome(outcome: str) -> str:
    return TONES.get(outcome, "")


@register.filter
def roles_note(row: Any) -> str:
    """A person's first role and job title, as far as they are known."""
    title = row.stakeholder.person.title
    return " · ".join(filter(None, [row.roles.first or gettext("no role yet"), title]))


@register.filter
def times(count: int) -> str:
    """Say how often a date has moved by now."""
    return ngettext("moved %(n)d time", "moved %(n)d times", count) % {"n": count}


@register.filter
def a_week_later(now: datetime) -> date:
    return now.date() + timedelta(days=7)
