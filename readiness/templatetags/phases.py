"""The phase bar and the stance meter: inline SVG, attributes only."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from django import template
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy, ngettext

register = template.Library()

RAMP = 7
FEWEST, MOST = 2, 24
# A person once heard and silent since greys out; 30 days is the catalogue's own window.
STALE_AFTER_DAYS = 30
# Phases less likely than this are drawn, but not read out.
WORTH_SAYING = 0.05

Labels = Sequence[str | Promise]

PHASES: Labels = (
    gettext_lazy("Status quo"),
    gettext_lazy("Recognition"),
    gettext_lazy("Resolve"),
    gettext_lazy("Criteria"),
    gettext_lazy("Comparison"),
    gettext_lazy("Settling doubts"),
    gettext_lazy("Commitment"),
)


@dataclass(frozen=True, slots=True)
class Size:
    cell: float
    gap: float
    height: float
    text: float


SIZES = {
    "s": Size(cell=17, gap=2, height=18, text=9),
    "m": Size(cell=24, gap=2, height=26, text=10),
    "l": Size(cell=44, gap=3, height=52, text=12),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One phase of a bar; lengths are in the SVG's own units."""

    number: int
    tone: int
    x: float
    y: float
    fill: float
    middle: float


@dataclass(frozen=True, slots=True)
class PhaseBar:
    """All that is needed to draw a bar."""

    size: Size
    width: float
    height: float
    steps: tuple[Step, ...]
    hatches: tuple[str, ...]
    mode: int | None
    is_unknown: bool
    is_stale: bool


def tone_of(position: int, count: int) -> int:
    """Map a position (from 0) of `count` phases to the ramp of seven tones."""
    return 1 + round(position * (RAMP - 1) / (count - 1))


def most_likely(probabilities: Sequence[float]) -> int:
    """Return the position of the likeliest phase, the earliest of equals."""
    return max(range(len(probabilities)), key=lambda i: (probabilities[i], -i))


def hatch(x: float, *, cell: float, height: float) -> str:
    """Return a path of 45 degree lines clipped to a cell that starts at `x`.

    A <pattern> would need an id unique in the page and vanishes when the first of its
    namesakes is hidden.
    """
    lines = []
    for start in range(4, int(cell + height), 5):
        left, right = max(0.0, start - height), min(cell, float(start))
        top, bottom = start - right, start - left
        lines.append(f"M{x + left:g} {bottom:g}L{x + right:g} {top:g}")
    return "".join(lines)


def lay_out(
    probabilities: Sequence[float] | None,
    *,
    count: int = RAMP,
    size: str = "m",
    age_days: float | None = None,
    stale_after_days: float = STALE_AFTER_DAYS,
) -> PhaseBar:
    """Return the geometry of a bar; `None` is unknown, which is not phase 1.

    :raises ValueError: if there are not 2 to 24 phases, or one is not a probability.
    """
    count = count if probabilities is None else len(probabilities)
    if not FEWEST <= count <= MOST:
        raise ValueError(f"A phase bar has 2 to 24 phases, not {count}.")
    if probabilities is not None and any(not 0 <= p <= 1 for p in probabilities):
        raise ValueError(f"Not all of {list(probabilities)} are between 0 and 1.")
    drawn = SIZES[size]
    steps = tuple(
        Step(
            number=i + 1,
            tone=tone_of(i, count),
            x=(x := i * (drawn.cell + drawn.gap)),
            fill=(fill := _fill(probabilities, i, drawn.height)),
            y=round(drawn.height - fill, 2),
            middle=x + drawn.cell / 2,
        )
        for i in range(count)
    )
    is_unknown = probabilities is None
    hatched = steps if is_unknown else ()
    return PhaseBar(
        size=drawn,
        width=count * drawn.cell + (count - 1) * drawn.gap,
        height=drawn.height + drawn.text + 5,
        steps=steps,
        hatches=tuple(
            hatch(s.x, cell=drawn.cell, height=drawn.height) for s in hatched
        ),
        mode=None if probabilities is None else most_likely(probabilities),
        is_unknown=is_unknown,
        is_stale=not is_unknown and (age_days or 0) > stale_after_days,
    )


