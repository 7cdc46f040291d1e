"""Chances, and the small bar that says where a whole buying group stands."""

from collections.abc import Sequence
from functools import cache

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

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
        '<svg class="mix" role="img" aria-label="{}" viewBox="0 0 {} {}" '
        'width="{}" height="{}">{}{}</svg>',
        said,
        width := len(mix) * (_CELL + _GAP) - _GAP,
        _HEIGHT,
        width,
        _HEIGHT,
        _tracks(len(mix)),
        _columns(mix),
    )


@cache
def _tracks(count: int) -> SafeString:
    across = "".join(
        f"M{i * (_CELL + _GAP)} 0h{_CELL}v{_HEIGHT}h-{_CELL}z" for i in range(count)
    )
    return format_html('<path class="track" d="{}"></path>', across)


def _columns(mix: Sequence[float]) -> SafeString:
    return format_html_join(
        "",
        '<path class="phase-{}" d="M{} {}v-{}h{}v{}z"></path>',
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
