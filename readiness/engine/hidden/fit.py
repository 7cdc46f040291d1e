"""Fit a chain to observations: rates, what is observed in which state, and the starts."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from readiness.engine.arrays import Floats, Integers
from readiness.engine.hidden.chain import Chain, chain_of
from readiness.engine.hidden.em import Climb, converged
from readiness.engine.hidden.expected import Expected, expect
from readiness.engine.hidden.sequences import Sequences


@dataclass(frozen=True, slots=True, eq=False)
class Reports:
    """What observations say of a state, and which part of that is to be fitted.

    `chances` (S, K) is p(symbol | state). An observation of column u is a report of
    `symbol[u]`, whose log likelihood counts `loudness[u]` times, or, where `symbol[u]`
    is -1, says `fixed[u]` (K,) and is left as it is. Zeros of `chances` stay zeros;
    the sum of a state's chances stays what it was.
    """

    chances: Floats
    symbol: Integers
    loudness: Floats
    fixed: Floats

    def logs(self) -> Floats:
        """Return log likelihoods (U, K)."""
        with np.errstate(divide="ignore"):
            logs = np.log(self.chances)[self.symbol]
        heard = np.where(np.isfinite(logs), logs * self.loudness[:, None], -np.inf)
        return np.where((self.symbol >= 0)[:, None], heard, self.fixed)

    def counts(self, columns: Floats) -> Floats:
        """Return how often each symbol counts in each state, (S, K)."""
        answer = np.zeros(self.chances.shape)
        is_report = self.symbol >= 0
        heard = (columns * self.loudness[:, None])[is_report]
        np.add.at(answer, self.symbol[is_report], heard)
        return answer


@dataclass(frozen=True, slots=True, eq=False)
class Pseudo:
    """What is known beforehand, as if it had been counted; zeros: nothing.

    `jumps` (K, K) and `stays` (K,) are Gamma priors of the rates, `symbols` (S, K) and
    `starts` (K,) Dirichlet priors; the mode of each is at counts over times or shares.
    """

    jumps: Floats
    stays: Floats
    symbols: Floats
    starts: Floats

    @classmethod
    def none(cls, *, states: int, symbols: int) -> "Pseudo":
        """Return the prior that says nothing: the fit is by maximum likelihood."""
        return cls(
            jumps=np.zeros((states, states)),
            stays=np.zeros(states),
            symbols=np.zeros((symbols, states)),
            starts=np.zeros(states),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """A fitted chain, its reports, and the log likelihood of all sequences."""

    chain: Chain
    reports: Reports
    log_likelihood: float
    updates: int


def fit(
    *,
    sequences: Sequences,
    generator: npt.ArrayLike,
    prior: npt.ArrayLike,
    reports: Reports,
    pseudo: Pseudo | None = None,
    learn_starts: bool = False,
    tolerance: float = 1e-7,
    limit: int = 2_000,
) -> Fitted:
    """Return the chain under which the observations are most likely.

    Rates that are zero in `generator` stay zero. Expectation-maximisation: the rates
    become (jumps + prior) / (stays + prior), the chances shares of the counts (Liu et
    al. 2015, algorithm 1; MAP as in Dempster, Laird & Rubin 1977, 2).

    :raises ValueError: if the parts do not fit or an observation is impossible.
    :raises NotConverged: if it still moves after `limit` passes.
    """
    start = chain_of(prior=prior, generator=generator, logs=reports.logs())
    known = pseudo or Pseudo.none(states=start.count, symbols=len(reports.chances))
    problem = _Problem(
        sequences, start, reports=reports, known=known, learn_starts=learn_starts
    )
    end = converged(problem.packed(), problem.update, tolerance=tolerance, limit=limit)
    return problem.fitted(end)


class _Problem:
    """The parameters as a vector of logarithms, and the update of it."""

    def __init__(
        self,
        sequences: Sequences,
        start: Chain,
        *,
        reports: Reports,
        known: Pseudo,
        learn_starts: bool,
    ) -> None:
        self.sequences, self.start = sequences, start
        self.reports, self.known = reports, known
        self.learn_starts = learn_starts
        self.moves = start.jump_rates > 0
        self.heard = reports.chances > 0
        self.totals = reports.chances.sum(axis=0)
        if learn_starts and start.prior.ndim != 1:
            raise ValueError("Starts can be fitted for all sequences together only.")

    def packed(self) -> Floats:
        return self._pack(self.start.jump_rates, self.reports.chances, self.start.prior)

    def _pack(self, rates: Floats, chances: Floats, starts: Floats) -> Floats:
        parts = [np.log(rates[self.moves]), np.log(chances[self.heard])]
        if self.learn_starts:
            parts.append(np.log(np.maximum(starts, np.finfo(float).tiny)))
        return np.concatenate(parts)

    def unpacked(self, vector: Floats) -> tuple[Chain, Reports]:
        moves, heard = int(self.moves.sum()), int(self.heard.sum())
        rates = np.zeros(self.moves.shape)
        rates[self.moves] = np.exp(vector[:moves])
        np.fill_diagonal(rates, -rates.sum(axis=1))
        chances = np.zeros(self.heard.shape)
        chances[self.heard] = np.exp(vector[moves : moves + heard])
        # An extrapolated vector is no distribution any more.
        chances *= self.totals / np.where(self.totals > 0, chances.sum(axis=0), 1.0)
        reports = Reports(
            chances, self.reports.symbol, self.reports.loudness, self.reports.fixed
        )
        starts = self.start.prior
        if self.learn_starts:
            starts = np.exp(vector[moves + heard :])
            starts = starts / starts.sum()
        return chain_of(prior=starts, generator=rates, logs=reports.logs()), reports

    def update(self, vector: Floats) -> tuple[Floats, float]:
        try:
            chain, reports = self.unpacked(vector)
            expected = expect(chain, self.sequences)
        except (ValueError, np.linalg.LinAlgError) as error:
            raise ArithmeticError(str(error)) from error
        known = self.known
        objective = float(expected.log_likelihood.sum())
        objective += self._log_prior(chain, reports)
        jumps = expected.jumps.sum(axis=0) + known.jumps
        stays = expected.stays.sum(axis=0) + known.stays
        counts = reports.counts(expected.columns) + known.symbols
        better = self._pack(
            np.maximum(jumps, 1e-300) / np.maximum(stays, 1e-300)[:, None],
            np.maximum(self.totals * _shares(counts), 1e-300),
            self._starts(expected),
        )
        return better, objective

    def _starts(self, expected: Expected) -> Floats:
        counted = expected.starts.sum(axis=0) + self.known.starts
        return np.asarray(counted / counted.sum())

    def _log_prior(self, chain: Chain, reports: Reports) -> float:
        known, rates = self.known, chain.jump_rates
        value = (known.jumps[self.moves] * np.log(rates[self.moves])).sum()
        value -= (known.stays * rates.sum(axis=1)).sum()
        chances = reports.chances[self.heard]
        value += (known.symbols[self.heard] * np.log(chances)).sum()
        if self.learn_starts:
            starts = np.maximum(chain.prior, np.finfo(float).tiny)
            value += (known.starts * np.log(starts)).sum()
        return float(value)

    def fitted(self, end: Climb) -> Fitted:
        chain, reports = self.unpacked(end.vector)
        total = float(expect(chain, self.sequences).log_likelihood.sum())
        return Fitted(chain, reports, total, end.updates)


def _shares(counts: Floats) -> Floats:
    totals = counts.sum(axis=0)
    return np.asarray(counts / np.where(totals > 0, totals, 1.0))
