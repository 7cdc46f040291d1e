"""The map of influence: inline SVG, attributes only; the table beside it says the same."""

from collections.abc import Sequence
from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from coaching.engine.influence_map import HEAD, HEIGHT, WIDTH, plan_of
from coaching.queries.influence import InfluenceMap, Seat
from readiness.templatetags.phases import phase_bar, phase_caption, stance_of

register = template.Library()

LETTERS = 19  # of a name that fit in a box


@register.simple_tag
def influence_map(drawn: InfluenceMap, slug: str) -> SafeString:
    """Draw the people, numbered in the order of the keyboard, and who listens to whom."""
    plan = plan_of(len(drawn.seats) + drawn.unmapped, drawn.links)
    seats = {seat.person: seat for seat in drawn.seats}
    lines = format_html_join(
        "",
        '<path class="influence influence-{}" d="{}"></path>'
        '<path class="influence-head" d="M{} {}l{} {}h{}z"></path>',
        (
            (
                drawn.strengths[line.link] or "unknown",
                line.path,
                *(f"{line.x:g}", f"{line.y:g}", f"{-HEAD:g}"),
                *(f"{-HEAD * 1.4 * line.down:g}", f"{2 * HEAD:g}"),
            )
            for line in plan.lines
        ),
    )
    boxes = format_html_join(
        "",
        '<g transform="translate({} {})">{}</g>',
        (
            (f"{box.x:g}", f"{box.y:g}", _box(seats.get(box.person), slug))
            for box in plan.boxes
        ),
    )
    return format_html(
        '<svg class="influence-map" role="group" aria-labelledby="map-title map-order" '
        'viewBox="-2 -2 {0} {1}" width="{0}" height="{1}"><title id="map-title">{2}'
        '</title><g aria-hidden="true">{3}</g>{4}</svg>',
        f"{plan.width + 4:g}",
        f"{plan.height + 4:g}",
        gettext("Map of influence"),
        lines,
        boxes,
    )


def _box(seat: Seat | None, slug: str) -> SafeString:
    frame = '<rect class="{}" width="{}" height="{}" rx="8"></rect>'
    if seat is None:
        return _filled(
            format_html(frame, "seat seat-unmapped", f"{WIDTH:g}", f"{HEIGHT:g}"),
            gettext("not found yet"),
            None,
        )
    row, name = seat.row, str(seat.row.stakeholder.person)
    shown = name if len(name) <= LETTERS else f"{name[: LETTERS - 1]}…"
    place = row.position
    said = f"{seat.number}. {name}: {phase_caption(place.probabilities, place.labels)}"
    said += f", {stance_of(place.stance).word}"
    return format_html(
        '<a href="{}" aria-label="{}"><title>{}</title>{}</a>',
        reverse("readiness:stakeholder", args=[slug, row.stakeholder.pk]),
        said,
        said,
        _filled(
            format_html(frame, "seat", f"{WIDTH:g}", f"{HEIGHT:g}"),
            f"{seat.number}. {shown}",
            row,
        ),
    )


def _filled(frame: SafeString, name: str, row: Any) -> SafeString:
    place = row.position if row else None
    bar = (
        phase_bar(place.probabilities, place.labels, size="s", age_days=place.age_days)
        if place
        else phase_bar(None, size="s")
    )
    return format_html(
        '{}<text class="seat-name" x="10" y="19">{}</text>'
        '<g transform="translate(10 28)">{}</g>'
        '<text class="seat-stance" x="10" y="79">{}</text>',
        frame,
        name,
        bar,
        stance_of(place.stance if place else None).word,
    )


@register.filter
def names(seats: Sequence[tuple[str, str]]) -> str:
    """Write people with how strongly: "Ruth (high), Jan"."""
    return ", ".join(f"{name} ({word})" if word else name for name, word in seats)
