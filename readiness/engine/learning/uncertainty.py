"""How far off learned numbers may be."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from readiness.engine.arrays import Floats
from readiness.engine.learning.beforehand import Beforehand
from readiness.engine.learning.counting import Counts, Listening
from readiness.engine.learning.fitting import Fitting
from readiness.engine.learning.parameters import Parameters

# Half a signal (Jeffreys): what was never heard is not known to be impossible.
LEAST = 0.5
Bools: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Errors:
    """Standard errors: of the logarithm of `dwell` (C + 1, K) by importance (the last:
    a mid-size deal), `paces` (C,), `tempos` (R,) and `chances` (S, K); of `jumps` (K, K)
    and `starts` (1 + R, K) as they are. `weights` says how much of each is data.
    """

    dwell: Floats
    paces: Floats
    jumps: Floats
    starts: Floats
    tempos: Floats
    chances: Floats


def errors_of(fitting: Fitting, parameters: Parameters) -> Errors:
    """Return the standard errors of learned numbers.

    From the information in the scores of single deals, plus that of the prior: the
    score of a deal is what was expected of it minus what the numbers say (Fisher's
    identity; Louis 1982, 3; Berndt et al. 1974). What stays hidden thus widens them.
    Chances of signals are taken one at a time.
    """
    listening, heard = fitting.listening, fitting.listening.heard
    counts = listening.count(parameters, by=heard.deal)
    scores, prior = _scores(fitting, parameters, counts)
    wide = _inverse(scores.T @ scores + prior)
    left = int(fitting.is_left.sum())
    moves, free = int(fitting.moves.sum()), int(fitting.is_free.sum())
    return Errors(
        dwell=_dwell(fitting, wide, first_pace=left + moves),
        paces=_filled(fitting.is_free, wide.diagonal()[left + moves :][:free]),
        jumps=_jumps(fitting, parameters, wide[left:, left:][:moves, :moves]),
        starts=_starts(fitting, parameters, counts),
        tempos=_tempos(fitting, parameters, counts),
        chances=_chances(listening, parameters, fitting.known),
    )


def _scores(fitting: Fitting, p: Parameters, counts: Counts) -> tuple[Floats, Floats]:
    """Return scores (D, P) of log rates, log odds of jumps and log paces, and the prior."""
    heard, known, left = fitting.listening.heard, fitting.known, fitting.is_left
    rates = np.where(left, p.erlang / p.dwell_days, 0.0)
    rate_scores = counts.events - rates * counts.stays
    leaving = counts.jumps.sum(axis=2)
    jump_scores = (counts.jumps - p.jumps * leaving[:, :, None])[:, fitting.moves]
    size = np.full(heard.deals, -1)
    size[heard.deal] = heard.size
    of_size = size[:, None] == np.flatnonzero(fitting.is_free)
    pace_scores = -rate_scores.sum(axis=1)[:, None] * of_size
    scores = np.hstack([rate_scores[:, left], jump_scores, pace_scores])
    prior = np.zeros((scores.shape[1],) * 2)
    events = p.erlang * known.jumps.sum(axis=1)[left]
    index = np.arange(len(events))
    prior[index, index] = events
    origin, _ = np.nonzero(fitting.moves)
    shares = p.jumps[fitting.moves]
    same = origin[:, None] == origin[None, :]
    total = known.jumps.sum(axis=1)[origin]
    block = (np.diag(shares) - same * np.outer(shares, shares)) * total[:, None]
    first, end = len(events), len(events) + len(shares)
    prior[first:end, first:end] = block
    last = np.arange(end, scores.shape[1])
    prior[last, last] = p.erlang * known.paces[fitting.is_free]
    return scores, prior


def _inverse(information: Floats) -> Floats:
    """Return the covariance; odds that sum to nothing leave a direction without any."""
    return np.asarray(np.linalg.pinv(information, hermitian=True), dtype=np.float64)


def _filled(which: Bools, variances: Floats) -> Floats:
    answer = np.zeros(len(which))
    answer[which] = np.sqrt(np.maximum(variances, 0.0))
    return answer


def _dwell(fitting: Fitting, wide: Floats, *, first_pace: int) -> Floats:
    """Return the error of log dwell: log pace minus log rate, correlated."""
    left = int(fitting.is_left.sum())
    variance = np.zeros((len(fitting.is_free) + 1, fitting.is_left.size))
    rate = wide.diagonal()[:left]
    variance[:, fitting.is_left] = rate
    for place, size in enumerate(np.flatnonzero(fitting.is_free)):
        pace = first_pace + place
        both = rate + wide[pace, pace] - 2 * wide[pace, :left]
        variance[size, fitting.is_left] = both
    return np.asarray(np.sqrt(np.maximum(variance, 0.0)))


def _jumps(fitting: Fitting, p: Parameters, wide: Floats) -> Floats:
    """Return the error of each share: its derivatives by the log odds are p (1 - p)."""
    origin, _ = np.nonzero(fitting.moves)
    shares = p.jumps[fitting.moves]
    same = origin[:, None] == origin[None, :]
    slopes = np.diag(shares) - same * np.outer(shares, shares)
    answer = np.zeros(p.jumps.shape)
    answer[fitting.moves] = np.sqrt(
        np.maximum((slopes @ wide @ slopes.T).diagonal(), 0.0)
    )
    return answer


def _starts(fitting: Fitting, p: Parameters, counts: Counts) -> Floats:
    """Return the error of each share of starts, everybody's first, then by role."""
    heard = fitting.listening.heard
    errors = np.zeros(p.starts.shape)
    for row, starts in enumerate(p.starts):
        own = fitting.is_common & ((row == 0) | (heard.role + 1 == row))
        scores = np.zeros((heard.deals, p.count))
        np.add.at(scores, heard.deal[own], (counts.starts - starts)[own])
        worth = fitting.known.starts if row == 0 else fitting.known.role_starts
        slopes = np.diag(starts) - np.outer(starts, starts)
        wide = _inverse(scores.T @ scores + worth * slopes)
        variance = (slopes @ wide @ slopes.T).diagonal()
        errors[row] = np.sqrt(np.maximum(variance, 0.0))
    return errors


def _tempos(fitting: Fitting, p: Parameters, counts: Counts) -> Floats:
    """Return the error of the log tempo of each role, the rest held."""
    heard = fitting.listening.heard
    roles = len(p.tempos) - 1
    if not roles:
        return np.zeros(0)
    by_role = heard.deal * (roles + 1) + heard.role + 1
    rates = np.where(fitting.is_left, p.erlang / p.dwell_days, 0.0)
    found = fitting.listening.count(p, by=by_role)
    scores = (found.events - rates * found.stays).sum(axis=1)
    total = np.zeros(heard.deals * (roles + 1))
    total[: len(scores)] = scores
    information = (total.reshape(-1, roles + 1)[:, 1:] ** 2).sum(axis=0)
    return np.asarray(1 / np.sqrt(information + p.erlang * fitting.known.tempos[1:]))


def _chances(listening: Listening, p: Parameters, known: Beforehand) -> Floats:
    """Return the error of the log of each p(signal | phase)."""
    errors = np.empty(p.chances.shape)
    share = p.chances / p.chances.sum(axis=0)
    for phase, counted in enumerate(listening.signals_by_deal(p)):
        scores = counted - counted.sum(axis=1, keepdims=True) * share[:, phase]
        odds = share[:, phase] * (1 - share[:, phase])
        information = (scores**2).sum(axis=0) + known.signals[phase] * odds + LEAST
        errors[:, phase] = (1 - share[:, phase]) / np.sqrt(information)
    return errors
