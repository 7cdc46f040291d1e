"""Phases over time as a picture, and the small words of the pages."""

import re
import xml.etree.ElementTree as ET
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from coaching.templatetags import deal
from readiness.queries.explained import Explained, Link
from readiness.templatetags import reading
from readiness.templatetags.areas import HEIGHT, WIDTH, phase_areas
from stakeholders.models import ANCHORS
from tests.factories import NOW


def link(days: float, shares, *, kind: str = "signal", what: str = "asked") -> Link:
    return Link(
        kind=kind,
        at=NOW + timedelta(days=days),
        days=days,
        what=what,
        quotation="",
        weight=1.0,
        is_surprising=False,
        change=0.0,
        after=0.0,
        shares=tuple(shares),
        fact_id=None,
    )


def explained(start, *links: Link) -> Explained:
    """What the picture reads; the rest of an explanation is not drawn."""
    not_drawn: Any = None
    return Explained(
        reading=not_drawn,
        model=not_drawn,
        catalogue=not_drawn,
        place=0,
        before=0.0,
        start=tuple(start),
        started_at=NOW,
        links=links,
        as_of=NOW,
    )


def drawn(*given) -> Any:
    return ET.fromstring(phase_areas(explained(*given)))


def bands(svg: Any) -> list[list[Any]]:
    return [
        [tuple(map(float, point.split(","))) for point in area.get("points").split()]
        for area in svg.iter("polygon")
    ]


def heights(svg: Any) -> list[list[float]]:
    """Of each band, how high it is at each moment."""
    found = []
    for points in bands(svg):
        half = len(points) // 2
        top, bottom = points[:half], list(reversed(points[half:]))
        assert [x for x, _ in top] == [x for x, _ in bottom]
        found.append(
            [low - high for (_, high), (_, low) in zip(top, bottom, strict=True)]
        )
    return found


@st.composite
def distributions(draw, count: int):
    parts = draw(st.lists(st.floats(0, 1), min_size=count, max_size=count))
    total = sum(parts)
    if not total:
        return (1.0, *([0.0] * (count - 1)))
    return tuple(part / total for part in parts)


@st.composite
def histories(draw):
    count = draw(st.integers(2, 8))
    days = sorted(draw(st.lists(st.floats(0, 400), max_size=6)))
    return (
        draw(distributions(count)),
        *(link(day, draw(distributions(count))) for day in days),
    )


@given(histories())
def test_bands_fill_the_whole_height_at_every_moment(history):
    svg = drawn(*history)
    columns = list(zip(*heights(svg), strict=True))

    assert len(columns) == len(history)
    for column in columns:
        assert sum(column) == pytest.approx(HEIGHT, abs=0.15 * len(column))
        assert all(height >= -1e-9 for height in column)


@given(histories())
def test_bands_lie_on_each_other_within_the_picture(history):
    areas = bands(drawn(*history))

    for lower, upper in pairwise(areas):
        half = len(lower) // 2
        assert lower[:half] == list(reversed(upper[half:]))
    assert all(
        0 <= x <= WIDTH and 0 <= y <= HEIGHT + 0.05
        for points in areas
        for x, y in points
    )


def test_a_share_is_a_height():
    svg = drawn((0.5, 0.5), link(10, (0.25, 0.75)))

    assert heights(svg) == [[90.0, 45.0], [90.0, 135.0]]


def test_moments_lie_as_far_apart_as_they_were():
    svg = drawn((1, 0), link(10, (1, 0)), link(40, (1, 0)))

    assert [x for x, _ in bands(svg)[0][:3]] == [0.0, 180.0, 720.0]


def test_when_no_time_passed_all_lies_at_the_end():
    svg = drawn((1, 0), link(0, (0.5, 0.5)), link(0, (0, 1)))

    assert [x for x, _ in bands(svg)[0][:3]] == [0.0, 720.0, 720.0]


def test_what_was_heard_is_marked_and_the_passing_of_time_is_not():
    svg = drawn(
        (1, 0), link(10, (1, 0), what="<b>price</b>"), link(20, (1, 0), kind="time")
    )

    (mark,) = svg.iter("line")
    assert (mark.get("x1"), mark.get("x2")) == ("360.0", "360.0")
    (way,) = svg.iter("a")
    assert way.find("title").text == way.get("aria-label")
    assert way.get("aria-label").endswith(": <b>price</b>")
    assert way.get("href") == "#step-1"


