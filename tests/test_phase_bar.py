"""The phase bar's geometry, its words and its SVG."""

import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.templatetags.phases import (
    caption,
    hatch,
    in_words,
    lay_out,
    phase_bar,
    stance,
    stance_of,
    tone_of,
)

KAREL = [0.01, 0.02, 0.03, 0.08, 0.18, 0.62, 0.06]


def elements(svg, kind):
    root = ET.fromstring(svg)
    return [e for e in root.iter() if kind in e.get("class", "").split()]


def test_lay_out_draws_a_phase_as_high_as_it_is_likely():
    bar = lay_out([0.5, 0.25, 0.25], size="m")

    assert [step.fill for step in bar.steps] == [13.0, 6.5, 6.5]
    assert [step.y for step in bar.steps] == [13.0, 19.5, 19.5]
    assert bar.width == 3 * 24 + 2 * 2


def test_lay_out_shows_what_is_hardly_possible_as_a_line():
    bar = lay_out([0.999, 0.001, 0.0])

    assert [step.fill for step in bar.steps][1:] == [1.0, 0.0]


def test_lay_out_marks_the_earliest_of_equally_likely_phases():
    bar = lay_out([0.2, 0.4, 0.4])

    assert bar.mode == 1


@pytest.mark.parametrize(
    ("count", "tones"),
    [
        (2, [1, 7]),
        (3, [1, 4, 7]),
        (7, [1, 2, 3, 4, 5, 6, 7]),
        (8, [1, 2, 3, 4, 4, 5, 6, 7]),
    ],
)
def test_tones_span_the_ramp_whatever_the_number_of_phases(count, tones):
    assert [tone_of(position, count) for position in range(count)] == tones


@given(st.integers(min_value=2, max_value=24))
def test_tones_never_go_back(count):
    tones = [tone_of(position, count) for position in range(count)]

    assert tones == sorted(tones)
    assert (tones[0], tones[-1]) == (1, 7)


@pytest.mark.parametrize("probabilities", [[1.0], [1 / 25] * 25, [1.2, -0.2]])
def test_lay_out_refuses_what_is_no_distribution(probabilities):
    with pytest.raises(ValueError, match=r"phases, not|between 0 and 1"):
        lay_out(probabilities)


@given(
    st.floats(min_value=4, max_value=60),
    st.floats(min_value=4, max_value=60),
)
def test_hatching_stays_inside_its_cell(cell, height):
    drawn = hatch(0, cell=cell, height=height)

    points = [tuple(map(float, p.split())) for p in re.split("[ML]", drawn)[1:]]
    assert points
    assert all(0 <= x <= cell + 1e-3 and 0 <= y <= height + 1e-3 for x, y in points)


def test_words_name_the_likeliest_phases_in_order():
    words = in_words(KAREL)

    assert words == "Settling doubts 62 %, next Comparison 18 %, Criteria 8 %, " + (
        "Commitment 6 %"
    )


def test_words_of_a_stale_bar_say_when_the_person_was_last_heard():
    words = in_words([0.0, 1.0], labels=["A", "B"], age_days=47.9, is_stale=True)

    assert words == "B 100 %; last heard 47 days ago"


def test_unknown_is_hatched_and_named_never_phase_one():
    svg = phase_bar(None)

    root = ET.fromstring(svg)
    assert root.get("aria-label") == "Phase unknown: nothing heard yet"
    assert len(elements(svg, "hatch")) == 7
    assert elements(svg, "fill") == []
    assert elements(svg, "is-mode") == []


def test_bar_has_a_number_under_every_phase_and_a_bold_outlined_mode():
    svg = phase_bar(KAREL)

    root = ET.fromstring(svg)
    assert [e.text for e in root.iter("text")] == ["1", "2", "3", "4", "5", "6", "7"]
    assert [e.text for e in elements(svg, "is-mode")] == ["6"]
    assert len(elements(svg, "mode")) == 1


def test_bar_uses_attributes_only():
    svg = phase_bar(KAREL) + phase_bar(None) + stance(0.9)

    assert "style=" not in svg
    assert "url(" not in svg
    assert " id=" not in svg


def test_bar_greys_out_after_thirty_silent_days():
    assert "phase-bar-known" in phase_bar(KAREL, age_days=30)
    assert "phase-bar-stale" in phase_bar(KAREL, age_days=31)


def test_bar_escapes_its_labels():
    svg = phase_bar([0.3, 0.7], labels=["<b>", 'A "quoted" & bold'])

    root = ET.fromstring(svg)
    assert root.get("aria-label") == 'A "quoted" & bold 70 %, next <b> 30 %'


def test_bar_refuses_labels_that_do_not_fit():
    with pytest.raises(ValueError, match="3 phases have 2 labels"):
        phase_bar([0.2, 0.3, 0.5], labels=["A", "B"])


def test_caption_never_names_a_phase_without_its_probability():
    assert caption(KAREL) == "Settling doubts · 62 %"
    assert caption(None) == "unknown"
    assert caption([0.001, 0.999]) == "Recognition · over 99 %"


@pytest.mark.parametrize(
    ("probability", "squares", "word"),
    [
        (None, 0, "not heard"),
        (0.09, 1, "opponent"),
        (0.1, 2, "sceptic"),
        (0.35, 3, "neutral"),
        (0.65, 3, "neutral"),
        (0.66, 4, "supporter"),
        (0.9, 4, "supporter"),
        (0.91, 5, "champion"),
    ],
)
def test_stance_is_named_by_its_bounds(probability, squares, word):
    found = stance_of(probability)

    assert (found.squares, found.word) == (squares, word)


def test_stance_not_heard_is_no_neutral_stance():
    svg = stance(None)

    assert 'aria-label="Stance: not heard"' in svg
    assert elements(svg, "on") == []