def _fill(probabilities: Sequence[float] | None, position: int, height: float) -> float:
    if probabilities is None or probabilities[position] == 0:
        return 0.0
    # Whatever is possible shows at least as a line.
    return round(max(1.0, probabilities[position] * height), 2)


def percent(probability: float) -> str:
    """Write a probability the way the workspace reads it."""
    if 0 < probability < 0.005:
        return gettext("under 1 %")
    if 0.995 <= probability < 1:
        return gettext("over 99 %")
    return gettext("%(number)d %%") % {"number": round(probability * 100)}


def caption(probabilities: Sequence[float] | None, labels: Labels = PHASES) -> str:
    """Name the likeliest phase, never without its probability."""
    if probabilities is None:
        return gettext("unknown")
    mode = most_likely(probabilities)
    return gettext("%(phase)s · %(percent)s") % {
        "phase": labels[mode],
        "percent": percent(probabilities[mode]),
    }


def in_words(
    probabilities: Sequence[float] | None,
    *,
    labels: Labels = PHASES,
    age_days: float | None = None,
    is_stale: bool = False,
) -> str:
    """Say what the bar shows: the likeliest phases, in order, and how old that is."""
    if probabilities is None:
        return gettext("Phase unknown: nothing heard yet")
    order = sorted(range(len(probabilities)), key=lambda i: (-probabilities[i], i))
    said = [order[0], *(i for i in order[1:] if probabilities[i] >= WORTH_SAYING)]
    named = [f"{labels[i]} {percent(probabilities[i])}" for i in said]
    sentence = named[0]
    if len(named) > 1:
        sentence = gettext("%(first)s, next %(others)s") % {
            "first": named[0],
            "others": ", ".join(named[1:]),
        }
    if age_days is None or not is_stale:
        return sentence
    days = int(age_days)
    heard = ngettext(
        "last heard %(days)d day ago", "last heard %(days)d days ago", days
    )
    return f"{sentence}; {heard % {'days': days}}"


@register.simple_tag
def phase_bar(
    probabilities: Sequence[float] | None,
    labels: Labels | None = None,
    *,
    size: str = "m",
    age_days: float | None = None,
    stale_after_days: float = STALE_AFTER_DAYS,
) -> SafeString:
    """Draw where a person stands in their own decision: the whole distribution."""
    names = PHASES if labels is None else tuple(labels)
    bar = lay_out(
        probabilities,
        count=len(names),
        size=size,
        age_days=age_days,
        stale_after_days=stale_after_days,
    )
    if len(names) != len(bar.steps):
        raise ValueError(f"{len(bar.steps)} phases have {len(names)} labels.")
    state = "unknown" if bar.is_unknown else "stale" if bar.is_stale else "known"
    words = in_words(
        probabilities, labels=names, age_days=age_days, is_stale=bar.is_stale
    )
    return format_html(
        '<svg class="phase-bar phase-bar-{0}" role="img" aria-label="{1}" '
        'viewBox="0 0 {2} {3}" width="{2}" height="{3}"><title>{1}</title>'
        "{4}{5}{6}</svg>",
        state,
        words,
        f"{bar.width:g}",
        f"{bar.height:g}",
        _cells(len(names), size, is_unknown=bar.is_unknown),
        "" if bar.is_unknown else _fills(bar),
        _marks(len(names), size, bar.mode),
    )


# What does not depend on the probabilities is written once: lists hold hundreds of bars.


