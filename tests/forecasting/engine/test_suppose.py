"""What if: never less far than they would have been, and nothing before that day."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.engine.group import decision_model, forecast_curves
from forecasting.engine.rules import default_rule
from forecasting.engine.seats import Person, group_of
from forecasting.engine.suppose import Reached, lifted, supposed_curves
from readiness.engine.expert import ANCHORS, PRIOR, expert_generator
from tests.forecasting.engine.deals import ROLES

MODEL = decision_model(expert_generator(), anchors=ANCHORS, pace=1.0)
HERE = np.eye(7)
K = len(PRIOR)


def group(phase: int = 1):
    people = [
        Person(
            "boss", HERE[phase], roles=("economic_buyer",), stance=0.8, silent_days=3
        ),
        Person("friend", HERE[4], roles=("champion",), stance=0.9, silent_days=3),
    ]
    return group_of(people, roles=ROLES, prior=np.array(PRIOR), expected_size=4)


def curves(reached):
    return supposed_curves(
        group(), model=MODEL, rule=default_rule(), reached=reached
    ).model


def test_nothing_supposed_changes_nothing():
    same = forecast_curves(group(), model=MODEL, rule=default_rule()).model

    np.testing.assert_array_equal(curves({}).won, same.won)


def test_at_once_is_starting_there():
    there = forecast_curves(group(5), model=MODEL, rule=default_rule()).model

    now = curves({"boss": Reached(0.0, HERE[5])})

    np.testing.assert_allclose(now.won, there.won, atol=1e-9)
    np.testing.assert_allclose(now.no_decision, there.no_decision, atol=1e-9)


@given(st.floats(0, 546), st.integers(1, K - 1))
def test_it_is_unchanged_before_the_day_and_never_less_likely_after(days, phase):
    plain = curves({})

    found = curves({"boss": Reached(days, HERE[phase])})

    before = np.arange(79) * 7 < days
    np.testing.assert_allclose(found.won[before], plain.won[before], atol=1e-12)
    assert (found.won >= plain.won - 1e-9).all()
    assert (np.diff(found.won) >= -1e-12).all()
    total = found.won + found.lost + found.no_decision + found.open
    np.testing.assert_allclose(total, 1, atol=1e-9)


def test_what_is_below_a_phase_is_moved_up_to_it():
    assert lifted(np.array([0.5, 0.2, 0.3]), to=1).tolist() == [0.0, 0.7, 0.3]


def test_refusals():
    with pytest.raises(ValueError, match="no seat"):
        curves({"nobody": Reached(1.0, HERE[2])})
    with pytest.raises(ValueError, match="not within"):
        Reached(600.0, HERE[2])