def test_picture_is_of_attributes_only_and_says_what_it_shows():
    markup = phase_areas(explained((1, 0), link(10, (0.5, 0.5))))

    assert not re.search(r"style=|<style|<script|\son\w+=", markup)
    with override("en"):
        assert "Phases over time, from" in ET.fromstring(markup).attrib["aria-label"]


@pytest.mark.parametrize("language", ["nl", "fr"])
def test_numbers_of_the_picture_keep_their_point_in_every_language(language):
    here = phase_areas(explained((0.3, 0.7), link(7, (0.123, 0.877))))
    with override(language):
        there = phase_areas(explained((0.3, 0.7), link(7, (0.123, 0.877))))

    def points(svg: str) -> list[str]:
        return re.findall('points="([^"]*)"', svg)

    assert points(there) == points(here)


# --- Words of a reading ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("share", "digits", "language", "text"),
    [
        (0.624, 0, "en", "62"),
        (0.6249, 1, "en", "62.5"),
        (0.6249, 1, "nl", "62,5"),
        (0.6249, 2, "fr", "62,49"),
        (0, 1, "en", "0.0"),
        (1, 1, "en", "100.0"),
    ],
)
def test_percent_of_a_share(share, digits, language, text):
    with override(language):
        assert reading.percent_of(share, digits).rstrip("%\xa0\u202f ") == text


@pytest.mark.parametrize(
    ("part", "number"), [(None, ""), (0, "0"), (0.5, "50"), (1.204, "120")]
)
def test_share_may_be_more_than_all(part, number):
    assert reading.share_of(part).rstrip("%\xa0\u202f ") == number


@pytest.mark.parametrize(
    ("change", "points"),
    [(0.104, "+10.4"), (0, "+0.0"), (-0.035, "\N{MINUS SIGN}3.5")],
)
def test_points_have_a_sign(change, points):
    with override("en"):
        assert reading.points_of(change) == points


def test_change_that_rounds_to_nothing_has_no_minus():
    with override("en"):
        assert reading.points_of(-0.0001) == "+0.0"


def test_words_are_in_the_language_of_the_page_or_in_english():
    texts = {"signs": {"en": ["asks"], "nl": ["vraagt"], "fr": []}}

    def say(language: str):
        with override(language):
            return reading.words(texts, "signs")

    assert [say(each) for each in ("en", "nl", "nl-be", "fr", "de")] == [
        ["asks"],
        ["vraagt"],
        ["vraagt"],
        ["asks"],
        ["asks"],
    ]
    assert reading.words(texts, "unknown") == ""


def test_place_and_tone_of_a_phase():
    assert reading.at(["a", "b"], 1) == "b"
    assert reading.tone_class(0, "abcdefg") == "phase-1"
    assert reading.tone_class(6, "abcdefg") == "phase-7"


# --- Words about a deal ----------------------------------------------------------------


def test_probability_nobody_knows_is_nothing():
    assert deal.as_percent(None) == ""
    assert deal.as_percent(0.25).startswith("25")


@pytest.mark.parametrize(
    ("gain", "text"),
    [
        (0.004, "less than 1 point"),
        (0.01, "1 point"),
        (0.0149, "1 point"),
        (0.12, "12 points"),
    ],
)
def test_gain_in_points(gain, text):
    with override("en"):
        assert deal.as_points(gain) == text


def test_mark_has_the_colour_of_its_phase():
    tones = [deal.phase_tone(anchor) for anchor in ANCHORS]

    assert (tones[0], tones[-1]) == ("phase-1", "phase-7")
    assert deal.phase_tone("elsewhere") == ""


@pytest.mark.parametrize(
    ("outcome", "tone"),
    [("won", "good"), ("lost", "bad"), ("no_decision", "warn"), ("open", "")],
)
def test_tone_of_an_outcome(outcome, tone):
    assert deal.tone_of_outcome(outcome) == tone


@pytest.mark.parametrize(
    ("first", "title", "note"),
    [
        ("champion", "Head of IT", "champion · Head of IT"),
        ("", "Head of IT", "no role yet · Head of IT"),
        ("champion", "", "champion"),
    ],
)
def test_note_under_a_person(first, title, note):
    row = SimpleNamespace(
        roles=SimpleNamespace(first=first),
        stakeholder=SimpleNamespace(person=SimpleNamespace(title=title)),
    )
    with override("en"):
        assert deal.roles_note(row) == note


def test_how_often_a_date_moved():
    with override("en"):
        assert [deal.times(n) for n in (1, 2)] == ["moved 1 time", "moved 2 times"]


def test_a_week_later():
    assert deal.a_week_later(datetime(2026, 12, 28, 23, 30, tzinfo=UTC)) == date(
        2027, 1, 4
    )