@cache
def _cells(count: int, size: str, *, is_unknown: bool) -> SafeString:
    drawn = SIZES[size]
    bar = lay_out(None, count=count, size=size)
    if not is_unknown:
        return format_html_join(
            "",
            '<rect class="track" x="{}" width="{}" height="{}" rx="3"></rect>',
            ((f"{s.x:g}", f"{drawn.cell:g}", f"{drawn.height:g}") for s in bar.steps),
        )
    return format_html_join(
        "",
        '<path class="hatch" d="{}"></path><rect class="edge" x="{}" y="0.5" '
        'width="{}" height="{}" rx="3"></rect>',
        (
            (path, f"{step.x + 0.5:g}", f"{drawn.cell - 1:g}", f"{drawn.height - 1:g}")
            for path, step in zip(bar.hatches, bar.steps, strict=True)
        ),
    )


@cache
def _marks(count: int, size: str, mode: int | None) -> SafeString:
    drawn = SIZES[size]
    bar = lay_out(None, count=count, size=size)
    numbers = format_html_join(
        "",
        '<text class="{}" x="{}" y="{}" font-size="{}">{}</text>',
        (
            (
                "is-mode" if place == mode else "number",
                f"{step.middle:g}",
                f"{bar.height - 1:g}",
                f"{drawn.text:g}",
                step.number,
            )
            for place, step in enumerate(bar.steps)
        ),
    )
    if mode is None:
        return numbers
    return format_html(
        '<rect class="mode" x="{}" y="-0.25" width="{}" height="{}" rx="3.5"></rect>{}',
        f"{bar.steps[mode].x - 0.25:g}",
        f"{drawn.cell + 0.5:g}",
        f"{drawn.height + 0.5:g}",
        numbers,
    )


def _fills(bar: PhaseBar) -> SafeString:
    drawn = bar.size
    seen = [step for step in bar.steps if step.fill]
    fills = format_html_join(
        "",
        '<rect class="fill phase-{}" x="{}" y="{}" width="{}" height="{}" rx="1.5">'
        "</rect>",
        (
            (s.tone, f"{s.x:g}", f"{s.y:g}", f"{drawn.cell:g}", f"{s.fill:g}")
            for s in seen
        ),
    )
    # A line on top of each: pale phases would have too little contrast to be measured.
    tops = (
        f"M{s.x:g} {min(s.y + 0.6, drawn.height - 0.6):g}h{drawn.cell:g}" for s in seen
    )
    return format_html('{}<path class="tops" d="{}"></path>', fills, "".join(tops))


@register.simple_tag
def phase_caption(
    probabilities: Sequence[float] | None, labels: Labels | None = None
) -> str:
    """Write "Criteria · 55 %", or "unknown"."""
    return caption(probabilities, PHASES if labels is None else labels)


@dataclass(frozen=True, slots=True)
class Stance:
    squares: int
    word: str
    side: str


def stance_of(probability: float | None) -> Stance:
    """Name P(for); the words are for the display only."""
    if probability is None:
        return Stance(0, gettext("not heard"), "unknown")
    if probability < 0.1:
        return Stance(1, gettext("opponent"), "against")
    if probability < 0.35:
        return Stance(2, gettext("sceptic"), "against")
    if probability <= 0.65:
        return Stance(3, gettext("neutral"), "neutral")
    if probability <= 0.9:
        return Stance(4, gettext("supporter"), "for")
    return Stance(5, gettext("champion"), "for")


@register.simple_tag
def stance(probability: float | None) -> SafeString:
    """Draw P(for) as five squares; `None` is "not heard"."""
    found = stance_of(probability)
    label = gettext("Stance: %(word)s") % {"word": found.word}
    squares = format_html_join(
        "",
        '<rect class="{}" x="{}" y="0.5" width="7" height="7" rx="2"></rect>',
        (("on" if i < found.squares else "", f"{i * 9 + 0.5:g}") for i in range(5)),
    )
    return format_html(
        '<svg class="stance stance-{}" role="img" aria-label="{}" viewBox="0 0 44 8" '
        'width="44" height="8"><title>{}</title>{}</svg>',
        found.side,
        label,
        label,
        squares,
    )
