"""The rules of the group decision played out event by event, one deal at a time.

Independent of the engine's arithmetic: people jump from phase to phase at random times,
speeds and stances are drawn from their normal distributions, no node and no week is
used. The one thing that is computed is the expected square of the influence share in
the first two phases, which the rules put into the hazard of no decision; it is
integrated here over its own, finer grid.
"""

from bisect import bisect
from functools import cache
from itertools import accumulate
from math import exp, inf, sqrt
from random import Random

import numpy as np
from scipy.linalg import expm
from scipy.stats import norm

from forecasting.engine.ends import Hazards
from forecasting.engine.rules import GroupRule, clauses_of
from forecasting.engine.seats import Group
from readiness.engine.expert import expert_generator

HORIZON = 546.0
SIGMA, SHARED, RHO = 0.45, 0.5, 0.5
U_GRID = np.linspace(-4.5, 4.5, 37)
V_GRID = np.linspace(-4.5, 4.5, 37)


@cache
def early_share(pace: float) -> np.ndarray:
    """P(in phase 1 or 2) by (U, week, start phase), commitment absorbing."""
    rates = expert_generator().copy()
    rates[-1] = 0.0
    density = norm.pdf(V_GRID) / norm.pdf(V_GRID).sum()
    paces = np.exp(SIGMA * (U_GRID[:, None] + V_GRID) * sqrt(0.5)) / pace
    step = expm(rates * (7 * paces)[..., None, None])
    moved = np.broadcast_to(np.eye(7), step.shape)
    early = []
    for _ in range(79):
        early.append(np.einsum("uvk,v->uk", moved[..., :2].sum(axis=-1), density))
        moved = moved @ step
    return np.stack(early, axis=1)


class Simulator:
    """Plays deals of one group under one rule."""

    def __init__(
        self, group: Group, *, rule: GroupRule, pace: float, seed: int
    ) -> None:
        self.random = Random(seed)
        self.group, self.pace = group, pace
        self.clauses = clauses_of(rule, group=group)
        rates = expert_generator()
        self.leaving = (-rates.diagonal()).tolist()
        self.jumps = [list(accumulate(np.clip(row, 0, None).tolist())) for row in rates]
        self.starts = [list(accumulate(seat.phases.tolist())) for seat in group.seats]
        self.thresholds = norm.ppf(group.support).tolist()
        early = early_share(pace) @ group.phases.T
        scatter = (early * (1 - early)) @ group.weights**2
        self.squared_share = ((early @ group.weights) ** 2 + scatter).tolist()
        self.hazards = Hazards()

    def ends(self, deals: int) -> list[tuple[str, float]]:
        return [self.end() for _ in range(deals)]

    def end(self) -> tuple[str, float]:
        """Play one deal: its end, or "open", and the day."""
        u, z = self.random.gauss(0, 1), self.random.gauss(0, 1)
        seats = range(len(self.group.seats))
        paths = [self.path(i, u=u) for i in seats]
        supports = [self.supports(i, z=z) for i in seats]
        outside, outside_day = self.outside(u)
        ends = [
            (self.won_day(paths, supports), "won"),
            (self.lost_day(paths, supports), "lost"),
            (outside_day, outside),
            (HORIZON, "open"),
        ]
        day, name = min(ends)
        return name, day

    def path(self, i: int, *, u: float) -> tuple[float, float]:
        """Return the days at which seat i reaches doubts and the last phase."""
        v = self.random.gauss(0, 1)
        speed = exp(SIGMA * (sqrt(SHARED) * u + sqrt(1 - SHARED) * v)) / self.pace
        phase = min(bisect(self.starts[i], self.random.random()), 6)
        day, doubts = 0.0, inf
        while day <= HORIZON:
            if phase >= 5:
                doubts = min(doubts, day)
            if phase == 6:
                return doubts, day
            day += self.random.expovariate(self.leaving[phase] * speed)
            jump = self.random.random() * self.jumps[phase][-1]
            phase = min(bisect(self.jumps[phase], jump), 6)
        return doubts, inf

    def supports(self, i: int, *, z: float) -> bool:
        own = self.random.gauss(0, 1)
        return sqrt(RHO) * z + sqrt(1 - RHO) * own < self.thresholds[i]

    def won_day(self, paths, supports) -> float:
        c, day, votes = self.clauses, 0.0, []
        for i, (doubts, last) in enumerate(paths):
            yes = last if supports[i] else inf
            if c.required[i] or c.blocked[i]:
                day = max(day, yes)
            if c.conditional[i]:
                day = max(day, doubts)
            votes.append((yes, c.steps[i]))
        return max(day, day_of(votes, needed=c.needed))

    def lost_day(self, paths, supports) -> float:
        c = self.clauses
        against = [inf if supports[i] else last for i, (_, last) in enumerate(paths)]
        if any(c.required):
            return min(
                day for day, must in zip(against, c.required, strict=True) if must
            )
        votes = list(zip(against, c.steps, strict=True))
        return day_of(votes, needed=sum(c.steps) - c.needed + 1)

    def outside(self, u: float) -> tuple[str, float]:
        """Return the first end from outside, by thinning a faster stream of events."""
        h, day = self.hazards, 0.0
        fastest = h.drift + h.stall + h.rival
        place = min(
            max((u - U_GRID[0]) / (U_GRID[1] - U_GRID[0]), 0), len(U_GRID) - 1.001
        )
        low, part = int(place), place % 1
        while True:
            day += self.random.expovariate(fastest)
            if day > HORIZON:
                return "open", inf
            week, rest = int(day // 7), day / 7 % 1
            week, rest = (77, 1.0) if week == 78 else (week, rest)
            square = sum(
                weight * self.squared_share[low + a][week + b]
                for a, b, weight in (
                    (0, 0, (1 - part) * (1 - rest)),
                    (0, 1, (1 - part) * rest),
                    (1, 0, part * (1 - rest)),
                    (1, 1, part * rest),
                )
            )
            luck = self.random.random() * fastest
            if luck < h.rival:
                return "lost", day
            if luck < h.rival + h.drift + h.stall * square:
                return "no_decision", day


def day_of(votes, *, needed: int) -> float:
    """Return the day at which the votes, each with its steps, add up."""
    if needed <= 0:
        return 0.0
    total = 0
    for day, steps in sorted(votes):
        total += steps
        if total >= needed:
            return day
    return inf
