"""Which advice fits a deal now: one piece per person, and one sentence for the deal."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from forecasting.engine.binding import Condition
from forecasting.queries.forecasted import Forecasted
from readiness.engine.records import Reading
from readiness.queries.models import LoadedModel
from readiness.queries.reading import PersonRead
from stakeholders.models import Anchor

_SIGNALS_NAMED = 3
CONFIRMED = "confirmed"  # stands among the signal codes for the buyer's own plain words


@dataclass(frozen=True, slots=True)
class Advice:
    """A play that fits, about whom, with what its {names} stand for and its evidence."""

    play: str
    stakeholder_id: UUID | None
    words: Mapping[str, Any]
    evidence: str
    weight: float

    @property
    def evidence_hash(self) -> str:
        return hashlib.sha256(f"{self.play} {self.evidence}".encode()).hexdigest()


def advice_for(
    made: Forecasted, read: Mapping[UUID, PersonRead], *, model: LoadedModel
) -> list[Advice]:
    """What to say now about everybody active in the deal, and what holds it down."""
    prices = {person.key: person.shadow_price for person in made.forecast.people}
    crowd = _where_most_stand(made, model=model)
    people = [
        _about_person(
            read[UUID(person.key)],
            crowd=crowd,
            model=model,
            weight=prices.get(person.key, 0.0),
        )
        for person in made.deal.people
        if not person.has_left
    ]
    return [*people, advice_on_deal(made)]


def _about_person(
    person: PersonRead, *, crowd: str, model: LoadedModel, weight: float
) -> Advice:
    reading = person.reading
    evidence = ",".join(f"{fact.key}" for fact in person.heard.facts)
    if reading.is_unknown:
        return Advice(
            play=f"{crowd}_unheard",
            stakeholder_id=person.stakeholder.pk,
            words={"joined_on": str(person.stakeholder.joined_on)},
            evidence=evidence,
            weight=weight,
        )
    chances = model.engine.anchor_chances(reading.probabilities)
    anchor = max(chances, key=lambda each: chances[each])
    return Advice(
        play=f"{anchor}_heard",
        stakeholder_id=person.stakeholder.pk,
        words={
            "joined_on": str(person.stakeholder.joined_on),
            "anchor": anchor,
            "probability": chances[anchor],
            "last_heard_at": reading.last_heard_at,
            "signals": _weightiest(reading, model=model, anchor=anchor),
            "signal_count": reading.signals,
        },
        evidence=evidence,
        weight=weight,
    )


def advice_on_deal(made: Forecasted) -> Advice:
    """The binding constraint; without a known approver it is nobody's name."""
    binding, target = made.forecast.binding, made.deal.target
    kind = str(binding.kind)
    if binding.kind is Condition.APPROVAL and binding.key is None:
        kind = "approval_unknown"
    free = sum(seat.person is None for seat in made.group.seats)
    return Advice(
        play=f"constraint_{kind}",
        stakeholder_id=UUID(binding.key) if binding.key else None,
        words={
            "target_on": str(target.on),
            "gain": binding.gain,
            "seats": free,
            "items": made.deal.evidenced_items,
            "probability": binding.likely,
            "file_probability": made.deal.file.probability,
        },
        evidence=f"{made.deal.digest}",
        weight=binding.gain,
    )


def _where_most_stand(made: Forecasted, *, model: LoadedModel) -> str:
    """The anchor at which most of the influence heard stands; the first if nobody is heard."""
    weights: dict[str, float] = defaultdict(float)
    for seat, weight in zip(made.group.seats, made.group.weights, strict=True):
        if seat.person is not None and seat.person.silent_days is not None:
            for anchor, chance in zip(model.anchors, seat.phases, strict=True):
                weights[anchor] += float(weight * chance)
    return max(weights, key=lambda each: weights[each], default=Anchor.STATUS_QUO)


def _weightiest(reading: Reading, *, model: LoadedModel, anchor: str) -> list[str]:
    """The codes of the signals that raised P(anchor) most, the weightiest first."""
    gains: dict[str, float] = defaultdict(float)
    for step in reading.steps:
        if step.kind != "time":
            code = step.code if step.kind == "signal" else CONFIRMED
            gains[code] += sum(_of_anchor(step.change, anchor, model=model))
    ranked = sorted(gains.items(), key=lambda each: -each[1])[:_SIGNALS_NAMED]
    # Somebody was heard, so something can be named even if all of it spoke against.
    return [code for code, gain in ranked if gain > 0] or [ranked[0][0]]


def _of_anchor(
    change: tuple[float, ...], anchor: str, *, model: LoadedModel
) -> Iterator[float]:
    for place, each in enumerate(model.anchors):
        if each == anchor:
            yield change[place]
