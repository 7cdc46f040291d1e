"""How well a human reads phases, against the model at the same moment.

Source: science.md 5, "Detection skill of a rep". For the rep and their coach, never a rank.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from forecasting.engine.scoring import CERTAIN, Interval, mean_by_deal
from readiness.engine.evidence import CONFIRMED

# Below this many nobody can be told apart from chance.
FEWEST = 10
FEWEST_DEALS = 5
# Somebody may have moved on after it; the window of coverage.
WITHIN_DAYS = 45.0


class ToldBy(StrEnum):
    """What told where somebody was, the plainest first."""

    CONFIRMATION = "confirmation"
    REVIEW = "review"
    EVIDENCE = "evidence"


@dataclass(frozen=True, slots=True)
class Judged:
    """A human's reading, the model's P(anchor) at that moment, and what came to light."""

    human: str
    model: Mapping[str, float]
    truth: str
    told_by: ToldBy
    deal: str

    @property
    def is_right(self) -> bool:
        return self.human == self.truth

    @property
    def is_model_right(self) -> bool:
        return max(self.model, key=lambda a: self.model[a]) == self.truth


@dataclass(frozen=True, slots=True)
class SkillScore:
    """Mean log scores, the higher the better, and their difference with its interval.

    Above zero the human was closer. `ahead` counts readings further than it turned out,
    `behind` those less far.
    """

    n: int
    human: float
    model: float
    gap: Interval
    right: int
    model_right: int
    ahead: int
    behind: int

    @property
    def verdict(self) -> str:
        """`closer`, `further`, or `same` where the interval holds both."""
        if self.gap.low > 0:
            return "closer"
        return "further" if self.gap.high < 0 else "same"


def human_log_score(human: str, truth: str, *, order: Sequence[str]) -> float:
    """Return log P(truth) of somebody who names one phase.

    A name is taken as nine in ten sure, the rest shared: as the buyer's plain words are.
    """
    others = max(len(order) - 1, 1)
    return math.log(CONFIRMED if human == truth else (1 - CONFIRMED) / others)


def model_log_score(chances: Mapping[str, float], truth: str) -> float:
    """Return log P(truth), kept off zero."""
    return math.log(max(chances.get(truth, 0.0), CERTAIN))


def skill_of(rows: Sequence[Judged], *, order: Sequence[str]) -> SkillScore | None:
    """Score what was told so far; None, which is "not enough evidence", below a minimum.

    The readings of one deal share its fate: the interval is drawn over deals.
    """
    if len(rows) < FEWEST or len({row.deal for row in rows}) < FEWEST_DEALS:
        return None
    human = np.array([human_log_score(r.human, r.truth, order=order) for r in rows])
    model = np.array([model_log_score(r.model, r.truth) for r in rows])
    steps = [order.index(r.human) - order.index(r.truth) for r in rows]
    return SkillScore(
        n=len(rows),
        human=float(human.mean()),
        model=float(model.mean()),
        gap=mean_by_deal(human - model, deals=[row.deal for row in rows]),
        right=sum(row.is_right for row in rows),
        model_right=sum(row.is_model_right for row in rows),
        ahead=sum(step > 0 for step in steps),
        behind=sum(step < 0 for step in steps),
    )
