"""How long people stood in a phase: stays whose beginning was seen, and their curves."""

import numpy as np
import pytest

from forecasting.engine.stays import Move, Stay, dwell_curves, reached, stays_of

SURE = np.eye(7)


def test_reached_is_the_last_phase_more_likely_than_not():
    assert reached(np.array([0.3, 0.15, 0.05, 0.3, 0.2, 0, 0])) == 3
    assert reached(np.array([0.51, 0, 0, 0, 0, 0, 0.49])) == 0


def test_the_first_stay_is_left_out_and_the_last_one_is_open():
    moments = [(0.0, SURE[0]), (5.0, SURE[0]), (10.0, SURE[1]), (30.0, SURE[3])]

    stays = stays_of([*moments, (50.0, SURE[2])], until=80.0)

    assert stays == (
        Stay(1, 20.0, Move.SKIP),
        Stay(3, 20.0, Move.BACK),
        Stay(2, 30.0, None),
    )


@pytest.mark.parametrize("moments", [[], [(0.0, SURE[2])]])
def test_who_never_moved_tells_no_stay(moments):
    assert stays_of(moments, until=100.0) == ()


def test_moves_of_one_moment_make_no_stay_of_no_days():
    moments = [(0.0, SURE[0]), (5.0, SURE[1]), (5.0, SURE[2]), (9.0, SURE[3])]

    assert stays_of(moments, until=9.0) == (Stay(2, 4.0, Move.FORWARD),)


def test_moves_compete_and_open_stays_count_as_long_as_they_last():
    stays = [Stay(0, 10, Move.FORWARD), Stay(0, 20, Move.BACK), Stay(0, 15, None)]

    curves = dwell_curves(stays)

    # One of three went by day 10; of the two left one is lost from sight, one steps back.
    assert curves is not None
    assert curves.ends[-1] == pytest.approx([1 / 3, 0, 2 / 3])
    assert dwell_curves([]) is None
