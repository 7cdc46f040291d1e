"""A phase foretold: by hand, and in worlds whose truth is known."""

import numpy as np
import pytest

from forecasting.engine.phase_ahead import (
    AHEAD_DAYS,
    FEWEST,
    FEWEST_DEALS,
    Beaten,
    Foretold,
    compared,
    scores,
    usual_shares,
)
from forecasting.engine.scoring import ranked_score
from readiness.engine.dynamics import propagate, transition
from readiness.engine.records import Signal
from readiness.engine.replay import replay
from tests.readiness.engine.learning.worlds import EXPERT

DAY = 86_400.0
CODES = list(EXPERT.catalogue.rows)


def test_scores_by_hand():
    said = np.array([[0.5, 0.5, 0.0], [0.2, 0.3, 0.5]])

    # ((.5 - 1)² + (1 - 1)²) / 2, and ((.2 - 0)² + (.5 - 0)²) / 2.
    assert scores(said, np.array([0, 2])) == pytest.approx([0.125, 0.145])
    assert scores(said, np.array([0, 2])).mean() == ranked_score(said, [0, 2])


def test_what_is_usual_leaves_ones_own_deal_out():
    came, of = np.array([0, 0, 1, 2]), np.array([0, 0, 1, 2])

    shares = usual_shares(came, of, phases=3)

    assert shares.tolist() == [
        [0.0, 0.5, 0.5],
        [0.0, 0.5, 0.5],
        [2 / 3, 0.0, 1 / 3],
        [2 / 3, 1 / 3, 0.0],
    ]
    with pytest.raises(ValueError, match="another deal"):
        usual_shares(np.array([0, 1]), np.array([0, 0]), phases=3)


def row(deal: int, *, came: int) -> Foretold:
    return Foretold(
        f"deal {deal}", now=(1.0, 0.0, 0.0), ahead=(0.5, 0.5, 0.0), came=came
    )


def test_both_rivals_by_hand():
    # Of each two rows of a deal one stays in the first phase and one goes on to the next.
    rows = [row(n // 2, came=n % 2) for n in range(FEWEST)]

    found = compared(rows)

    assert found is not None
    assert (found.n, found.deals, found.moved) == (FEWEST, 15, FEWEST // 2)
    # Half said of either: .25 / 2 each. Still: nothing, or 1 / 2. Usual: as ours.
    assert found.score == pytest.approx(0.125)
    assert found.still.score == pytest.approx(0.25)
    assert found.usual.score == pytest.approx(0.125)
    assert found.still.gap.value == pytest.approx(-0.125)
    assert found.still.verdict == Beaten.BETTER
    assert found.usual.verdict == Beaten.UNDECIDED


@pytest.mark.parametrize(
    "rows",
    [
        [row(n, came=0) for n in range(FEWEST - 1)],
        [row(n % (FEWEST_DEALS - 1), came=0) for n in range(FEWEST * 2)],
    ],
    ids=["rows", "deals"],
)
def test_too_few_rows_or_deals_say_nothing(rows):
    assert compared(rows) is None


def world(*, moves: bool, people: int = 700, seed: int = 5) -> list[Foretold]:
    """People whose true phase is drawn from the chain or stands still; the engine reads.

    Half a year of a chain that the engine knows, six signals each drawn from its
    catalogue, then thirty days more.
    """
    rng = np.random.default_rng(seed)
    rows = []
    for n in range(people):
        phase = int(rng.choice(7, p=EXPERT.prior))
        heard, day = [], 0.0
        for at in np.sort(rng.uniform(0, 120, 6)):
            phase = step(phase, at - day, moves=moves, rng=rng)
            day = at
            shown = EXPERT.catalogue.reference[:, phase]
            heard.append(
                Signal(at * DAY, str(rng.choice(CODES, p=shown / shown.sum())))
            )
        reading = replay(heard, model=EXPERT, joined_at=0.0, as_of=day * DAY)
        now = np.array(reading.probabilities)
        rows.append(
            Foretold(
                deal=f"deal {n // 2}",
                now=tuple(now),
                ahead=tuple(propagate(EXPERT.dynamics, now, float(AHEAD_DAYS))),
                came=step(phase, AHEAD_DAYS, moves=moves, rng=rng),
            )
        )
    return rows


def step(phase: int, days: float, *, moves: bool, rng: np.random.Generator) -> int:
    if not moves:
        return phase
    return int(rng.choice(7, p=transition(EXPERT.dynamics, float(days))[phase]))


@pytest.mark.claim(30)
def test_where_people_move_as_the_model_has_it_both_are_beaten():
    found = compared(world(moves=True))

    assert found is not None
    assert found.n == 700
    assert found.still.verdict == found.usual.verdict == Beaten.BETTER


@pytest.mark.claim(30)
def test_where_nobody_moves_standing_still_is_better_and_it_says_so():
    found = compared(world(moves=False))

    assert found is not None
    assert found.still.verdict == Beaten.WORSE
    assert found.still.gap.low > 0
