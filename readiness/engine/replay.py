"""One person's facts, replayed in the order they occurred."""

import math
from collections.abc import Iterable, Sequence
from itertools import groupby

import numpy as np

from readiness.engine.arrays import (
    SECONDS_PER_DAY,
    Floats,
    Vector,
    as_vector,
    finite,
    positive,
    probabilities,
)
from readiness.engine.dynamics import propagate
from readiness.engine.evidence import Catalogue, surprise_threshold, temper
from readiness.engine.model import ReadinessModel
from readiness.engine.records import Confirmation, Fact, Reading, Signal, State, Step
from readiness.engine.stance import voices


def replay(
    facts: Sequence[Fact],
    *,
    model: ReadinessModel,
    joined_at: float,
    as_of: float,
    importance: str | None = None,
    buying_class: str | None = None,
) -> Reading:
    """Return the reading that follows from all facts of one person, in any order.

    The clock starts at the earlier of `joined_at` and the first fact. Then, with p the
    row of phase probabilities: time multiplies it by exp(Q days / pace); a signal adds
    temper * weight * log p(signal | phase) to log p; a confirmation adds log .9 or its
    share of .1. This is the forward algorithm of a continuous-time hidden Markov model
    (Rabiner 1989; Jackson et al. 2003) with tempered emissions. What a seller does is
    not an input.

    Facts of equal time commute: they are taken in a fixed order, signals by code, the
    strongest class first, then confirmations. Repeat damping counts the signals of
    one code in the 14 days up to and including each, in that order; the n-th weighs 1/n.

    :raises ValueError: if a time is not finite, a fact or the start lies after `as_of`,
        or a code, class, anchor, importance or buying class is unknown.
    """
    finite(joined_at, name="The time of joining")
    start = min([joined_at, *(fact.at for fact in facts)])
    prior = model.prior_of(buying_class)
    state = State(
        at=start,
        pace=model.pace(importance, buying_class),
        probabilities=as_vector(prior),
        stance_logit=model.settings.stance.origin,
    )
    return resume(state, facts, model=model, as_of=as_of)


def resume(
    state: State, facts: Sequence[Fact], *, model: ReadinessModel, as_of: float
) -> Reading:
    """Return the reading after facts later than those the state has seen.

    The digits are those of a full replay of all facts; the steps start at the state.

    :raises ValueError: as `replay`; also if a fact is not later than the state's last
        one (then replay), or the state does not fit the model.
    """
    _check_state(state, model)
    _check_times(state, facts, finite(as_of, name="The time of a reading"))
    ordered = sorted(facts, key=lambda fact: _place(fact, model.catalogue))
    walk = _Walk(model, state)
    for at, together in groupby(ordered, key=lambda fact: fact.at):
        walk.wait(at)
        walk.hear(list(together))
    heard = walk.state
    walk.wait(as_of)
    return Reading(
        as_of=as_of,
        probabilities=as_vector(walk.chances),
        stance=model.settings.stance.support(walk.logit, heard.stance_signals),
        state=heard,
        start=state.probabilities,
        steps=tuple(walk.steps),
        ambiguity=model.settings.ambiguity,
    )


def state_at(state: State, when: float, *, model: ReadinessModel) -> Reading:
    """Return the reading at a time between facts: only time passes.

    :raises ValueError: if `when` is before the state's last fact.
    """
    return resume(state, (), model=model, as_of=when)


