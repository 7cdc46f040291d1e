"""For or against: how far what was heard tells, learned from what the same people said next.

Nobody is told who was for us. But somebody who is for us goes on saying what people for us
say: a stance is right as far as it foretells the next signal that bears on it.
"""

from dataclasses import replace

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from readiness.engine.arrays import Floats
from readiness.engine.learning.counting import Listening
from readiness.engine.learning.parameters import Parameters
from readiness.engine.stance import voices

# How far from the experts a workspace may well lie: deviations of the logarithms of tilt
# and fading days; expert default, worth some tens of signals.
SPREADS = np.array([0.5, 0.7])
BOUNDS = ((np.log(0.02), np.log(2.0)), (np.log(7.0), np.log(3_650.0)))
STEP = 0.01  # of the logarithms, for differences


class Leanings:
    """The signals that bear on a stance, and where each person may have stood before.

    `person`, `row`, `deal` and `days` since the last such signal of the person are (m,).
    """

    def __init__(self, listening: Listening, parameters: Parameters) -> None:
        heard = listening.heard
        effects = np.append(listening.effects, np.zeros(parameters.count))
        bears = effects[heard.row] != 0
        self.facts = np.flatnonzero(bears)
        ahead = listening.ahead(parameters)
        self.ahead = ahead[bears]
        self.before = ahead[_moments(heard.person, heard.days)][bears]
        self.chances, self.effects = parameters.chances, listening.effects
        self.row, self.person = heard.row[bears], heard.person[bears]
        self.deal = heard.deal[self.person]
        self.loudness = (heard.temper * heard.weight)[bears]
        self.origin = listening.origin
        self.days = _since(heard.person, heard.days)[bears]
        is_first = np.ones(len(self.row), dtype=bool)
        is_first[1:] = self.person[1:] != self.person[:-1]
        self.days[1:] -= np.where(is_first[1:], 0.0, self.days[:-1])
        index = np.arange(len(self.row))
        place = index - np.maximum.accumulate(np.where(is_first, index, 0))
        order = np.argsort(place, kind="stable")
        counts = np.bincount(place)
        self.steps = np.split(order, np.cumsum(counts)[:-1]) if len(counts) else []

    def gains(self, *, tilt: float, fading_days: float) -> Floats:
        """Return by how much (m,) the stance raised the log chance of each signal."""
        favour, against = voices(self.chances, self.effects, tilt=tilt)
        pulls = self.loudness * np.log(
            self._said(self.before, favour) / self._said(self.before, against)
        )
        logits = np.full(len(self.row), self.origin)
        for rows in self.steps[1:]:
            left = logits[rows - 1] + pulls[rows - 1] - self.origin
            logits[rows] += left * np.exp(-self.days[rows] / fading_days)
        support = expit(logits)
        chance = support * self._said(self.ahead, favour)
        chance += (1 - support) * self._said(self.ahead, against)
        return np.asarray(np.log(chance / self._said(self.ahead, self.chances)))

    def _said(self, stood: Floats, chances: Floats) -> Floats:
        return np.asarray(np.einsum("mk,mk->m", stood, chances[self.row]))


def centre_of(listening: Listening) -> Floats:
    """Return the logs of tilt and fading days as the experts have them.

    Their gain is what a signal of effect 1 adds to the log odds; by a tilt it is twice that.
    """
    return np.log([listening.gain / 2, listening.fading_days])


def leaned(listening: Listening, parameters: Parameters) -> Parameters:
    """Return the parameters with the tilt and fading that foretell signals best.

    They maximise sum log(P(for) p(s | for) + P(against) p(s | against)) over the signals
    that bear on a stance, P being what was known before each, held to the experts' by a
    ridge.
    """
    known, centre = Leanings(listening, parameters), centre_of(listening)
    if not len(known.row):
        return parameters

    def loss(at: Floats) -> float:
        tilt, fading = np.exp(at).tolist()
        held = (at - centre) / SPREADS
        gains = known.gains(tilt=tilt, fading_days=fading)
        return float(held @ held / 2 - gains.sum()) / len(gains)

    found = minimize(loss, centre, method="Nelder-Mead", bounds=BOUNDS, tol=1e-6)
    tilt, fading = np.exp(found.x).tolist()
    return replace(parameters, tilt=tilt, fading_days=fading)


def leaning_errors(listening: Listening, parameters: Parameters) -> tuple[float, float]:
    """Return the standard errors of the logs of tilt and fading days.

    From the information in the scores of single deals plus that of the ridge, as for the
    other numbers (`uncertainty`); the phases are taken as they are.
    """
    known, at = (
        Leanings(listening, parameters),
        np.log([parameters.tilt, parameters.fading_days]),
    )
    scores = np.zeros((listening.heard.deals, 2))
    for place, step in enumerate(np.eye(2) * STEP):
        for side in (1, -1):
            tilt, fading = np.exp(at + side * step).tolist()
            gains = known.gains(tilt=tilt, fading_days=fading)
            np.add.at(scores[:, place], known.deal, side * gains / (2 * STEP))
    wide = np.linalg.inv(scores.T @ scores + np.diag(SPREADS**-2.0))
    first, second = np.sqrt(wide.diagonal()).tolist()
    return first, second


def _since(person: np.ndarray, days: Floats) -> Floats:
    """Return the days (M,) since each person was first heard or joined."""
    total = np.cumsum(days)
    is_first = np.ones(len(person), dtype=bool)
    is_first[1:] = person[1:] != person[:-1]
    start = np.maximum.accumulate(np.where(is_first, np.arange(len(person)), 0))
    return np.asarray(total - total[start])


def _moments(person: np.ndarray, days: Floats) -> np.ndarray:
    """Return for each fact the first one of its moment."""
    is_later = np.ones(len(person), dtype=bool)
    is_later[1:] = (person[1:] != person[:-1]) | (days[1:] != 0)
    return np.maximum.accumulate(np.where(is_later, np.arange(len(person)), 0))
