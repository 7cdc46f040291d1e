"""Phases over time as stacked areas: inline SVG, attributes only.

A mark of what was heard leads to its row in the explanation."""

from collections.abc import Sequence
from datetime import datetime

from django import template
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext

from readiness.queries.explained import Explained, Link
from readiness.templatetags.phases import percent, tone_of

register = template.Library()

WIDTH, HEIGHT, FOOT = 720.0, 180.0, 18.0


@register.simple_tag
def phase_areas(explained: Explained) -> SafeString:
    """Draw how the whole distribution went from the prior to now, with what was heard."""
    moments = [explained.started_at, *(link.at for link in explained.links)]
    shares = [explained.start, *(link.shares for link in explained.links)]
    places = _places(moments)
    count = len(explained.start)
    below = [0.0] * len(shares)
    bands = []
    for phase in range(count):
        above = [b + s[phase] for b, s in zip(below, shares, strict=True)]
        bands.append((tone_of(phase, count), _polygon(places, below, above)))
        below = above
    heard = [
        (f"{place:.1f}", f"{place - 4:.1f}", number, _named(link))
        for number, (place, link) in enumerate(
            zip(places[1:], explained.links, strict=True), 1
        )
        if link.kind != "time"
    ]
    label = gettext(
        "Phases over time, from %(first)s to %(last)s; as a table below"
    ) % {
        "first": date_format(moments[0], "SHORT_DATE_FORMAT"),
        "last": date_format(moments[-1], "SHORT_DATE_FORMAT"),
    }
    return format_html(
        '<svg class="areas" role="group" aria-label="{}" viewBox="0 0 {} {}" '
        'preserveAspectRatio="none">{}{}</svg>',
        label,
        f"{WIDTH:g}",
        f"{HEIGHT + FOOT:g}",
        format_html_join(
            "", '<polygon class="area phase-{}" points="{}"></polygon>', bands
        ),
        format_html_join(
            "",
            '<a href="#step-{2}" aria-label="{3}"><title>{3}</title>'
            '<rect class="heard-place" x="{1}" y="{4}" width="8" height="{6}"></rect>'
            '<line class="heard" x1="{0}" x2="{0}" y1="{4}" y2="{5}"></line></a>',
            (
                (*mark, f"{HEIGHT + 4:g}", f"{HEIGHT + FOOT:g}", f"{FOOT - 4:g}")
                for mark in heard
            ),
        ),
    )


@register.simple_tag
def phase_rows(explained: Explained) -> SafeString:
    """The same as rows of a table: what stood after all that was of one moment."""
    shares = {explained.started_at: explained.start}
    shares |= {link.at: link.shares for link in explained.links}
    return format_html_join(
        "",
        '<tr><td class="nowrap">{}</td>{}</tr>',
        (
            (
                date_format(localtime(moment), "SHORT_DATE_FORMAT"),
                format_html_join(
                    "",
                    '<td class="n">{}</td>',
                    ((percent(share),) for share in row),
                ),
            )
            for moment, row in shares.items()
        ),
    )


def _named(link: Link) -> str:
    on = date_format(localtime(link.at), "SHORT_DATE_FORMAT")
    return f"{on}: {link.what}"


def _places(moments: Sequence[datetime]) -> list[float]:
    """Where on the line each moment lies; all at the end when no time passed."""
    first, last = moments[0], moments[-1]
    whole = (last - first).total_seconds()
    if whole <= 0:
        return [0.0, *([WIDTH] * (len(moments) - 1))]
    return [WIDTH * (m - first).total_seconds() / whole for m in moments]


def _polygon(
    places: Sequence[float], below: Sequence[float], above: Sequence[float]
) -> str:
    top = [
        f"{x:.1f},{HEIGHT * (1 - y):.1f}" for x, y in zip(places, above, strict=True)
    ]
    bottom = [
        f"{x:.1f},{HEIGHT * (1 - y):.1f}" for x, y in zip(places, below, strict=True)
    ]
    return " ".join([*top, *reversed(bottom)])
