"""Four ends that compete week by week: won, lost, no decision, still open."""

from dataclasses import dataclass

import numpy as np

from forecasting.engine.decision import Decided
from forecasting.engine.passage import HORIZON_DAYS, WEEK_DAYS
from readiness.engine.arrays import Floats, frozen


class BeyondHorizon(ValueError):
    """A date is asked for that lies before today or beyond the 78 weeks."""


@dataclass(frozen=True, slots=True)
class Hazards:
    """Rates per day of the ends that no person of the group brings about.

    No decision comes at `drift + stall · share²` with `share` the influence share in the
    first two phases; `rival` is the loss to somebody outside.
    """

    drift: float = 0.0006
    stall: float = 0.008
    rival: float = 0.0005


@dataclass(frozen=True, slots=True, eq=False)
class EndCurves:
    """Chances by each week from now, (79,) each; at every week they sum to one.

    The first three never fall.
    """

    won: Floats
    lost: Floats
    no_decision: Floats
    open: Floats


@dataclass(frozen=True, slots=True)
class Ends:
    """The four chances by one date; they sum to one."""

    won: float
    lost: float
    no_decision: float
    open: float


@dataclass(frozen=True, slots=True)
class DecisionTime:
    """When a purchase decision (won or lost) falls, given that one does in 78 weeks.

    `chance` is that chance; the points are days from now, None when it is zero.
    """

    chance: float
    p25: float | None
    p50: float | None
    p75: float | None


def survival(share: Floats, *, hazards: Hazards) -> tuple[Floats, Floats]:
    """Return the chance to escape every outside end, and its part lost to no decision.

    `share` is (..., weeks, nodes). The first result has the same shape; the second,
    (..., weeks - 1, nodes), is the part of a week's outside ends that is no decision.
    The hazard runs straight between weeks.
    """
    stalling = hazards.drift + hazards.stall * share**2
    weekly = 0.5 * WEEK_DAYS * (stalling[..., 1:, :] + stalling[..., :-1, :])
    outside = weekly + WEEK_DAYS * hazards.rival
    summed = np.zeros(share.shape)
    np.cumsum(outside, axis=-2, out=summed[..., 1:, :])
    # With all rates at zero nothing ends outside, and any split will do.
    safe = np.where(outside > 0, outside, 1.0)
    return np.exp(-summed), weekly / safe


def won_over_time(won: Floats, survived: Floats, *, weights: Floats) -> Floats:
    """Return P(won by each week), (..., weeks), from arrays (..., weeks, nodes)."""
    mean = 0.5 * (survived[..., 1:, :] + survived[..., :-1, :])
    added = (mean * np.diff(won, axis=-2)) @ weights
    start = won[..., :1, :] @ weights
    return np.asarray(np.cumsum(np.concatenate([start, added], axis=-1), axis=-1))


def competing_ends(
    decided: Decided, *, share: Floats, hazards: Hazards, weights: Floats
) -> EndCurves:
    """Let the group's decision and the outside ends compete.

    Construction, for one node of the shared speed: W and L are the chances that the
    group has decided for or against us by week j when nothing else happens (the shared
    stance is integrated first; the outside hazards do not depend on it), R = 1 - W - L,
    and S is the survival of the outside hazards, which run on the *expected* influence
    share in the first two phases given the shared speed, so that they are independent of
    the decision. In week j

        won += mean(S) dW,  lost += mean(S) dL + rival part of mean(R) (-dS),
        no decision += the rest of mean(R) (-dS),

    with means over the week's ends. Since d(RS) = mean(R) dS + mean(S) dR, the three and
    `open` = R S sum to one. Then the shared speed is integrated. `share` is (79, nodes),
    `weights` (nodes,). Source: science.md 2; cause-specific hazards, Aalen & Johansen
    1978.
    """
    survived, stalled = survival(share, hazards=hazards)
    left = 1.0 - decided.won - decided.lost
    ended = 0.5 * (left[1:] + left[:-1]) * -np.diff(survived, axis=0)
    inside = won_over_time(decided.lost, survived, weights=weights)
    outside_lost = np.cumsum((ended * (1.0 - stalled)) @ weights)
    won = won_over_time(decided.won, survived, weights=weights)
    lost = inside + np.concatenate([[0.0], outside_lost])
    no_decision = np.concatenate([[0.0], np.cumsum((ended * stalled) @ weights)])
    return curves_of(won=won, lost=lost, no_decision=no_decision)


def curves_of(*, won: Floats, lost: Floats, no_decision: Floats) -> EndCurves:
    """Return the curves with `open` as what is left of one."""
    left = np.maximum(1.0 - won - lost - no_decision, 0.0)
    return EndCurves(
        won=frozen(won),
        lost=frozen(lost),
        no_decision=frozen(no_decision),
        open=frozen(left),
    )


def place_of(days: float) -> tuple[int, float]:
    """Return the week before a date and how much of the next has passed.

    :raises BeyondHorizon: if the date is before today or beyond 78 weeks.
    """
    if not 0 <= days <= HORIZON_DAYS:
        raise BeyondHorizon(
            f"{days:g} days from now is not within {HORIZON_DAYS} days."
        )
    week = min(int(days // WEEK_DAYS), HORIZON_DAYS // WEEK_DAYS - 1)
    return week, days / WEEK_DAYS - week


def ends_by(curves: EndCurves, *, days: float) -> Ends:
    """Return the four chances by so many days from now, straight between weeks.

    :raises BeyondHorizon: if the date is before today or beyond 78 weeks.
    """
    week, part = place_of(days)

    def at(curve: Floats) -> float:
        return float(curve[week] + part * (curve[week + 1] - curve[week]))

    return Ends(
        at(curves.won), at(curves.lost), at(curves.no_decision), at(curves.open)
    )


def decision_time(curves: EndCurves) -> DecisionTime:
    """Return when a purchase decision falls, given that one falls within 78 weeks."""
    decided = curves.won + curves.lost
    chance = float(decided[-1])
    if chance <= 0:
        return DecisionTime(0.0, None, None, None)
    points = [_first_day(decided, level=part * chance) for part in (0.25, 0.5, 0.75)]
    return DecisionTime(chance, *points)


def _first_day(curve: Floats, *, level: float) -> float:
    """Return the first day at which a rising curve is at the level."""
    week = int(np.argmax(curve >= level))
    if week == 0:
        return 0.0
    below, above = curve[week - 1], curve[week]
    return float(WEEK_DAYS * (week - 1 + (level - below) / (above - below)))
