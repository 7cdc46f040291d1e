"""How fast a workspace learns from its closed deals, beside a plain loop over people."""

import resource
import time
from typing import Any

import numpy as np

from benchmarks.readiness import random_model, seconds
from readiness.engine.batch import Facts, filter_many, schedule_of
from readiness.engine.dynamics import transition
from readiness.engine.forward import filter_forward
from readiness.engine.hidden.chain import filter_all
from readiness.engine.hidden.expected import expect
from readiness.engine.learning.counting import Listening
from readiness.engine.learning.course import Leg, advance, begin, from_json, to_json
from readiness.engine.learning.deals import ClosedDeals, heard_in
from readiness.engine.learning.parameters import defaults_of
from readiness.engine.model import ReadinessModel

DAY = 86_400.0
DEALS = 2_000
PEOPLE = 5  # a deal
SIGNALS = 9  # a person, in the mean
ALONE = 400  # people of the plain loop
ROLES = ("champion", "economic_buyer", "user_buyer", "finance", "influencer")


def closed_deals(model: ReadinessModel, rng: np.random.Generator) -> ClosedDeals:
    """Deals of a year in which phases move as the model has it, by the day."""
    people = DEALS * PEOPLE
    heard = rng.geometric(1 / SIGNALS, people)
    person = np.repeat(np.arange(people), heard)
    at = rng.integers(0, 365, len(person))
    truth = _walk(model, people, rng=rng)[person, at]
    sums = np.roll(model.catalogue.likelihoods, 5, axis=0).cumsum(axis=0)
    row = (rng.random(len(person)) > sums[:-1, truth]).sum(axis=0)
    sizes = list(model.importance)
    return ClosedDeals(
        facts=Facts(person, at.astype(np.float64) * DAY, row, np.full(len(person), -1)),
        deal=np.arange(people) // PEOPLE,
        joined_at=np.zeros(people),
        role=np.arange(people) % PEOPLE,
        roles=ROLES,
        importance=tuple(sizes[n % len(sizes)] for n in range(DEALS)),
        buying_class=(None,) * DEALS,
        closed_at=np.full(DEALS, 365 * DAY) + np.arange(DEALS),
    )


def _walk(
    model: ReadinessModel, people: int, *, rng: np.random.Generator
) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return the phase of each person on each day of a year."""
    ways = transition(model.dynamics, 1.0).cumsum(axis=1)
    phase = rng.choice(model.count, people, p=model.prior)
    days = np.empty((people, 365), dtype=np.int64)
    for day in range(365):
        days[:, day] = phase
        phase = (rng.random(people)[:, None] > ways[phase, :-1]).sum(axis=1)
    return days


def run() -> dict[str, float]:
    """Measure on one core; set OPENBLAS_NUM_THREADS=1 to be sure of one."""
    rng = np.random.default_rng(20_260_601)
    model = random_model(rng)
    deals = closed_deals(model, rng)
    signals = len(deals.facts.at)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    whole, longest, legs = _learn(deals, model)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "closed deals": float(DEALS),
        "signals": float(signals),
        "seconds to learn and judge everything": whole,
        "seconds of the longest step": longest,
        **{f"seconds: {leg}": spent for leg, spent in legs.items()},
        "memory for it, MB": (after - before) / 1e3,
        "peak memory, MB": after / 1e3,
        **_passes(deals, model),
    }


def _learn(
    deals: ClosedDeals, model: ReadinessModel
) -> tuple[float, float, dict[str, float]]:
    """Learn in steps, stored and read again between them, as a worker does."""
    course, times = begin(deals, model), []
    legs = {leg.value: 0.0 for leg in Leg if leg is not Leg.DONE}
    while not course.is_done:
        start, leg = time.perf_counter(), course.leg
        course = from_json(to_json(advance(course, deals, model=model)))
        times.append(time.perf_counter() - start)
        legs[leg.value] += times[-1]
    return sum(times), max(times), legs


def _passes(deals: ClosedDeals, model: ReadinessModel) -> dict[str, float]:
    """One pass over everything, by the batch and by a loop."""
    signals, facts = len(deals.facts.at), deals.facts
    everybody = heard_in(deals, np.arange(DEALS), model)
    listening = Listening(everybody, model, is_tempered=True)
    defaults = defaults_of(model, roles=len(ROLES))
    chain, sequences = listening.chain(defaults), listening.sequences(defaults)
    ends = np.full(len(deals.deal), 365 * DAY)
    schedule = schedule_of(
        facts,
        model=model,
        joined_at=deals.joined_at,
        as_of=ends,
        pace=defaults.pace_of(everybody),
    )
    reading = seconds(
        lambda: filter_many(schedule, dynamics=model.dynamics, priors=model.prior),
        repeats=5,
    )
    forward = seconds(lambda: filter_all(chain, sequences), repeats=3)
    counting = seconds(lambda: expect(chain, sequences), repeats=3)
    alone = int(np.searchsorted(everybody.person, ALONE))
    loop = seconds(lambda: _alone(listening, model), repeats=2) / alone
    return {
        "million signals a second, filtered": signals / reading / 1e6,
        "million signals a second, with likelihood": signals / forward / 1e6,
        "million signals a second, expected counts": signals / counting / 1e6,
        "microseconds a signal, in a plain loop": loop * 1e6,
        "times faster filtered together": loop / (reading / signals),
        "times faster with likelihood": loop / (forward / signals),
    }


def _alone(listening: Listening, model: ReadinessModel) -> None:
    """Filter one person after the other, as a textbook has it."""
    heard = listening.heard
    defaults = defaults_of(model, roles=len(ROLES))
    logs, pace = listening.chain(defaults).logs, defaults.pace_of(heard)
    bounds = np.searchsorted(heard.person, np.arange(ALONE + 1))
    for n in range(ALONE):
        own = slice(int(bounds[n]), int(bounds[n + 1]))
        filter_forward(
            prior=model.prior,
            transitions=transition(model.dynamics, heard.days[own] / pace[n]),
            log_likelihoods=logs[listening.column[own]],
        )


if __name__ == "__main__":
    for name, figure in run().items():
        print(f"{name}: {figure:,.2f}")
