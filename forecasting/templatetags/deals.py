"""Chances, and the small bar that says where a whole buying group stands."""

from collections.abc import Sequence
from datetime import date
from functools import cache, lru_cache

from django import template
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from readiness.templatetags.phases import percent, tone_of

register = template.Library()

_CELL, _GAP, _HEIGHT = 9, 1, 16
WORTH_SAYING = 0.15


@register.filter(name="percent")
def percent_filter(probability: float | None) -> str:
    """Write "34 %", or "under 1 %"; nothing for None."""
    return "" if probability is None else percent(probability)


@register.simple_tag
def mix_bar(mix: Sequence[float] | None, labels: Sequence[str]) -> SafeString:
    """Draw how the people heard are spread over the phases, by their influence."""
    if mix is None:
        return format_html('<span class="unknown">{}</span>', gettext("not heard"))
    said = ", ".join(
        f"{label} {percent(share)}"
        for label, share in zip(labels, mix, strict=True)
        if share >= WORTH_SAYING
    )
    return format_html(
        '<svg class="mix" role="img" aria-label="{}" {}{}</svg>',
        said,
        _frame(len(mix)),
        _columns(mix),
    )


@cache
def _frame(count: int) -> SafeString:
    width = count * (_CELL + _GAP) - _GAP
    across = "".join(
        f"M{i * (_CELL + _GAP)} 0h{_CELL}v{_HEIGHT}h-{_CELL}z" for i in range(count)
    )
    return format_html(
        'viewBox="0 0 {0} {1}" width="{0}" height="{1}"><path class="track" d="{2}"/>',
        width,
        _HEIGHT,
        across,
    )


def _columns(mix: Sequence[float]) -> SafeString:
    """A column for each phase that has a share."""
    return format_html_join(
        "",
        '<path class="phase-{}" d="M{} {}v-{}h{}v{}z"/>',
        (
            (
                tone_of(place, len(mix)),
                place * (_CELL + _GAP),
                _HEIGHT,
                height,
                _CELL,
                height,
            )
            for place, share in enumerate(mix)
            if (height := round(share * _HEIGHT, 1))
        ),
    )


@register.filter
def day(value: date | None, pattern: str = "j M") -> str:
    """Write a date; lists hold hundreds, and the same ones again and again."""
    return "" if value is None else _day(value, pattern, get_language())


@lru_cache(maxsize=4096)
def _day(value: date, pattern: str, _language: str | None) -> str:
    return date_format(value, pattern)
