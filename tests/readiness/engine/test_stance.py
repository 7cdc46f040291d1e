"""The second axis: for or against buying from us."""

import math

import pytest

from readiness.engine.records import Signal
from readiness.engine.replay import replay, state_at
from readiness.engine.stance import logistic
from tests.readiness.engine.strategies import DAY


def read(model, *facts, days=0.0):
    return replay(facts, model=model, joined_at=0, as_of=days * DAY)


def test_stance_is_none_until_something_bearing_on_it_was_heard(model):
    assert read(model).stance is None
    assert read(model, Signal(0, "B03")).stance is None


def test_stance_adds_temper_times_effect(model):
    # B14 is a statement of effect +1.
    assert read(model, Signal(0, "B14")).stance == pytest.approx(
        1 / (1 + math.exp(-(0.5 + 0.8 * 0.6)))
    )


def test_stance_returns_to_its_origin_in_90_days(model):
    stance = read(model, Signal(0, "B14"), days=90).stance

    assert stance == pytest.approx(logistic(0.5 + 0.48 / math.e))


def test_stance_is_capped_until_three_signals_with_an_effect(model):
    praise = [Signal(0, code) for code in ("B27", "B44", "B48")]
    blame = [Signal(0, code) for code in ("B51", "B46", "B28", "B24")]

    assert logistic(0.5 + 0.8 * 2 * 1.6) > 0.955
    assert read(model, *praise[:2]).stance == 0.95
    assert read(model, *praise).stance == pytest.approx(logistic(0.5 + 1.6 * 2.4))
    assert read(model, *blame).stance < 0.05 < read(model, *blame[:2]).stance


def test_stance_damps_repeats_like_the_phase(model, undamped):
    twice = [Signal(0, "B14"), Signal(DAY, "B14")]

    assert read(model, *twice, days=1).stance == pytest.approx(
        logistic(0.5 + 0.48 * math.exp(-1 / 90) + 0.24)
    )
    assert read(undamped, *twice, days=1).stance == pytest.approx(
        logistic(0.5 + 0.48 * math.exp(-1 / 90) + 0.48)
    )


def test_negative_signals_are_counted(model):
    codes = ["B01", "B24", "B27", "B03"]

    assert read(model, *[Signal(0, code) for code in codes]).negative_signals == 2


def test_stance_moves_on_between_readings(model):
    state = read(model, Signal(0, "B14")).state

    assert state_at(state, 90 * DAY, model=model).stance == pytest.approx(
        logistic(0.5 + 0.48 / math.e)
    )


def test_logistic_does_not_overflow():
    assert logistic(-2000) == 0.0
    assert logistic(2000) == 1.0
    assert logistic(0) == 0.5
