"""Make the numbers fit what was heard, held back by the expert defaults."""

from dataclasses import replace
from enum import StrEnum

import numpy as np

from readiness.engine.arrays import Floats
from readiness.engine.learning.beforehand import Beforehand
from readiness.engine.learning.counting import Counts, Listening
from readiness.engine.learning.parameters import PINNED, Parameters, cells_of
from readiness.engine.model import ReadinessModel

TINY = 1e-300


class Part(StrEnum):
    """Which of the numbers move."""

    ALL = "all"  # but those of the roles
    ENTRY = "entry"
    TEMPO = "tempo"


class Fitting:
    """The numbers as a vector of logarithms, and the update of expectation-maximisation.

    The objective is the log likelihood of what was heard plus the log of the priors:
    Gamma for rates, inverse Gamma for paces and tempos, Dirichlet for shares, each with
    its mode at the default. Rates become (events + prior) / (stays + prior), shares those
    of the counts (Liu et al. 2015, algorithm 1); paces and tempos, given the rates, the
    expected by the usual number of events (conditional maximisation: Meng & Rubin 1993).
    """

    def __init__(
        self,
        listening: Listening,
        known: Beforehand,
        *,
        start: Parameters,
        model: ReadinessModel,
        part: Part = Part.ALL,
    ) -> None:
        self.listening, self.known, self.start = listening, known, start
        self.part = part
        names = list(model.importance)
        self.is_free = np.array([name != PINNED for name in names], dtype=bool)
        self.moves = start.jumps > 0
        self.is_left = self.moves.any(axis=1)
        self.begins = start.starts[0] > 0
        self.totals = start.chances.sum(axis=0)
        heard = listening.heard
        self.is_common = heard.variant < 0
        self.size = np.arange(cells_of(heard, start).max(initial=0) + 1)
        self.cell_size = self.size // len(start.tempos) - 1
        self.cell_role = self.size % len(start.tempos)

    def packed(self, p: Parameters) -> Floats:
        """Return the numbers that move as a vector."""
        if self.part is Part.ENTRY:
            return np.log(np.maximum(p.starts[1:, self.begins], TINY)).ravel()
        if self.part is Part.TEMPO:
            return np.log(p.tempos[1:])
        return np.concatenate(
            [
                np.log(np.maximum(p.starts[0, self.begins], TINY)),
                np.log(p.dwell_days[self.is_left]),
                np.log(np.maximum(p.jumps[self.moves], TINY)),
                np.log(p.paces[self.is_free]),
                np.log(np.maximum(p.chances, TINY)).ravel(),
            ]
        )

    def unpacked(self, vector: Floats) -> Parameters:
        """Return the numbers of a vector, made shares again where they are shares."""
        start, values = self.start, np.exp(vector)
        if self.part is Part.ENTRY:
            starts = start.starts.copy()
            rows = values.reshape(len(starts) - 1, -1)
            starts[1:, self.begins] = rows / rows.sum(axis=1, keepdims=True)
            return replace(start, starts=starts)
        if self.part is Part.TEMPO:
            return replace(start, tempos=np.concatenate([start.tempos[:1], values]))
        sizes = [
            self.begins.sum(),
            self.is_left.sum(),
            self.moves.sum(),
            self.is_free.sum(),
        ]
        common, left, shares, paces, chances = np.split(values, np.cumsum(sizes))
        dwell, jumps = start.dwell_days.copy(), np.zeros_like(start.jumps)
        dwell[self.is_left] = left
        jumps[self.moves] = shares
        jumps /= np.where(self.is_left, jumps.sum(axis=1), 1.0)[:, None]
        sized = start.paces.copy()
        sized[self.is_free] = paces
        table = chances.reshape(start.chances.shape)
        return replace(
            start,
            starts=self._common(common / common.sum()),
            dwell_days=dwell,
            jumps=jumps,
            paces=sized,
            chances=table * (self.totals / table.sum(axis=0)),
        )

    def _common(self, shares: Floats) -> Floats:
        """Return everybody's starts as those of all roles, which have none of their own."""
        starts = np.zeros_like(self.start.starts)
        starts[:, self.begins] = shares
        return starts

    def update(self, vector: Floats) -> tuple[Floats, float]:
        """Return better numbers and the objective at those given.

        :raises ArithmeticError: if the numbers make no chain.
        """
        try:
            now = self.unpacked(vector)
            counts = self.listening.count(now)
        except (ValueError, np.linalg.LinAlgError) as error:
            raise ArithmeticError(str(error)) from error
        objective = counts.log_likelihood + self._log_prior(now)
        if self.part is Part.ENTRY:
            better = self._entered(now, counts)
        elif self.part is Part.TEMPO:
            better = self._timed(now, counts)
        else:
            better = self._all(now, counts)
        return self.packed(better), objective

    def _all(self, now: Parameters, counts: Counts) -> Parameters:
        known, erlang = self.known, now.erlang
        events = counts.events.sum(axis=0) + erlang * known.jumps.sum(axis=1)
        stays = counts.stays.sum(axis=0) + known.stays
        dwell = np.where(self.is_left, erlang * stays / np.maximum(events, TINY), 1.0)
        jumps = counts.jumps.sum(axis=0) + known.jumps
        jumps /= np.where(self.is_left, jumps.sum(axis=1), 1.0)[:, None]
        signals = counts.signals + known.signals * known.centre.chances / self.totals
        common = counts.starts[self.is_common].sum(axis=0)
        common += known.starts * known.centre.starts[0]
        dwell = np.where(self.is_left, dwell, now.dwell_days)
        return replace(
            now,
            starts=self._common(common[self.begins] / common.sum()),
            dwell_days=dwell,
            jumps=jumps,
            paces=self._paced(now, counts, dwell),
            chances=self.totals * signals / signals.sum(axis=0),
        )

    def _paced(self, now: Parameters, counts: Counts, dwell: Floats) -> Floats:
        """Return paces, given how long a stay of a mid-size deal is."""
        usual = counts.stays @ np.where(self.is_left, now.erlang / dwell, 0.0)
        events, usual_pace = counts.events.sum(axis=1), self.known.centre.paces
        paces = now.paces.copy()
        for n in np.flatnonzero(self.is_free):
            own = self.cell_size == n
            worth = now.erlang * self.known.paces[n]
            total = now.paces[n] * usual[own].sum() + worth * usual_pace[n]
            paces[n] = total / (events[own].sum() + worth)
        return paces

    def _entered(self, now: Parameters, counts: Counts) -> Parameters:
        starts, worth = now.starts.copy(), self.known.role_starts
        for role in range(1, len(starts)):
            own = (self.listening.heard.role + 1 == role) & self.is_common
            counted = counts.starts[own].sum(axis=0) + worth * now.starts[0]
            starts[role] = counted / counted.sum()
        return replace(now, starts=starts)

    def _timed(self, now: Parameters, counts: Counts) -> Parameters:
        rates = np.where(self.is_left, now.erlang / now.dwell_days, 0.0)
        usual, events = counts.stays @ rates, counts.events.sum(axis=1)
        tempos = now.tempos.copy()
        for role in range(1, len(tempos)):
            own = self.cell_role == role
            worth = now.erlang * self.known.tempos[role]
            total = now.tempos[role] * usual[own].sum() + worth
            tempos[role] = total / (events[own].sum() + worth)
        return replace(now, tempos=tempos)

    def _log_prior(self, p: Parameters) -> float:
        known = self.known
        if self.part is Part.ENTRY:
            logs = np.log(np.maximum(p.starts[1:], TINY))
            return float(known.role_starts * (p.starts[0] * logs).sum())
        if self.part is Part.TEMPO:
            penalty = np.log(p.tempos[1:]) + 1 / p.tempos[1:]
            return -float((p.erlang * known.tempos[1:] * penalty).sum())
        left, rate = self.is_left, p.erlang / p.dwell_days
        jumps = known.jumps.sum(axis=1)
        value = (p.erlang * jumps[left] * np.log(rate[left])).sum()
        value -= (known.stays[left] * rate[left]).sum()
        shares = np.maximum(p.jumps[self.moves], TINY)
        value += (known.jumps[self.moves] * np.log(shares)).sum()
        centre = known.signals * known.centre.chances / self.totals
        value += (centre * np.log(np.maximum(p.chances, TINY))).sum()
        starts = np.log(np.maximum(p.starts[0], TINY))
        value += known.starts * (known.centre.starts[0] * starts).sum()
        paces = p.paces[self.is_free]
        usual = known.centre.paces[self.is_free]
        worth = p.erlang * known.paces[self.is_free]
        value -= (worth * (np.log(paces) + usual / paces)).sum()
        return float(value)
