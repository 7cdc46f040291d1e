"""How near a filter comes to the truth of a synthetic world: expert, learned, all-knowing."""

from dataclasses import dataclass, replace

import numpy as np

from readiness.engine.arrays import SECONDS_PER_DAY, Floats
from readiness.engine.hidden.chain import Chain, chain_of, filter_all
from readiness.engine.hidden.sequences import sequences_of
from readiness.engine.learning.counting import Listening
from readiness.engine.learning.deals import ClosedDeals, heard_in
from readiness.engine.learning.parameters import Parameters, defaults_of
from tests.readiness.engine.learning.worlds import EXPERT, Told


@dataclass(frozen=True)
class Score:
    """Over all signals of people from their third on: how far from the true phase."""

    within_one: float
    log_loss: float
    signals: int

    @classmethod
    def of(cls, chances: Floats, truth: Floats) -> "Score":
        right = chances[np.arange(len(truth)), truth]
        near = np.abs(chances.argmax(axis=1) - truth) <= 1
        loss = -float(np.log(np.maximum(right, 1e-12)).mean())
        return cls(float(near.mean()), loss, len(truth))


@dataclass(frozen=True)
class Exam:
    """The deals from number `first` on of a world, which nothing was learned from."""

    told: Told
    first: int

    @property
    def listening(self) -> Listening:
        which = np.arange(self.first, self.told.deals.count)
        heard = heard_in(self.told.deals, which, EXPERT)
        return Listening(heard, EXPERT, is_tempered=True)

    def foretold(self, numbers: Parameters) -> float:
        """Mean -log P of the next signal."""
        listening = self.listening
        is_signal = listening.heard.row < listening.signals
        return -float(listening.foretold(numbers)[is_signal].mean())

    def score(self, numbers: Parameters) -> Score:
        """What the product's filter makes of it with these numbers."""
        listening = self.listening
        sequences = listening.sequences(numbers)
        found = filter_all(listening.chain(numbers), sequences).chances
        return self._scored(numbers.folded(sequences.in_given_order(found)))

    def score_of_truth(self) -> Score:
        """What a filter makes of it that knows how this world was made.

        The true catalogue of either stance, which stays hidden, the true Erlang dwell,
        starts and paces, and no temper; people's own speeds it does not know.
        """
        world, heard = self.told.world, self.listening.heard
        dwell, speech = world.parameters.dwell, world.language.chances
        numbers = replace(
            defaults_of(EXPERT, roles=0),
            dwell_days=np.array(dwell.days),
            erlang=dwell.erlang,
        )
        one = numbers.generator()
        none = np.zeros_like(one)
        support = world.parameters.support
        fresh = np.zeros((7, dwell.erlang))
        fresh[:, 0] = world.parameters.starts
        prior = np.outer([1 - support, support], fresh.ravel()).ravel()
        signals = np.repeat(np.log(speech), dwell.erlang, axis=1)
        words = np.stack([EXPERT.confirmation(anchor) for anchor in EXPERT.anchors])
        plain = np.tile(np.repeat(words, dwell.erlang, axis=1), 2)
        logs = np.vstack([np.concatenate(list(signals), axis=0).T, plain])
        chain: Chain = chain_of(
            prior=prior, generator=np.block([[one, none], [none, one]]), logs=logs
        )
        sequences = sequences_of(
            sequence=heard.person,
            days=self._days_since_the_deal_began() / self._pace(),
            column=heard.row,
        )
        found = sequences.in_given_order(filter_all(chain, sequences).chances)
        return self._scored(found.reshape(-1, 2, 7, dwell.erlang).sum(axis=(1, 3)))

    def _rows(self) -> np.ndarray:
        """The facts of these deals in the order the learner has them."""
        facts = self.told.deals.facts
        order = np.lexsort((facts.row, facts.at, facts.person))
        return order[self.told.deals.deal[facts.person[order]] >= self.first]

    def _days_since_the_deal_began(self) -> Floats:
        facts, rows = self.told.deals.facts, self._rows()
        person, days = facts.person[rows], facts.at[rows] / SECONDS_PER_DAY
        is_first = np.concatenate([[True], person[1:] != person[:-1]])
        return np.where(is_first, days, days - np.roll(days, 1))

    def _pace(self) -> Floats:
        deals, rows = self.told.deals, self._rows()
        return self.told.world.groups.pace[deals.deal[deals.facts.person[rows]]]

    def _scored(self, chances: Floats) -> Score:
        heard, rows = self.listening.heard, self._rows()
        is_signal = heard.row < self.listening.signals
        so_far = np.cumsum(is_signal)
        first = np.searchsorted(heard.person, heard.person)
        number = so_far - so_far[first] + is_signal[first]
        chosen = is_signal & (number >= 3)
        return Score.of(chances[chosen], self.told.hearing.truth[rows][chosen])


def first_of(deals: ClosedDeals, count: int) -> ClosedDeals:
    """The first so many deals of a world: its order says nothing."""
    is_in = deals.deal < count
    place = np.cumsum(is_in) - 1
    facts = deals.facts
    kept = is_in[facts.person]
    return ClosedDeals(
        facts=replace(
            facts,
            person=place[facts.person[kept]],
            at=facts.at[kept],
            row=facts.row[kept],
            evidence_class=facts.evidence_class[kept],
        ),
        deal=deals.deal[is_in],
        joined_at=deals.joined_at[is_in],
        role=deals.role[is_in],
        roles=deals.roles,
        importance=deals.importance[:count],
        buying_class=deals.buying_class[:count],
        closed_at=deals.closed_at[:count],
    )
