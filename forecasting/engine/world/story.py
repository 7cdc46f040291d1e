"""Tell a deal of the world: from the hidden truth to what a seller could have noted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from forecasting.engine.world.acts import act, follow, keep_calendar, make_plausible
from forecasting.engine.world.causes import draw_causes, show_causes
from forecasting.engine.world.ending import end_story
from forecasting.engine.world.groups import Groups, cast_groups
from forecasting.engine.world.outcomes import OUTCOMES, Endings, end_deals
from forecasting.engine.world.parameters import WorldParameters
from forecasting.engine.world.paths import PhasePaths, walk
from forecasting.engine.world.records import (
    PersonTruth,
    SeatFacts,
    SellerFacts,
    Story,
    WordsFacts,
)
from forecasting.engine.world.symptoms import FORCE
from forecasting.engine.world.talk import Language, draw_contacts, language_of
from readiness.engine.evidence import Catalogue

# The seller's own pipeline: what it says goes by time and hope, not by the buyers.
STAGES = (
    ("Lead", 0.1),
    ("Qualified", 0.25),
    ("Demo given", 0.4),
    ("Proposal", 0.6),
    ("Negotiation", 0.8),
)


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """A world before anybody told of it: groups, phases and ends, all hidden."""

    parameters: WorldParameters
    groups: Groups
    paths: PhasePaths
    endings: Endings
    language: Language
    fits: Mapping[str, Sequence[int]]


def make_world(
    parameters: WorldParameters,
    *,
    catalogue: Catalogue,
    fits: Mapping[str, Sequence[int]],
    rng: np.random.Generator,
) -> World:
    """Draw a world. `fits` has the fit -2..2 of every seller's action in each phase.

    The same parameters and a generator of the same seed give the same world.
    """
    groups = cast_groups(parameters, rng=rng)
    paths = walk(parameters, groups, rng=rng)
    return World(
        parameters=parameters,
        groups=groups,
        paths=paths,
        endings=end_deals(parameters, groups, paths, rng=rng),
        language=language_of(catalogue, parameters.talk, rng=rng),
        fits=fits,
    )


def tell(world: World, deal: int, *, until: float, rng: np.random.Generator) -> Story:
    """Tell one deal up to a day, or to its end when that comes first."""
    story = meet(world, deal, until=until, rng=rng)
    narrate(world, story, rng=rng)
    return story


def narrate(
    world: World, story: Story, *, rng: np.random.Generator, symptom: str = ""
) -> None:
    """Fill a story whose people have been met.

    With `symptom` (S1..S5) that symptom is made plain; of an open deal whose truth it
    `suits`.

    :raises ValueError: if there is no such symptom.
    """
    if symptom and symptom not in FORCE:
        raise ValueError(f"There is no symptom {symptom!r}.")
    talk = world.parameters.talk
    draw_contacts(story, talk, language=world.language, rng=rng)
    if talk.is_plausible:
        make_plausible(story, language=world.language, rng=rng)
        _welcome_heirs(story)
    if world.parameters.hidden is not None:
        show_causes(story, world.parameters.hidden, rng=rng)
    follow(story, rng=rng)
    keep_calendar(story, rng=rng)
    act(story, world.parameters, fits=world.fits, rng=rng)
    let_seller_hope(story, rng=rng)
    if symptom:
        FORCE[symptom](story, rng=rng)
        story.symptom = symptom
    _let_them_say(story, rng=rng)
    if story.outcome != "open":
        end_story(story, rng=rng)
    _in_order(story)


def meet(world: World, deal: int, *, until: float, rng: np.random.Generator) -> Story:
    """The deal without its contacts: who was met when, and the truth about all."""
    groups, endings = world.groups, world.endings
    ends_on = int(endings.day[deal])
    is_over, asked = 0 <= ends_on <= until, until
    until = float(max(ends_on, 5)) if is_over else until
    outcome = OUTCOMES[int(endings.outcome[deal])] if is_over else "open"
    final = OUTCOMES[int(endings.outcome[deal])]
    pace = float(groups.pace[deal])
    story = Story(
        deal=deal,
        importance=groups.importance[deal],
        pace=pace,
        until=until,
        outcome=outcome,
        ago=asked - until,
        # A deal that is bought had a file; many a deal that never ended in one had none.
        has_file=bool(rng.random() >= world.parameters.missing_file[final]),
        truth=(),
        size=int(groups.sizes[deal]),
    )
    truth: list[PersonTruth] = []
    people = range(int(groups.starts[deal]), int(groups.starts[deal + 1]))
    for place, person in enumerate(people):
        joined = 0.0 if place == 0 else float(rng.exponential(25.0 * np.sqrt(pace)))
        truth.extend(_seat_people(world, story, person=person, joined=joined))
    story.truth = tuple(truth)
    _link(story, rng=rng)
    if world.parameters.hidden is not None:
        story.causes = draw_causes(story, world.parameters.hidden, rng=rng)
    return story


def _seat_people(
    world: World, story: Story, *, person: int, joined: float
) -> list[PersonTruth]:
    """Whoever sits in one seat, one after the other; met ones are added to the story."""
    groups, until = world.groups, story.until
    changed = float(groups.replaced_on[person])
    is_main = person == groups.starts[story.deal]
    is_met = bool(groups.is_found[person]) and joined < until
    is_replaced = changed < until - 5
    truth = []
    if is_met and not (is_replaced and joined >= changed):
        first = _seat(world, story, person=person, joined=joined, is_main=is_main)
        truth.append(_truth(world, person, seat=first.number, span=(0.0, changed)))
        if is_replaced:
            first.left = changed
    elif not is_replaced:
        truth.append(_truth(world, person, seat=None, span=(0.0, changed)))
    if is_replaced:
        heir = None
        if is_met:
            heir = _seat(
                world,
                story,
                person=person,
                joined=max(joined, changed),
                is_main=is_main,
            )
            if truth:
                before = story.seats[heir.number - 1]
                before.replaced_by, heir.replaces = heir.number, before.number
        number = None if heir is None else heir.number
        truth.append(_truth(world, person, seat=number, span=(changed, np.inf)))
    return truth


def _seat(
    world: World, story: Story, *, person: int, joined: float, is_main: bool
) -> SeatFacts:
    seat = SeatFacts(
        number=len(story.seats),
        role=world.groups.roles[person].code,
        influence=int(world.groups.influence[person]),
        joined=joined,
        is_main=is_main,
    )
    story.seats.append(seat)
    return seat


def _truth(
    world: World, person: int, *, seat: int | None, span: tuple[float, float]
) -> PersonTruth:
    groups, paths = world.groups, world.paths
    days = paths.entered[person]
    inside = (days >= span[0]) & (days < span[1])
    stays = zip(
        paths.phases[person, inside].tolist(), days[inside].tolist(), strict=True
    )
    is_first = span[0] == 0.0
    stances = groups.supported if is_first else groups.supports
    return PersonTruth(
        seat=seat,
        role=groups.roles[person].code,
        supports=bool(stances[person]),
        speed=float(groups.speed[person]),
        stays=tuple(stays),
        weight=float(groups.weight[person]),
    )


def _link(story: Story, *, rng: np.random.Generator) -> None:
    """A few lines of who listens to whom."""
    here = [seat.number for seat in story.seats if seat.left is None]
    for giver in here:
        if len(here) > 2 and rng.random() < 0.3:
            taker = here[int(rng.integers(len(here)))]
            if taker != giver:
                story.links.append((giver, taker, int(rng.integers(3))))


def _welcome_heirs(story: Story) -> None:
    """A successor's first words are that of a successor: the seller notes the change."""
    for seat in story.seats:
        first = [c for c in story.contacts if seat.number in c.seats]
        if seat.replaces is not None and first:
            first[0].signals.append((seat.number, "B45"))


