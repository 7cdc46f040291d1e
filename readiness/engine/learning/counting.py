"""One pass over what was heard: what the numbers would have it that happened."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from readiness.engine.arrays import Floats, Integers
from readiness.engine.hidden.chain import Chain, Steps
from readiness.engine.hidden.expected import expect
from readiness.engine.hidden.sequences import Sequences, sequences_of
from readiness.engine.learning.deals import Heard
from readiness.engine.learning.parameters import Parameters, cells_of, dynamics_for
from readiness.engine.model import ReadinessModel


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """What is expected to have happened, by phase; G cells (or deals) apart.

    `events` (G, K): how often a sub-state was left; `jumps` (G, K, K) between phases;
    `stays` (G, K) in paced days; `starts` (N, K); `signals` (S, K), each counted with
    its loudness; `log_likelihood` of everything heard.
    """

    events: Floats
    jumps: Floats
    stays: Floats
    starts: Floats
    signals: Floats
    log_likelihood: float


class Listening:
    """What was heard, laid out once for all passes.

    With `is_tempered` a signal counts as in a reading; without it tempers are left out.
    Learning leaves them out: they are for a catalogue that experts wrote, whose
    impressions a reader may have mistaken, while a learned p(signal | phase) is of what
    readers noted, mistakes included. (Learned with them, the catalogue comes out
    flattened and three times as far from the truth: docs/measurements.md.)
    """

    def __init__(
        self, heard: Heard, model: ReadinessModel, *, is_tempered: bool
    ) -> None:
        self.heard = heard
        loudness = heard.weight * heard.temper if is_tempered else heard.weight
        self.signals = len(model.catalogue.classes)
        self.effects = np.array(model.catalogue.effects)
        scale = model.settings.stance
        self.origin, self.gain = scale.origin, scale.gain
        self.fading_days = scale.decay_days
        # Few pairs of row and loudness occur: one column for each.
        loud, level = np.unique(loudness, return_inverse=True)
        pairs, self.column = np.unique(
            heard.row * max(len(loud), 1) + level, return_inverse=True
        )
        row, level = np.divmod(pairs, max(len(loud), 1))
        self.row, self.loudness = row, loud[level] if len(loud) else np.zeros(0)
        self.confirmed = np.stack([model.confirmation(a) for a in model.anchors])

    def chain(self, parameters: Parameters) -> Chain:
        """Return the chain of sub-states under these numbers."""
        return Chain(
            prior=parameters.spread(parameters.prior_of(self.heard)),
            dynamics=dynamics_for(parameters),
            logs=np.repeat(self._logs(parameters), parameters.erlang, axis=1),
        )

    def _logs(self, parameters: Parameters) -> Floats:
        """Return what each column says of the phase, (U, K)."""
        rows = np.concatenate([np.log(parameters.chances), self.confirmed])
        return np.asarray(rows[self.row] * self.loudness[:, None])

    def sequences(self, parameters: Parameters) -> Sequences:
        """Return the observations with days paced by these numbers."""
        pace = parameters.pace_of(self.heard)
        return sequences_of(
            sequence=self.heard.person,
            days=self.heard.days / pace[self.heard.person],
            column=self.column,
            count=self.heard.people,
        )

    def count(self, parameters: Parameters, *, by: Integers | None = None) -> Counts:
        """Return the expected counts by cell, or by another grouping of the people."""
        erlang, phases = parameters.erlang, parameters.count
        group = cells_of(self.heard, parameters) if by is None else by
        found = expect(self.chain(parameters), self.sequences(parameters), group=group)
        size = len(found.jumps)
        blocks = found.jumps.reshape(size, phases, erlang, phases, erlang)
        within = np.einsum("gkakb->gk", blocks)
        jumps = blocks.sum(axis=(2, 4)) * (1 - np.eye(phases))
        signals = np.zeros((self.signals + phases, phases))
        columns = parameters.folded(found.columns) * self.loudness[:, None]
        np.add.at(signals, self.row, columns)
        return Counts(
            events=within + jumps.sum(axis=2),
            jumps=jumps,
            stays=parameters.folded(found.stays),
            starts=parameters.folded(found.starts),
            signals=signals[: self.signals],
            log_likelihood=float(found.log_likelihood.sum()),
        )

    def smoothed(self, parameters: Parameters) -> Floats:
        """Return P(phase | everything heard) at each fact, (M, K)."""
        sequences = self.sequences(parameters)
        steps = Steps(self.chain(parameters), sequences)
        chances = steps.smooth(steps.filter()).chances
        return sequences.in_given_order(parameters.folded(chances))

    def signals_by_deal(self, parameters: Parameters) -> Iterator[Floats]:
        """Yield, phase by phase, how often each signal counts in each deal, (D, S)."""
        heard = self.heard
        is_signal = heard.row < self.signals
        weight = self.smoothed(parameters)[is_signal] * heard.weight[is_signal, None]
        deal = heard.deal[heard.person[is_signal]]
        pair, size = deal * self.signals + heard.row[is_signal], heard.deals
        for phase in range(parameters.count):
            counted = np.zeros(size * self.signals)
            np.add.at(counted, pair, weight[:, phase])
            yield counted.reshape(size, self.signals)

    def foretold(self, parameters: Parameters) -> Floats:
        """Return the log chance of each fact (M,) given what was heard before it.

        Of a signal: log of the sum over phases of P(phase) p(signal | phase), untempered,
        among all signals that can be heard; of a confirmation: log P(its anchor's words).
        """
        ahead, said = self.ahead(parameters), self.heard.row
        plain = np.concatenate([parameters.chances, np.exp(self.confirmed)])
        chance = (ahead * plain[said]).sum(axis=1)
        total = ahead @ parameters.chances.sum(axis=0)
        logs = np.log(chance) - np.where(said < self.signals, np.log(total), 0.0)
        return np.asarray(logs)

    def ahead(self, parameters: Parameters) -> Floats:
        """Return P(phase | what was heard before) at each fact, (M, K)."""
        chain, sequences = self.chain(parameters), self.sequences(parameters)
        steps = Steps(chain, sequences)
        filtered = steps.filter()
        start = parameters.spread(parameters.prior_of(self.heard))[sequences.owner]
        before = np.where(
            (sequences.before < 0)[:, None], start, filtered.chances[sequences.before]
        )
        rows = np.arange(len(before))
        ahead = parameters.folded(steps.waits.ahead(before, rows))
        ahead /= ahead.sum(axis=1, keepdims=True)
        return sequences.in_given_order(ahead)
