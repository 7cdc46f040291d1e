"""The one question to ask somebody whose signals contradict each other."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from readiness.engine.arrays import Floats, entropy
from readiness.engine.model import ReadinessModel
from readiness.engine.records import Reading, Step

# A signal twice as usual in one phase as in the other tells them apart.
TELLING = math.log(2)
# Below it the two phases are not what is in doubt any more.
HELD_TOGETHER = 0.5


@dataclass(frozen=True, slots=True)
class Doubt:
    """Two anchors that one question would tell apart, and what raised it.

    `key`, `code` and `at` are of the signal, or of the buyer's plain words (then `code`
    is their anchor and `is_confirmation` holds). After a surprise `expected` was likeliest
    before it, with `expected_chance`, and `other` is where such a signal is most usual;
    where too much is open they are the two likeliest. `other_chance` and, without a surprise,
    `expected_chance` hold at the moment when somebody was last heard: silence alone
    raises and settles nothing. `evidence` names what the question rests on.
    """

    kind: Literal["surprise", "ambiguity"]
    key: str
    code: str
    at: float
    is_confirmation: bool
    expected: str
    expected_chance: float
    other: str
    other_chance: float
    evidence: tuple[str, ...]


def doubt_of(reading: Reading, *, model: ReadinessModel) -> Doubt | None:
    """Return what to ask about a full replay, None where nothing contradicts.

    A surprise stays in doubt until something heard later tells the two anchors apart, or
    both together have become unlikely. Where none is open, an entropy above the model's
    `ambiguity` after at least two things heard is one: a single one contradicts nothing.
    Source: science.md 1, "Contradiction".
    """
    heard = _heard(reading)
    if len(heard) < 2:
        return None
    return _surprise(heard, reading, model) or _ambiguity(heard, reading, model)


@dataclass(frozen=True, slots=True, eq=False)
class _Heard:
    """A step that is no silence, with the probabilities before its moment."""

    step: Step
    before: Floats


def _heard(reading: Reading) -> list[_Heard]:
    chances = np.array(reading.start)
    found: list[_Heard] = []
    for step in reading.steps:
        if step.kind != "time":
            # Surprise is measured before the moment, so facts of one moment share it.
            last = found[-1] if found else None
            is_same = last is not None and last.step.at == step.at
            found.append(_Heard(step, last.before if last and is_same else chances))
        chances = chances + np.array(step.change)
    return found


def _surprise(
    heard: Sequence[_Heard], reading: Reading, model: ReadinessModel
) -> Doubt | None:
    """Return the latest surprise that nothing has settled."""
    first = heard[0].step.at
    rare = [each for each in heard if each.step.is_surprising and each.step.at > first]
    # Once a code: people may have said hundreds of things.
    codes = {each.step.code for each in heard if each.step.kind == "signal"}
    usual = {code: _usual(code, model) for code in codes} if rare else {}
    for each in sorted(rare, key=_how_rare, reverse=True):
        doubt = _about(each, usual[each.step.code], reading=reading, model=model)
        if doubt is None:
            continue
        later = [other.step for other in heard if other.step.at > doubt.at]
        if _holds(doubt, reading, model) and not _is_settled(doubt, later, usual):
            return doubt
    return None


def _how_rare(each: _Heard) -> tuple[float, float]:
    step = each.step
    return step.at, (step.surprise or 0.0) - (step.threshold or 0.0)


def _about(
    each: _Heard, usual: Mapping[str, float], *, reading: Reading, model: ReadinessModel
) -> Doubt | None:
    before = model.anchor_chances(each.before.tolist())
    expected = max(before, key=lambda anchor: before[anchor])
    others = [anchor for anchor in usual if anchor != expected]
    if not others:
        return None
    # Not weighed by what was believed: the surprise is that it does not fit that.
    other = max(others, key=lambda anchor: usual[anchor])
    now = model.anchor_chances(reading.state.probabilities)
    return Doubt(
        kind="surprise",
        key=each.step.key,
        code=each.step.code,
        at=each.step.at,
        is_confirmation=False,
        expected=expected,
        expected_chance=before[expected],
        other=other,
        other_chance=now[other],
        evidence=(each.step.key,),
    )


def _holds(doubt: Doubt, reading: Reading, model: ReadinessModel) -> bool:
    now = model.anchor_chances(reading.state.probabilities)
    return now[doubt.expected] + now[doubt.other] >= HELD_TOGETHER


def _is_settled(
    doubt: Doubt, later: Sequence[Step], usual: Mapping[str, Mapping[str, float]]
) -> bool:
    if any(step.kind == "confirmation" for step in later):
        return True
    tells = sum(
        step.temper
        * step.weight
        * math.log(usual[step.code][doubt.expected] / usual[step.code][doubt.other])
        for step in later
    )
    return abs(tells) >= TELLING


def _usual(code: str, model: ReadinessModel) -> dict[str, float]:
    """Return p(signal | anchor), the mean over the phases of each anchor."""
    told = model.catalogue.likelihoods_of(code)
    return {
        anchor: float(
            np.mean(
                [p for p, a in zip(told, model.anchors, strict=True) if a == anchor]
            )
        )
        for anchor in dict.fromkeys(model.anchors)
    }


def _ambiguity(
    heard: Sequence[_Heard], reading: Reading, model: ReadinessModel
) -> Doubt | None:
    chances = np.array(reading.state.probabilities)
    anchors = model.anchor_chances(reading.state.probabilities)
    is_open = entropy(chances) > reading.ambiguity * math.log(len(chances))
    if not is_open or len(anchors) < 2:
        return None
    first, second = sorted(anchors, key=lambda a: -anchors[a])[:2]
    last = heard[-1].step
    return Doubt(
        kind="ambiguity",
        key=last.key,
        code=last.code,
        at=last.at,
        is_confirmation=last.kind == "confirmation",
        expected=first,
        expected_chance=anchors[first],
        other=second,
        other_chance=anchors[second],
        evidence=tuple(sorted(each.step.key for each in heard)),
    )
