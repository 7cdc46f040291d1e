"""The course of learning: one trial after the other, in steps that can be interrupted.

A step takes seconds; between steps everything known is in a `Course`, which can be
stored as JSON and taken up by another process. Nothing here knows the time of day.
"""

import json
import math
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np

from readiness.engine.hidden.em import Climb, NotConverged, climb
from readiness.engine.learning.beforehand import beforehand
from readiness.engine.learning.counting import Listening
from readiness.engine.learning.deals import (
    ClosedDeals,
    NotEnough,
    heard_in,
    split_by_time,
)
from readiness.engine.learning.fitting import Fitting, Part
from readiness.engine.learning.gate import Trial, judge
from readiness.engine.learning.leaning import leaned
from readiness.engine.learning.parameters import Parameters, defaults_of
from readiness.engine.learning.report import Number, Standing, Topic, numbers_of
from readiness.engine.model import ReadinessModel

FEWEST_DEALS = 20
HELD_OUT = 0.2
TOLERANCE = 0.1  # of the whole log likelihood, in nats: far below its own noise
LIMIT = 2_000  # passes of one fit
# Facts times passes times sub-states of one step: a few seconds on one core.
WORK = 3_000_000


class Leg(StrEnum):
    """A leg of the course: what is on trial, or what remains to be done."""

    NUMBERS = "numbers"  # everything with an exponential dwell
    ERLANG = "erlang"  # the same with two serial sub-states a phase (Erlang-2)
    STANCE = "stance"  # how far signals tell who is for us, and how long
    ENTRY = "entry"  # where people of each role start
    TEMPO = "tempo"  # how long people of each role take
    REPORT = "report"
    DONE = "done"


ORDER = tuple(Leg)
PARTS = {Leg.ENTRY: Part.ENTRY, Leg.TEMPO: Part.TEMPO}


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """How far learning has come.

    `accepted` are the best numbers so far, at first the defaults. `learned_from` and
    `judged_by` count deals. At the end `numbers` has them all with their intervals.
    """

    fingerprint: str
    leg: Leg
    accepted: Parameters
    learned_from: int
    judged_by: int
    climb: Climb | None = None
    trials: tuple[Trial, ...] = ()
    numbers: tuple[Number, ...] = ()

    @property
    def is_done(self) -> bool:
        """Whether nothing remains to be done."""
        return self.leg is Leg.DONE

    @property
    def passed(self) -> set[str]:
        """The names of the trials that were accepted."""
        return {trial.name for trial in self.trials if trial.is_accepted}

    @property
    def is_better(self) -> bool:
        """Whether anything foretold the held-out deals better than the defaults."""
        return bool(self.passed)


def begin(deals: ClosedDeals, model: ReadinessModel) -> Course:
    """Return the course before its first step. `model` holds the expert defaults.

    :raises NotEnough: if there are fewer than twenty closed deals, or nothing was
        heard in them.
    """
    if deals.count < FEWEST_DEALS:
        raise NotEnough(
            f"{deals.count} closed deals are too few to learn from; it takes "
            f"{FEWEST_DEALS}."
        )
    if not (deals.facts.row < len(model.catalogue.classes)).any():
        raise NotEnough("Nothing was heard in the closed deals.")
    taught, held = split_by_time(deals, share=HELD_OUT)
    return Course(
        fingerprint=deals.fingerprint(),
        leg=Leg.NUMBERS,
        accepted=defaults_of(model, roles=len(deals.roles)),
        learned_from=len(taught),
        judged_by=len(held),
    )


