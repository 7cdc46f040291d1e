"""Which advice fits a deal now: a piece per person or for the group, a sentence for the deal."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from coaching.engine.facts import Facts
from coaching.engine.stopping import stopping_of
from coaching.engine.symptoms import Finding, Symptom
from coaching.models import Situation
from forecasting.engine.binding import Condition
from forecasting.engine.seats import Person
from forecasting.queries.forecasted import Forecasted
from readiness.engine.doubt import Doubt, doubt_of
from readiness.engine.records import Reading
from readiness.queries.models import LoadedModel
from readiness.queries.reading import PersonRead
from stakeholders.models import Anchor

_SIGNALS_NAMED = 3
CONFIRMED = "confirmed"  # stands among the signal codes for the buyer's own plain words


@dataclass(frozen=True, slots=True)
class Advice:
    """A play that fits, about whom, with what its {names} stand for and its evidence.

    `role` is the one a person is shown with: it may have words of its own. `otherwise`
    is what fits when this one was turned down.
    """

    play: str
    stakeholder_id: UUID | None
    words: Mapping[str, Any]
    evidence: str
    weight: float
    role: str = ""
    otherwise: "Advice | None" = None

    @property
    def evidence_hash(self) -> str:
        return hashlib.sha256(f"{self.play} {self.evidence}".encode()).hexdigest()


def advice_for(
    made: Forecasted,
    read: Mapping[UUID, PersonRead],
    *,
    model: LoadedModel,
    facts: Facts,
    findings: Sequence[Finding],
) -> list[Advice]:
    """What to say now: one piece about everybody active, and what holds the deal down.

    Where the phases of a group lie far apart, one piece for the group stands in place of
    a message to each. What was heard and contradicts itself is asked about in any case.
    """
    spread = next((f for f in findings if f.symptom == Symptom.PHASE_SPREAD), None)
    people = _People(made, read, model=model, facts=facts)
    pieces = [
        advice
        for person in made.deal.people
        if not person.has_left
        if (advice := people.about(person, in_group=spread is not None))
    ]
    if spread is not None:
        pieces.append(people.about_group(spread))
    return [*pieces, advice_on_deal(made)]


class _People:
    """What is to be said about the people of one deal."""

    def __init__(
        self,
        made: Forecasted,
        read: Mapping[UUID, PersonRead],
        *,
        model: LoadedModel,
        facts: Facts,
    ) -> None:
        self.read, self.model = read, model
        self.prices = {p.key: p.shadow_price for p in made.forecast.people}
        self.crowd = _where_most_stand(made, model=model)
        self.stopping = stopping_of(facts)

    def about(self, person: Person, *, in_group: bool) -> Advice | None:
        """One piece about a person; a doubt is asked first, so there is only one question."""
        read, weight = self.read[UUID(person.key)], self.prices.get(person.key, 0.0)
        role = person.roles[0] if person.roles else ""
        if read.reading.is_unknown:
            return self._unheard(read, role=role, weight=weight)
        piece = None if in_group else self._heard(read, role=role, weight=weight)
        doubt = doubt_of(read.reading, model=self.model.engine)
        if doubt is None:
            return piece
        return Advice(
            play=f"clarify_{doubt.kind}",
            stakeholder_id=read.stakeholder.pk,
            words=self._in_doubt(read, doubt),
            evidence=",".join(doubt.evidence),
            weight=weight,
            role=role,
            otherwise=piece,
        )

    def _unheard(self, person: PersonRead, *, role: str, weight: float) -> Advice:
        return Advice(
            play=f"{self.crowd}_unheard",
            stakeholder_id=person.stakeholder.pk,
            words={"joined_on": str(person.stakeholder.joined_on)},
            evidence=_all_heard(person),
            weight=weight,
            role=role,
        )

    def _heard(self, person: PersonRead, *, role: str, weight: float) -> Advice:
        reading = person.reading
        chances = self.model.engine.anchor_chances(reading.probabilities)
        anchor = max(chances, key=lambda each: chances[each])
        stops = self.stopping and self.stopping.person == str(person.stakeholder.pk)
        asked = self.stopping.asked if self.stopping and stops else ()
        return Advice(
            play=Situation.STOP if stops else f"{anchor}_heard",
            stakeholder_id=person.stakeholder.pk,
            words={
                "joined_on": str(person.stakeholder.joined_on),
                "anchor": anchor,
                "probability": chances[anchor],
                "last_heard_at": reading.last_heard_at,
                "signals": _weightiest(reading, model=self.model, anchor=anchor),
                "signal_count": reading.signals,
            },
            evidence=",".join(filter(None, [_all_heard(person), *asked])),
            weight=weight,
            role=role,
        )

    def _in_doubt(self, person: PersonRead, doubt: Doubt) -> dict[str, Any]:
        return {
            "joined_on": str(person.stakeholder.joined_on),
            "anchor": doubt.expected,
            "probability": doubt.expected_chance,
            "other": doubt.other,
            "other_probability": doubt.other_chance,
            "signals": [CONFIRMED if doubt.is_confirmation else doubt.code],
            "signal_id": doubt.key,
            "heard_at": doubt.at,
        }

    def about_group(self, spread: Finding) -> Advice:
        ends = [self.read[UUID(key)] for key in spread.people]
        return Advice(
            play="group_spread",
            stakeholder_id=None,
            words={
                "people": [str(person.stakeholder.pk) for person in ends],
                "anchors": [self._likeliest(person) for person in ends],
            },
            evidence=";".join(_all_heard(person) for person in ends),
            weight=max(self.prices.get(str(p.stakeholder.pk), 0.0) for p in ends),
        )

    def _likeliest(self, person: PersonRead) -> str:
        chances = self.model.engine.anchor_chances(person.reading.probabilities)
        return max(chances, key=lambda each: chances[each])


def _all_heard(person: PersonRead) -> str:
    return ",".join(fact.key for fact in person.heard.facts)


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