class _Walk:
    """The state in motion, with the steps it took."""

    def __init__(self, model: ReadinessModel, state: State) -> None:
        self.model = model
        self.state = state
        self.at = state.at
        self.chances = np.array(state.probabilities)
        self.logit = state.stance_logit
        self.recent = list(state.recent)
        self.steps: list[Step] = []
        scale, known = model.settings.stance, model.catalogue
        self.voices = (
            voices(known.likelihoods, known.effects, tilt=scale.tilt)
            if scale.tilt
            else None
        )

    def wait(self, until: float) -> None:
        """Let time pass without news."""
        if until == self.at:
            return
        days = (until - self.at) / SECONDS_PER_DAY
        moved = propagate(self.model.dynamics, self.chances, days / self.state.pace)
        change = as_vector(moved - self.chances)
        self.steps.append(Step(kind="time", at=until, change=change, days=days))
        self.logit = self.model.settings.stance.relaxed(self.logit, days)
        self.chances, self.at = moved, until

    def hear(self, together: Sequence[Fact]) -> None:
        """Take in the facts of this moment."""
        # Surprise is measured before the moment, so that it has no order within it.
        before = self.chances
        predictive = self.model.catalogue.reference @ before
        quantile = self.model.settings.surprise_quantile
        threshold = surprise_threshold(predictive, quantile)
        # Logarithms until the moment is over: a thousand facts at once must neither
        # underflow nor make the order matter.
        with np.errstate(divide="ignore"):
            logs = np.log(before)
        for fact in together:
            if isinstance(fact, Signal):
                chance = before @ self.model.catalogue.likelihoods_of(fact.code)
                surprise = -math.log(chance)
                logs = self._signal(fact, logs, (surprise, threshold), before=before)
            else:
                logs = self._confirmation(fact, logs)
        self._remember(self.steps[-len(together) :])

    def _signal(
        self,
        signal: Signal,
        logs: Floats,
        surprise: tuple[float, float],
        *,
        before: Floats,
    ) -> Floats:
        catalogue = self.model.catalogue
        row = catalogue.row(signal.code)
        tau = temper(signal.evidence_class or catalogue.classes[row])
        weight = self._weight(signal)
        pull = self._pull(row, loudness=(tau, weight), before=before)
        self.logit += pull
        evidence = tau * weight * catalogue.log_likelihoods[row]
        change, logs = self._weigh(logs, evidence)
        step = Step(
            kind="signal",
            at=signal.at,
            change=change,
            code=signal.code,
            key=signal.key,
            temper=tau,
            weight=weight,
            surprise=surprise[0],
            threshold=surprise[1],
            pull=pull,
        )
        self.steps.append(step)
        return logs

    def _pull(
        self, row: int, *, loudness: tuple[float, float], before: Floats
    ) -> float:
        """Return what a signal adds to the logit of the stance.

        Like surprise it is measured before the moment, so that it has no order within it.
        """
        scale, effect = self.model.settings.stance, self.model.catalogue.effects[row]
        tau, weight = loudness
        if self.voices is None or not effect:
            return scale.gain * tau * weight * effect
        favour, against = self.voices
        return tau * weight * math.log((before @ favour[row]) / (before @ against[row]))

    def _confirmation(self, words: Confirmation, logs: Floats) -> Floats:
        change, logs = self._weigh(logs, self.model.confirmation(words.anchor))
        step = Step(
            kind="confirmation",
            at=words.at,
            change=change,
            code=words.anchor,
            key=words.key,
        )
        self.steps.append(step)
        return logs

    def _weight(self, signal: Signal) -> float:
        """Return 1/n for the n-th signal of its code in the days up to now."""
        window = self.model.settings.damping_days
        if window is None:
            return 1.0
        oldest = signal.at - window * SECONDS_PER_DAY
        self.recent = [(code, at) for code, at in self.recent if at >= oldest]
        self.recent.append((signal.code, signal.at))
        return 1 / sum(code == signal.code for code, _ in self.recent)

    def _weigh(self, logs: Floats, evidence: Floats) -> tuple[Vector, Floats]:
        """Add the evidence; return how the probabilities change, and the new logs."""
        added = logs + evidence
        highest = added.max()
        if highest == -np.inf:
            raise ValueError("What was heard is impossible in every phase.")
        added -= highest
        weighed = np.exp(added)
        weighed /= weighed.sum()
        change = as_vector(weighed - self.chances)
        self.chances = weighed
        return change, added

    def _remember(self, heard: Sequence[Step]) -> None:
        """Set the state to what is known after this moment."""
        codes = [step.code for step in heard if step.kind == "signal"]
        effects = [self.model.catalogue.effect_of(code) for code in codes]
        old = self.state
        self.state = State(
            at=self.at,
            pace=old.pace,
            probabilities=as_vector(self.chances),
            signals=old.signals + len(codes),
            confirmations=old.confirmations + len(heard) - len(codes),
            stance_logit=self.logit,
            stance_signals=old.stance_signals + sum(e != 0 for e in effects),
            negative_signals=old.negative_signals + sum(e < 0 for e in effects),
            is_surprised=any(step.is_surprising for step in heard),
            recent=tuple(self.recent),
        )


def _place(fact: Fact, catalogue: Catalogue) -> tuple[float, bool, str, float, str]:
    """Return where a fact stands: by time, then in an order that is always the same."""
    if isinstance(fact, Confirmation):
        return fact.at, True, fact.anchor, 0.0, fact.key
    loudness = temper(fact.evidence_class or catalogue.class_of(fact.code))
    return fact.at, False, fact.code, -loudness, fact.key


def _check_state(state: State, model: ReadinessModel) -> None:
    positive(state.pace, name="The pace of a state")
    finite(state.at, name="The time of a state")
    finite(state.stance_logit, name="The stance of a state")
    probabilities(
        state.probabilities, name="The probabilities of a state", count=model.count
    )


def _check_times(state: State, facts: Iterable[Fact], as_of: float) -> None:
    latest = state.at
    for fact in facts:
        finite(fact.at, name="The time of a fact")
        if fact.at < state.at or (fact.at == state.at and not state.is_unknown):
            raise ValueError(
                f"A fact at {fact.at!r} is not later than the state at {state.at!r}."
            )
        latest = max(latest, fact.at)
    if as_of < latest:
        raise ValueError(f"A reading as of {as_of!r} lies before {latest!r}.")
