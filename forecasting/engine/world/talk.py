"""What buyers let hear: signals drawn from the true catalogue of this world."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from forecasting.engine.world.groups import Ints
from forecasting.engine.world.parameters import Talk
from forecasting.engine.world.records import Causes, ContactFacts, Story
from readiness.engine.arrays import Floats
from readiness.engine.evidence import Catalogue

RARE = 0.35  # below so much of an even share
MANY = 2  # signals from one person in one contact


@dataclass(frozen=True, slots=True, eq=False)
class Language:
    """p(signal | phase, stance) of this world: (2, K, S), against us first.

    `cumulative` are its sums, for drawing.
    """

    codes: tuple[str, ...]
    chances: Floats
    cumulative: Floats

    def rare(self, stance: int, phase: int) -> frozenset[str]:
        """What people of this stance hardly ever let hear in this phase."""
        chances = self.chances[stance, phase]
        return frozenset(
            code
            for code, chance in zip(self.codes, chances.tolist(), strict=True)
            if chance < RARE / len(self.codes)
        )

    def draw(self, stances: Ints, phases: Ints, *, rng: np.random.Generator) -> Ints:
        """One signal for each person, as a place in `codes`."""
        sums = self.cumulative[stances, phases]
        return np.asarray((rng.random(len(phases))[:, None] > sums[:, :-1]).sum(axis=1))

    def draw_other(
        self, stance: int, phase: int, *, barred: set[str], rng: np.random.Generator
    ) -> str:
        """One signal that is none of the barred ones."""
        allowed = np.array([code not in barred for code in self.codes])
        chances = self.chances[stance, phase] * allowed
        return self.codes[int(rng.choice(len(chances), p=chances / chances.sum()))]


def language_of(
    catalogue: Catalogue, talk: Talk, *, rng: np.random.Generator
) -> Language:
    """Perturb the catalogue and tilt it by stance; with both at 0 it is the catalogue.

    p'(s | k, for or against) ∝ p(s|k) · e^(perturbation · N(0,1)) · e^(±tilt · effect).
    """
    base = np.asarray(catalogue.likelihoods)
    shaken = base * np.exp(talk.perturbation * rng.standard_normal(base.shape))
    tilt = talk.stance_tilt * np.array(catalogue.effects)
    tilted = np.stack([shaken.T * np.exp(-tilt), shaken.T * np.exp(tilt)])
    chances = tilted / tilted.sum(axis=-1, keepdims=True)
    return Language(tuple(catalogue.rows), chances, chances.cumsum(axis=-1))


def draw_contacts(
    story: Story, talk: Talk, *, language: Language, rng: np.random.Generator
) -> None:
    """Fill the story with contacts: when, who took part, what each signalled."""
    mean = story.until / (talk.contact_days * np.sqrt(story.pace))
    count = max(2, int(rng.poisson(mean)))
    days = np.sort(rng.uniform(0, story.until, size=count))
    days[0] = min(days[0], 2.0)
    for day in days.tolist():
        people = _who_takes_part(story, day, rng=rng)
        is_inbound = bool(rng.random() < 0.4)
        if people:
            story.contacts.append(ContactFacts(day, people, is_inbound=is_inbound))
    if story.causes is not None:
        _keep_in_touch(story, story.causes, rng=rng)
    _let_them_speak(story, talk, language=language, rng=rng)


def _keep_in_touch(story: Story, causes: Causes, *, rng: np.random.Generator) -> None:
    """Whoever is in touch also has talks of their own with us, now and then."""
    for seat in story.seats:
        until = min(story.until, story.until if seat.left is None else seat.left)
        day = seat.joined + float(rng.exponential(causes.talk_days))
        while day < until:
            if causes.is_in_touch(seat.number, day):
                story.contacts.append(ContactFacts(day, [seat.number]))
            day += float(rng.exponential(causes.talk_days))
    story.contacts.sort(key=lambda contact: contact.day)


def _who_takes_part(story: Story, day: float, *, rng: np.random.Generator) -> list[int]:
    causes = story.causes
    here = [
        seat
        for seat in story.seats
        if seat.is_here(day)
        and (causes is None or causes.is_in_touch(seat.number, day))
    ]
    weight = np.array([3.0 if seat.is_main else 1.0 for seat in here])
    wanted = 1 + int(rng.random() < 0.35) + int(rng.random() < 0.15)
    order = np.argsort(rng.exponential(size=len(here)) / weight)
    return [here[i].number for i in order[:wanted]]


def _let_them_speak(
    story: Story, talk: Talk, *, language: Language, rng: np.random.Generator
) -> None:
    pairs = [(c, seat) for c in story.contacts for seat in c.seats]
    heard = rng.poisson(talk.signals_a_contact, size=len(pairs)).clip(max=MANY)
    spoken = [
        pair for pair, n in zip(pairs, heard.tolist(), strict=True) for _ in range(n)
    ]
    if not spoken:
        return
    truth: Mapping[int, tuple[int, list[float], list[int]]] = {
        person.seat: (
            int(person.supports),
            [entered for _, entered in person.stays],
            [phase for phase, _ in person.stays],
        )
        for person in story.truth
        if person.seat is not None
    }
    stances = np.array([truth[seat][0] for _, seat in spoken])
    phases = np.array(
        [
            truth[seat][2][
                int(np.searchsorted(truth[seat][1], c.day, side="right")) - 1
            ]
            for c, seat in spoken
        ]
    )
    drawn = language.draw(stances, phases, rng=rng)
    for (contact, seat), code in zip(spoken, drawn.tolist(), strict=True):
        contact.signals.append((seat, language.codes[code]))
