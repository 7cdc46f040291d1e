"""How fast phases are filtered: many persons at once beside one after the other."""

import resource
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from readiness.engine.batch import (
    Facts,
    filter_many,
    propagate_many,
    schedule_of,
    stances_many,
)
from readiness.engine.evidence import SignalKind
from readiness.engine.expert import expert_model
from readiness.engine.model import ReadinessModel
from readiness.engine.records import Signal
from readiness.engine.replay import replay, resume, state_at

DAY = 86_400.0
PERSONS = 200_000
ALONE = 300
AS_OF = 400 * DAY


def random_model(rng: np.random.Generator) -> ReadinessModel:
    """A catalogue of 52 signals with random steps over the seven phases."""
    kinds = [
        SignalKind(
            code=f"B{n:02}",
            steps=tuple(int(step) for step in rng.integers(1, 6, 7)),
            evidence_class=str(rng.choice(list("AOTI"))),
            stance_effect=float(rng.integers(-2, 3)),
        )
        for n in range(52)
    ]
    return expert_model(kinds)


def random_facts(rng: np.random.Generator) -> Facts:
    """About ten signals a person within a year, as a database gives them: in order."""
    lengths = rng.geometric(0.1, PERSONS)
    person = np.repeat(np.arange(PERSONS), lengths)
    at = rng.integers(0, int(365 * DAY), len(person)).astype(np.float64)
    order = np.lexsort((at, person))
    row = rng.integers(0, 52, len(person))
    return Facts(
        person=person,
        at=at[order],
        row=row,
        evidence_class=np.full(len(person), -1),
    )


def seconds(work: Callable[[], Any], *, repeats: int) -> float:
    """The least time the work took: what others do on the machine only adds."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def run() -> dict[str, float]:
    """Measure on one core; set OPENBLAS_NUM_THREADS=1 to be sure of one."""
    rng = np.random.default_rng(20_260_101)
    model, facts = random_model(rng), random_facts(rng)
    signals = len(facts.at)
    ends = np.full(PERSONS, AS_OF)
    people = {"joined_at": np.zeros(PERSONS), "as_of": ends, "pace": np.ones(PERSONS)}
    prepare = seconds(lambda: schedule_of(facts, model=model, **people), repeats=2)
    schedule = schedule_of(facts, model=model, **people)
    together = seconds(
        lambda: filter_many(schedule, dynamics=model.dynamics, priors=model.prior),
        repeats=3,
    )
    stance = seconds(lambda: stances_many(facts, model=model, as_of=ends), repeats=2)
    start, days = np.tile(model.prior, (PERSONS, 1)), np.full(PERSONS, 1.0)
    night = seconds(lambda: propagate_many(model.dynamics, start, days), repeats=3)
    return {
        "signals": float(signals),
        "million signals a second, filtered together": signals / together / 1e6,
        "million signals a second, put in order first": signals / prepare / 1e6,
        "million signals a second, stances": signals / stance / 1e6,
        "million persons a second, one night": PERSONS / night / 1e6,
        "peak memory, MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3,
        **alone(model, facts, together=together / signals),
    }


def alone(model: ReadinessModel, facts: Facts, *, together: float) -> dict[str, float]:
    """One person at a time, with explanation and surprise."""
    told: list[list[Signal]] = [[] for _ in range(ALONE)]
    for n in range(int(np.searchsorted(facts.person, ALONE))):
        signal = Signal(at=float(facts.at[n]), code=f"B{facts.row[n]:02}")
        told[facts.person[n]].append(signal)
    given: dict[str, Any] = {"model": model, "joined_at": 0.0, "as_of": AS_OF}
    loop = seconds(lambda: [replay(own, **given) for own in told], repeats=3)
    state = replay(told[0], **given).state
    news = [Signal(AS_OF, "B03")]
    once: dict[str, Any] = {"model": model, "as_of": AS_OF + DAY}
    step = seconds(lambda: [resume(state, news, **once) for _ in range(500)], repeats=3)
    wait = seconds(
        lambda: [state_at(state, AS_OF, model=model) for _ in range(500)], repeats=3
    )
    each = loop / sum(map(len, told))
    return {
        "microseconds a signal, replayed alone": each * 1e6,
        "times faster together than alone": each / together,
        "microseconds for one new signal": step / 500 * 1e6,
        "microseconds for a state between readings": wait / 500 * 1e6,
    }


if __name__ == "__main__":
    for name, figure in run().items():
        print(f"{name}: {figure:,.1f}")
