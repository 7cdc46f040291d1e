"""The cumulative fan of a period: inline SVG, attributes only."""

from datetime import date
from typing import Any

from django import template
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from forecasting.models import PeriodOutlook, Target
from opportunities.templatetags.money import short_money

register = template.Library()

WIDTH, HEIGHT, LEFT, RIGHT, TOP, FOOT = 760, 240, 64, 16, 12, 26


@register.simple_tag
def fan(outlook: PeriodOutlook, target: Target | None) -> SafeString:
    """Draw P10 to P90 of the amount won by each week's end, P50 in it, and the target."""
    points = outlook.fan
    if not points:
        return format_html("")
    first = outlook.starts_on.toordinal()
    days = max(outlook.ends_on.toordinal() - first, 1)
    goal = float(target.amount) if target else 0.0
    most = float(max(*(p["p90"] for p in points), goal, 1.0)) * 1.06

    def x(day: str) -> float:
        gone = date.fromisoformat(day).toordinal() - first
        return LEFT + (WIDTH - LEFT - RIGHT) * gone / days

    def y(value: float) -> float:
        return TOP + (HEIGHT - TOP - FOOT) * (1.0 - float(value) / most)

    def line(name: str) -> str:
        return " ".join(f"{x(p['on']):.1f},{y(p[name]):.1f}" for p in points)

    upper = line("p90").split()
    band = " ".join([*upper, *reversed(line("p10").split())])
    currency = outlook.currency
    ticks = [(y(value), short_money(value, currency)) for value in _round_values(most)]
    return format_html(
        '<svg class="fan" role="img" aria-label="{}" viewBox="0 0 {} {}">{}'
        '<polygon class="band" points="{}"></polygon>'
        '<polyline class="median" points="{}"></polyline>{}{}</svg>',
        gettext("Amount won by each week's end, as a range; the table below has it"),
        WIDTH,
        HEIGHT,
        format_html_join(
            "",
            '<line class="grid" x1="{}" x2="{}" y1="{}" y2="{}"></line>'
            '<text class="tick" x="{}" y="{}" text-anchor="end">{}</text>',
            (
                (
                    LEFT,
                    WIDTH - RIGHT,
                    f"{at:.1f}",
                    f"{at:.1f}",
                    LEFT - 8,
                    f"{at + 4:.1f}",
                    text,
                )
                for at, text in ticks
            ),
        ),
        band,
        line("p50"),
        _goal(y(goal)) if target else "",
        format_html_join(
            "",
            '<text class="tick" x="{}" y="{}" text-anchor="{}">{}</text>',
            _days(points, x),
        ),
    )


def _round_values(most: float) -> list[float]:
    """Four or five round numbers from zero to below the most."""
    unit = 10.0 ** (len(str(int(most))) - 1)
    step = next(s * unit for s in (0.1, 0.2, 0.25, 0.5, 1, 2) if most / (s * unit) <= 5)
    return [step * place for place in range(int(most / step) + 1)]


def _goal(at: float) -> SafeString:
    return format_html(
        '<line class="goal" x1="{}" x2="{}" y1="{}" y2="{}"></line>'
        '<text class="tick" x="{}" y="{}" text-anchor="end">{}</text>',
        LEFT,
        WIDTH - RIGHT,
        f"{at:.1f}",
        f"{at:.1f}",
        WIDTH - RIGHT,
        f"{at - 5:.1f}",
        gettext("target"),
    )


def _days(points: list[dict[str, Any]], x: Any) -> list[tuple[str, int, str, str]]:
    """The first, the middle and the last day, where there is room for them."""
    chosen = sorted({0, len(points) // 2, len(points) - 1})
    last = len(points) - 1
    return [
        (
            f"{x(points[place]['on']):.1f}",
            HEIGHT - 6,
            "end" if place == last and place else "start" if not place else "middle",
            date_format(date.fromisoformat(points[place]["on"]), "j M"),
        )
        for place in chosen
    ]


@register.filter
def day(text: str) -> date:
    return date.fromisoformat(text)
