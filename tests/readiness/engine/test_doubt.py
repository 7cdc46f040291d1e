"""A contradiction asks one question: about which two phases, raised by what, until when."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.engine.doubt import Doubt, doubt_of
from readiness.engine.expert import ANCHORS
from readiness.engine.records import Confirmation, Signal
from readiness.engine.replay import replay
from tests.readiness.engine.strategies import DAY, FACTS, models


def found(model: Any, *heard: tuple[float, str], until: float = 60.0) -> Doubt | None:
    """What is to be asked after (day, code); a code that is an anchor is a confirmation."""
    facts = [
        Confirmation(day * DAY, code, key=f"{code}@{day:g}")
        if code in ANCHORS
        else Signal(day * DAY, code, key=f"{code}@{day:g}")
        for day, code in heard
    ]
    reading = replay(facts, model=model, joined_at=0, as_of=until * DAY)
    return doubt_of(reading, model=model)


COMMITTED = ((5.0, "B39"), (10.0, "B40"), (12.0, "B44"))


def test_a_surprise_is_asked_about_by_its_signal_and_what_was_expected(model):
    doubt = found(model, *COMMITTED, (20.0, "B01"))

    assert doubt is not None
    assert (doubt.kind, doubt.code, doubt.key) == ("surprise", "B01", "B01@20")
    assert doubt.at == 20 * DAY
    assert (doubt.expected, doubt.other) == ("commitment", "status_quo")
    assert doubt.expected_chance > 0.7
    assert doubt.evidence == ("B01@20",)


@pytest.mark.parametrize(
    "later",
    [(25.0, "B39"), (25.0, "status_quo"), (25.0, "commitment")],
    ids=["a signal that tells them apart", "their own words", "the other words"],
)
def test_what_tells_the_two_apart_settles_it(model, later):
    assert found(model, *COMMITTED, (20.0, "B01"), later) is None


def test_what_tells_nothing_leaves_the_same_question_open(model):
    """It rests on the surprise alone, so that nobody is asked twice for the same."""
    first = found(model, *COMMITTED, (20.0, "B01"))
    second = found(model, *COMMITTED, (20.0, "B01"), (25.0, "B12"))

    assert first is not None
    assert second is not None
    assert second.evidence == first.evidence


@pytest.mark.parametrize("code", ["B02", "B12", "B28", "B47"])
def test_a_single_signal_contradicts_nothing(model, code: str):
    """Rare or vague: before anything else was heard it is only little, not two readings."""
    assert found(model, (20.0, code)) is None


def test_signals_that_leave_too_much_open_are_asked_about(model):
    doubt = found(model, (10.0, "B03"), (20.0, "B37"), until=20.0)

    assert doubt is not None
    assert (doubt.kind, doubt.code) == ("ambiguity", "B37")
    assert (doubt.expected, doubt.other) == ("recognition", "resolve")
    assert doubt.expected_chance > doubt.other_chance
    assert doubt.evidence == ("B03@10", "B37@20")


def test_signals_that_agree_are_not(model):
    assert found(model, (10.0, "B13"), (12.0, "B14")) is None


@pytest.mark.parametrize(
    "heard", [((5.0, "B13"), (9.0, "B14")), ((10.0, "B03"), (20.0, "B37"))]
)
def test_silence_raises_and_settles_nothing(model, heard):
    assert found(model, *heard, until=20.0) == found(model, *heard, until=400.0)


@given(models(high=4), FACTS, st.floats(0, 90))
def test_a_question_is_always_between_two_phases_and_rests_on_what_was_heard(
    model, facts, silence
):
    facts = [type(f)(**{**_fields(f), "key": str(n)}) for n, f in enumerate(facts)]
    last = max([30 * DAY, *(fact.at for fact in facts)])
    reading = replay(facts, model=model, joined_at=0, as_of=last + silence * DAY)

    doubt = doubt_of(reading, model=model)

    if doubt is not None:
        assert doubt.expected != doubt.other
        assert {doubt.expected, doubt.other} <= set(model.anchors)
        assert set(doubt.evidence) <= {fact.key for fact in facts}
        assert doubt.key in {fact.key for fact in facts}
        assert len(facts) >= 2


def _fields(fact: Any) -> dict[str, Any]:
    return {name: getattr(fact, name) for name in type(fact).__slots__}
