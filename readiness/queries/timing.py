"""Whether a step of ours comes at the right moment for somebody, by where they stand."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from readiness.engine.records import Reading, Step
from readiness.queries.catalogue import ActionKindText, Catalogue, catalogue_of
from readiness.queries.models import LoadedModel
from readiness.queries.positions import Position
from readiness.queries.standing import last_readings, reading_at
from stakeholders.models import Stakeholder

# Of the fits -2 to 2, averaged over the phases somebody may be in. Below zero a step is
# ill-timed; from these on it is worth a word beforehand.
HARMS, SUITS = -0.5, 0.75


@dataclass(frozen=True, slots=True)
class Timing:
    """A step of ours for one person: its mean fit, and the phase they most likely are in."""

    action: ActionKindText
    name: str  # of the person
    fit: float
    phase: str
    chance: float
    # The harm where they are not so far yet, less that where they are past it.
    early: float

    @property
    def is_ill(self) -> bool:
        return self.fit < 0

    @property
    def harms(self) -> bool:
        return self.fit <= HARMS

    @property
    def suits(self) -> bool:
        return self.fit >= SUITS

    @property
    def is_early(self) -> bool:
        return self.is_ill and self.early > 0

    @property
    def is_late(self) -> bool:
        return self.is_ill and self.early < 0


@dataclass(frozen=True, slots=True)
class StepNow:
    """A step of ours, and whom it would suit or harm if it were done now."""

    action: ActionKindText
    harms: tuple[Timing, ...]
    suits: tuple[Timing, ...]


def mean_fit(fits: Sequence[int], standing: Sequence[float]) -> float:
    """The fit of a step for somebody who stands at these probabilities, -2 to 2."""
    return sum(fit * chance for fit, chance in zip(fits, standing, strict=True))


def stood_before(reading: Reading, at: float) -> tuple[float, ...] | None:
    """Where somebody stood when we acted; None when nothing was heard of them by then."""
    return _stood(reading, [step for step in reading.steps if step.at < at])


def stood_by(reading: Reading, at: float) -> tuple[float, ...] | None:
    """Where somebody stood once that moment's news was in; None when there was none yet."""
    return _stood(reading, [step for step in reading.steps if step.at <= at])


def _stood(reading: Reading, steps: Sequence[Step]) -> tuple[float, ...] | None:
    if not any(step.kind != "time" for step in steps):
        return None
    standing = list(reading.start)
    for step in steps:
        for place, change in enumerate(step.change):
            standing[place] += change
    return tuple(standing)


def timing_of(
    action: ActionKindText,
    *,
    name: str,
    standing: Sequence[float],
    labels: Sequence[str],
) -> Timing:
    place = max(range(len(standing)), key=lambda k: (standing[k], -k))
    return Timing(
        action=action,
        name=name,
        fit=mean_fit(action.fits, standing),
        phase=str(labels[place]),
        chance=standing[place],
        early=_earliness(action.fits, standing),
    )


def _earliness(fits: Sequence[int], standing: Sequence[float]) -> float:
    """Harm before the first phase a step fits, less harm after the last; 0 if it fits none."""
    fitting = [place for place, fit in enumerate(fits) if fit > 0]
    if not fitting:
        return 0.0
    harm = [max(0, -fit) * p for fit, p in zip(fits, standing, strict=True)]
    return sum(harm[: fitting[0]]) - sum(harm[fitting[-1] + 1 :])


def timings_at(
    standing: Sequence[float], *, name: str, catalogue: Catalogue
) -> list[Timing]:
    """Every step of ours for somebody who stands there, the best first."""
    found = [
        timing_of(action, name=name, standing=standing, labels=catalogue.phase_names)
        for action in catalogue.actions.values()
    ]
    return sorted(found, key=lambda each: (-each.fit, each.action.code))


def timings_for(position: Position, catalogue: Catalogue) -> list[Timing]:
    """Every step of ours for one person now, the best first; none while unheard."""
    if position.probabilities is None:
        return []
    name = position.stakeholder.person.name
    return timings_at(position.probabilities, name=name, catalogue=catalogue)


def steps_now(
    standing: Iterable[tuple[str, Sequence[float]]], catalogue: Catalogue
) -> list[StepNow]:
    """The steps that would suit or harm somebody who stands there now, by code."""
    timings = [
        each
        for name, chances in standing
        for each in timings_at(chances, name=name, catalogue=catalogue)
    ]
    steps = [
        StepNow(
            action=action,
            harms=tuple(t for t in timings if t.action is action and t.harms),
            suits=tuple(t for t in timings if t.action is action and t.suits),
        )
        for action in catalogue.actions.values()
    ]
    return [step for step in steps if step.harms or step.suits]


def steps_for_people(
    people: Sequence[Stakeholder], *, model: LoadedModel, now: datetime
) -> list[StepNow]:
    """Which steps of ours would suit or harm whom of these people now; one query.

    Of somebody unheard nothing is said, nor while a new model has not read them yet.
    """
    readings = last_readings(people)
    standing = [
        (each.person.name, reading_at(row, now, model=model).probabilities)
        for each in people
        if (row := readings.get(each.pk)) and row.signal_count
        if row.model_id == model.pk
    ]
    return steps_now(standing, catalogue_of(model))
