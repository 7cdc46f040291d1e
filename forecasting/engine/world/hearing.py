"""What was heard in all deals of a world at once, as arrays, with the truth beside it."""

from dataclasses import dataclass

import numpy as np

from forecasting.engine.world.groups import Bools, Ints
from forecasting.engine.world.story import World
from readiness.engine.arrays import SECONDS_PER_DAY, Floats
from readiness.engine.batch import Facts

MANY = 2  # signals from one person in one contact
SHARES_TALK = (0.35, 0.15)  # chances of a second and a third person in a contact


@dataclass(frozen=True, slots=True, eq=False)
class Hearing:
    """D deals with N people who were met, and M facts about them.

    `facts` are signals as the catalogue has them and now and then a confirmation; `at`
    counts seconds from the day the deal began. `truth` (M,) is the phase at each fact.
    Per person: `deal`, `seat` in the world, `joined_at` (seconds), `role`. Per deal:
    `importance`, `closed_at` (seconds).
    """

    facts: Facts
    truth: Ints
    deal: Ints
    seat: Ints
    joined_at: Floats
    role: tuple[str, ...]
    importance: tuple[str, ...]
    closed_at: Floats


def hear(
    world: World,
    *,
    until: Floats,
    rng: np.random.Generator,
    confirmed: float = 0.02,
) -> Hearing:
    """Listen to every deal of a world up to a day of its own (D,).

    Signals are drawn from the world's true language, as `tell` draws them before it
    makes a story of them; `confirmed` is the share of contacts in which a buyer says
    plainly where they stand.
    """
    parts = [
        _contacts(world, deal, float(day), rng=rng)
        for deal, day in enumerate(until.tolist())
    ]
    seat, day, is_first = (np.concatenate(part) for part in zip(*parts, strict=True))
    phase = world.paths.at(seat, day)
    heard = rng.poisson(world.parameters.talk.signals_a_contact, len(seat))
    times = np.repeat(np.arange(len(seat)), heard.clip(max=MANY))
    stance = world.groups.supports[seat].astype(np.int64)
    row = world.language.draw(stance[times], phase[times], rng=rng)
    plain = np.flatnonzero(is_first & (rng.random(len(seat)) < confirmed))
    where = np.concatenate([times, plain])
    said = np.concatenate([row, len(world.language.codes) + phase[plain]])
    met, person = np.unique(seat, return_inverse=True)
    first = np.full(len(met), np.inf)
    np.minimum.at(first, person, day)
    return Hearing(
        facts=Facts(
            person=person[where],
            at=day[where] * SECONDS_PER_DAY,
            row=said,
            evidence_class=np.full(len(where), -1),
        ),
        truth=phase[where],
        deal=world.groups.deal[met],
        seat=met,
        joined_at=first * SECONDS_PER_DAY,
        role=tuple(world.groups.roles[n].code for n in met),
        importance=world.groups.importance,
        closed_at=until * SECONDS_PER_DAY,
    )


def closing_days(world: World) -> Floats:
    """The day each deal of a world ended, or the last day it is watched."""
    day = world.endings.day
    return np.where(day >= 0, np.maximum(day, 5), world.parameters.horizon_days) * 1.0


def _contacts(
    world: World, deal: int, until: float, *, rng: np.random.Generator
) -> tuple[Ints, Floats, Bools]:
    """Return who took part (seats of the world), when, and who led the talk."""
    groups, talk = world.groups, world.parameters.talk
    pace = float(groups.pace[deal])
    people = np.arange(groups.starts[deal], groups.starts[deal + 1])
    joined = rng.exponential(25.0 * np.sqrt(pace), len(people))
    joined[0] = 0.0
    is_met = groups.is_found[people] & (joined < until)
    people, joined = people[is_met], joined[is_met]
    count = max(2, int(rng.poisson(until / (talk.contact_days * np.sqrt(pace)))))
    days = np.sort(rng.uniform(0, until, count))
    ease = np.where(people == groups.starts[deal], 3.0, 1.0)
    lots = rng.exponential(size=(count, len(people))) / ease
    lots[joined[None, :] > days[:, None]] = np.inf
    wanted = 1 + (rng.random((count, 2)) < SHARES_TALK).sum(axis=1)
    rank = lots.argsort(axis=1).argsort(axis=1)
    contact, place = np.nonzero((rank < wanted[:, None]) & np.isfinite(lots))
    return people[place], days[contact], rank[contact, place] == 0