def advance(course: Course, deals: ClosedDeals, *, model: ReadinessModel) -> Course:
    """Return the course one step further: some passes, a judgement or the report.

    :raises ValueError: if the deals are not those it began with, or do not fit the model.
    :raises NotConverged: if a fit still moves after its last allowed pass.
    """
    if deals.fingerprint() != course.fingerprint:
        raise ValueError("These are not the deals that this course began with.")
    if course.is_done:
        return course
    taught, held = split_by_time(deals, share=HELD_OUT)
    judged = Listening(heard_in(deals, held, model), model, is_tempered=True)
    if course.leg is Leg.STANCE:
        told = Listening(heard_in(deals, taught, model), model, is_tempered=True)
        return _judged(course, leaned(told, course.accepted), judged)
    listening = Listening(heard_in(deals, taught, model), model, is_tempered=False)
    known = beforehand(listening, defaults_of(model, roles=len(deals.roles)))
    part = PARTS.get(course.leg, Part.ALL)
    start = course.accepted
    if course.leg is Leg.ERLANG:
        start = replace(start, erlang=2)
    fitting = Fitting(listening, known, start=start, model=model, part=part)
    if course.leg is Leg.REPORT:
        numbers = numbers_of(
            fitting,
            model,
            accepted=course.accepted,
            roles=deals.roles,
            passed=course.passed,
        )
        return replace(course, leg=Leg.DONE, numbers=numbers)
    if part is not Part.ALL and not deals.roles:
        return replace(course, leg=_after(course.leg))
    now = course.climb or Climb(fitting.packed(start))
    work = len(listening.heard.days) * start.erlang
    passes = max(3, WORK // max(work, 1))
    now = climb(now, fitting.update, updates=passes, tolerance=TOLERANCE)
    if not now.is_done:
        return _unfinished(course, now)
    return _judged(course, fitting.unpacked(now.vector), judged)


def learn(deals: ClosedDeals, model: ReadinessModel) -> Course:
    """Return the whole course at once.

    :raises NotEnough: as `begin`.
    :raises NotConverged: as `advance`.
    """
    course = begin(deals, model)
    while not course.is_done:
        course = advance(course, deals, model=model)
    return course


def to_json(course: Course) -> bytes:
    """Return the course as bytes; `from_json` gives back the same to the last digit."""
    return json.dumps(
        {
            "fingerprint": course.fingerprint,
            "leg": course.leg.value,
            "accepted": _plain(course.accepted),
            "learned_from": course.learned_from,
            "judged_by": course.judged_by,
            "climb": None if course.climb is None else _plain(course.climb),
            "trials": [asdict(trial) for trial in course.trials],
            "numbers": [asdict(number) for number in course.numbers],
        },
        allow_nan=False,
    ).encode()


def from_json(stored: bytes) -> Course:
    """Return a course from its bytes.

    :raises ValueError: if they are none.
    """
    try:
        read = json.loads(stored)
        climbed = read["climb"]
        return Course(
            fingerprint=read["fingerprint"],
            leg=Leg(read["leg"]),
            accepted=Parameters(**_arrays(read["accepted"])),
            learned_from=read["learned_from"],
            judged_by=read["judged_by"],
            climb=None if climbed is None else Climb(**_finite(_arrays(climbed))),
            trials=tuple(Trial(**trial) for trial in read["trials"]),
            numbers=tuple(_number(number) for number in read["numbers"]),
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"This is no course of learning: {error}.") from error


def _after(leg: Leg) -> Leg:
    return ORDER[ORDER.index(leg) + 1]


def _judged(course: Course, candidate: Parameters, judged: Listening) -> Course:
    """Try a candidate on the deals held out, and go on to the next leg."""
    trial = judge(
        course.leg.value,
        listening=judged,
        accepted=course.accepted,
        candidate=candidate,
    )
    return replace(
        course,
        leg=_after(course.leg),
        accepted=candidate if trial.is_accepted else course.accepted,
        climb=None,
        trials=(*course.trials, trial),
    )


def _unfinished(course: Course, now: Climb) -> Course:
    if now.updates >= LIMIT:
        raise NotConverged(
            f"Learning {course.leg} has not converged after {now.updates} passes."
        )
    return replace(course, climb=now)


def _plain(value: Parameters | Climb) -> dict[str, Any]:
    fields = {name: getattr(value, name) for name in type(value).__slots__}
    return {name: _written(field) for name, field in fields.items()}


def _written(field: Any) -> Any:
    """Return a field as JSON can hold it; it knows no infinity."""
    if isinstance(field, np.ndarray):
        return field.tolist()
    if isinstance(field, float) and not math.isfinite(field):
        return None
    return field


def _arrays(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        name: np.array(field, dtype=np.float64) if isinstance(field, list) else field
        for name, field in fields.items()
    }


def _finite(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields that were finite; the others are as a climb begins."""
    return {name: field for name, field in fields.items() if field is not None}


def _number(fields: dict[str, Any]) -> Number:
    return Number(
        **{
            **fields,
            "topic": Topic(fields["topic"]),
            "key": tuple(fields["key"]),
            "standing": Standing(fields["standing"]),
        }
    )
