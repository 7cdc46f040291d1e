"""Which deals of a world to tell, and how old they are today."""

from collections.abc import Iterator, Sequence

import numpy as np

from forecasting.engine.world.outcomes import OUTCOMES
from forecasting.engine.world.parameters import SYMPTOMS
from forecasting.engine.world.records import Story
from forecasting.engine.world.story import World, meet, narrate, tell
from forecasting.engine.world.symptoms import suits
from readiness.engine.arrays import Floats

YEAR = 365.0
YOUNGEST, OLDEST = 15.0, 430.0
# Of deals that closed: the published shares, and one in thirty that we gave up.
CLOSED = {"won": 0.26, "lost": 0.25, "no_decision": 0.46, "withdrawn": 0.03}
LIKELY = 0.6
SHORTEST = 20.0  # a deal that ends within three weeks shows nothing


def tell_all(world: World, *, rng: np.random.Generator) -> Iterator[Story]:
    """Tell every deal of a world, each opened at some time of the last two years."""
    for deal in range(world.parameters.deals):
        yield tell(world, deal, until=float(rng.uniform(YOUNGEST, 2 * YEAR)), rng=rng)


def tell_demo(
    world: World, *, deals: int, each_symptom: int, rng: np.random.Generator
) -> list[Story]:
    """Tell so many deals of a larger world: half closed in the past year, half open.

    The closed ones have the published shares of ends; of the open ones each of the five
    symptoms is made plain so many times, and of the rest LIKELY are such as a seller
    would forecast by now. In each, two people or more have been met.

    :raises ValueError: if the world has too few deals of a kind.
    """
    ages = rng.uniform(YOUNGEST, OLDEST, size=world.parameters.deals)
    still_open = _open(world, ages, rng=rng)
    stories = _forced(world, ages, still_open, each=each_symptom, rng=rng)
    taken = {story.deal for story in stories}
    rest = [deal for deal in still_open if deal not in taken]
    missing = max(deals - deals // 2 - len(stories), 0)
    shown = world.endings.forecast_from
    likely = [deal for deal in rest if 0 <= shown[deal] <= ages[deal]]
    early = [deal for deal in rest if not 0 <= shown[deal] <= ages[deal]]
    wanted = {"likely": round(LIKELY * missing), "early": 0} | _counts(deals // 2)
    wanted["early"] = missing - wanted["likely"]
    there = {"likely": likely, "early": early} | _closed(world, ages, rng=rng)
    for kind, count in wanted.items():
        stories += _tell(world, ages, there[kind], count=count, rng=rng)
    return [stories[place] for place in rng.permutation(len(stories))]


def _tell(
    world: World,
    ages: Floats,
    candidates: Sequence[int],
    *,
    count: int,
    rng: np.random.Generator,
) -> list[Story]:
    """The first so many in which two people or more were met."""
    stories: list[Story] = []
    for deal in candidates:
        if len(stories) == count:
            break
        story = tell(world, deal, until=float(ages[deal]), rng=rng)
        if len(story.seats) > 1:
            stories.append(story)
    if len(stories) < count:
        raise ValueError(f"The world has {len(stories)} such deals, not {count}.")
    return stories


def _open(world: World, ages: Floats, *, rng: np.random.Generator) -> list[int]:
    ends = world.endings.day
    deals = np.flatnonzero((ends < 0) | (ends > ages))
    return [int(deal) for deal in rng.permutation(deals)]


def _closed(
    world: World, ages: Floats, *, rng: np.random.Generator
) -> dict[str, list[int]]:
    """The deals that closed in the past year, by how they did."""
    ends = world.endings.day
    in_view = (ends >= SHORTEST) & (ends <= ages) & (ages - ends < YEAR)
    found = {}
    for outcome in CLOSED:
        is_one = in_view & (world.endings.outcome == OUTCOMES.index(outcome))
        found[outcome] = [int(d) for d in rng.permutation(np.flatnonzero(is_one))]
    return found


def _counts(total: int) -> dict[str, int]:
    counts = {name: round(share * total) for name, share in CLOSED.items()}
    counts["no_decision"] += total - sum(counts.values())
    return counts


def _forced(
    world: World,
    ages: Floats,
    candidates: Sequence[int],
    *,
    each: int,
    rng: np.random.Generator,
) -> list[Story]:
    wanted = dict.fromkeys(SYMPTOMS, each)
    stories: list[Story] = []
    for deal in candidates:
        if not any(wanted.values()):
            return stories
        story = meet(world, deal, until=float(ages[deal]), rng=rng)
        if len(story.seats) < 2:
            continue
        fitting = [s for s in SYMPTOMS if wanted[s] and suits(story, s)]
        if fitting:
            # The rarest first: few deals have a successor who is against us.
            symptom = "S3" if "S3" in fitting else fitting[0]
            narrate(world, story, rng=rng, symptom=symptom)
            wanted[symptom] -= 1
            stories.append(story)
    raise ValueError(f"The world suits too few symptoms: {wanted} are missing.")