def let_seller_hope(story: Story, *, rng: np.random.Generator) -> None:
    """Stages by time and hope, with a percentage that follows the stage."""
    hope = float(rng.normal(0.0, 0.08))
    day, stage = 0.0, 0
    while day < story.until:
        _, usual = STAGES[stage]
        probability = min(0.95, max(0.05, round(usual + hope, 2)))
        close_day = max(day, _due(story, day) or day + 75 * np.sqrt(story.pace))
        name = STAGES[stage][0]
        story.seller.append(SellerFacts(day, name, probability, close_day))
        if stage + 1 == len(STAGES):
            return
        stage += 1
        day += float(rng.gamma(2.0, 14.0)) * np.sqrt(story.pace)


def _due(story: Story, day: float) -> float | None:
    known = [date.decision_day for date in story.dates if date.day <= day]
    return known[-1] if known else None


def _let_them_say(story: Story, *, rng: np.random.Generator) -> None:
    """Now and then a buyer says plainly where they stand, or the seller believes so."""
    for contact in story.contacts:
        seat = contact.seats[0]
        phase = story.truth_of(seat).phase_at(contact.day)
        drawn = rng.random()
        if drawn < 0.02:
            story.confirmations.append(WordsFacts(contact.day, seat, phase))
        elif drawn < 0.035 and contact.day > story.until - 60:
            ahead = min(6, phase + int(rng.integers(0, 3)))
            story.overrides.append(WordsFacts(contact.day, seat, ahead))


def _in_order(story: Story) -> None:
    story.contacts.sort(key=lambda contact: contact.day)
    story.dates.sort(key=lambda date: date.day)
    story.seller.sort(key=lambda said: said.day)
