"""A world as lines of a bundle (interfaces.md 4): what an import reads."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from forecasting.engine.world.calendars import Calendar
from forecasting.engine.world.facts import fact_lines
from forecasting.engine.world.records import SeatFacts, Story
from forecasting.engine.world.telling import Line, Telling, line
from forecasting.engine.world.wording import CompanyWords, Speaker, Wording

# What a deal is worth in the middle of its class, and how widely that differs.
AMOUNTS = {"small": 12e3, "mid": 48e3, "large": 165e3, "strategic": 520e3}
SPREAD = 0.45
OTHER_LANGUAGE = {"nl": "fr", "fr": "nl", "en": "nl"}


@dataclass(frozen=True, slots=True)
class Owner:
    """Who of ours owns a deal; a seat has no address."""

    name: str
    email: str = ""

    @property
    def label(self) -> str:
        """What one field calls them."""
        return self.email or self.name


@dataclass(frozen=True, slots=True)
class PersonWords:
    """A person of a company, known by role so that two deals can share them."""

    id: str
    name: str
    language: str


@dataclass(slots=True)
class Writer:
    """Writes stories one after the other; companies and people are met once."""

    wording: Wording
    now: datetime
    zone: ZoneInfo
    owners: Sequence[Owner]
    rng: np.random.Generator
    prefix: str = ""
    _people: dict[tuple[str, str, int], PersonWords] = field(default_factory=dict)
    _names: set[str] = field(default_factory=set)
    _companies: set[str] = field(default_factory=set)
    _deals: int = 0

    def lines(self, stories: Sequence[Story], *, source: str) -> Iterator[Line]:
        """Every line of the bundle."""
        yield line("source", name=source)
        for story in stories:
            yield from self.deal(story)

    def deal(self, story: Story) -> Iterator[Line]:
        """One deal, with the company and the people it is the first to name.

        Twice round the list of companies, so that a company has two deals; then the same
        names with a number behind them.
        """
        number = self._deals
        self._deals += 1
        lap, place = divmod(number, len(self.wording.companies))
        company, copy = self.wording.companies[place], lap // 2
        id = f"{self.prefix}c{place + copy * len(self.wording.companies) + 1}"
        telling = self._telling(story, company, number=number, id=id)
        if id not in self._companies:
            self._companies.add(id)
            yield line(
                "company",
                id=id,
                name=f"{company.name} {copy + 1}" if copy else company.name,
                domain=company.domain,
                country=company.country,
            )
        yield from self._seats(story, company, telling)
        yield from fact_lines(story, telling)

    def _telling(
        self, story: Story, company: CompanyWords, *, number: int, id: str
    ) -> Telling:
        began = self.now - timedelta(days=story.until + story.ago)
        calendar = Calendar(began.astimezone(self.zone).date(), self.now, self.zone)
        topics = self.wording.topics
        speaker = Speaker(
            wording=self.wording,
            topic=topics[number * 5 % len(topics)],
            rival=self.wording.rivals[int(self.rng.integers(len(self.wording.rivals)))],
            event_on=(
                self.now + timedelta(days=int(self.rng.integers(20, 160)))
            ).date(),
            rng=self.rng,
        )
        spread = self.rng.lognormal(0.0, SPREAD)
        owner = self.owners[int(self.rng.integers(len(self.owners)))]
        return Telling(
            id=f"{self.prefix}o{number + 1}",
            company=id,
            language=company.language,
            owner_email=owner.email,
            owner_name="" if owner.email else owner.name,
            owner_label=owner.label,
            amount=float(round(AMOUNTS[story.importance] * spread, -2)),
            calendar=calendar,
            speaker=speaker,
            rng=self.rng,
        )

    def _seats(
        self, story: Story, company: CompanyWords, telling: Telling
    ) -> Iterator[Line]:
        for seat in story.seats:
            before = len(self._people)
            person = self._person(seat, company, telling)
            if len(self._people) > before:
                yield self._person_line(
                    person, role=seat.role, company=company, id=telling.company
                )
            telling.languages[seat.number] = person.language
            telling.names[seat.number] = person.name
            telling.people[seat.number] = person.id

    def _person(
        self, seat: SeatFacts, company: CompanyWords, telling: Telling
    ) -> PersonWords:
        again = sum(1 for p in telling.roles if p == seat.role)
        telling.roles.append(seat.role)
        key = (telling.company, seat.role, again)
        if key not in self._people:
            language = company.language
            if self.rng.random() < 0.15:
                is_belgian = company.country == "BE"
                language = OTHER_LANGUAGE[language] if is_belgian else "en"
            number = len(self._people) + 1
            self._people[key] = PersonWords(
                f"{self.prefix}p{number}", self._name(language), language
            )
        return self._people[key]

    def _name(self, language: str) -> str:
        given, family = self.wording.given[language], self.wording.family[language]
        for _ in range(20):
            name = (
                f"{given[int(self.rng.integers(len(given)))]} "
                f"{family[int(self.rng.integers(len(family)))]}"
            )
            if name not in self._names:
                break
        self._names.add(name)
        return name

    def _person_line(
        self, person: PersonWords, *, role: str, company: CompanyWords, id: str
    ) -> Line:
        titles = self.wording.titles[role][person.language]
        return line(
            "person",
            id=person.id,
            name=person.name,
            company=id,
            email=f"{_address(person.name)}@{company.domain}",
            title=titles[int(self.rng.integers(len(titles)))],
            language=person.language,
        )


def _address(name: str) -> str:
    # The dotless i has no decomposition.
    plain = unicodedata.normalize(
        "NFKD", name.replace("\N{LATIN SMALL LETTER DOTLESS I}", "i")
    )
    letters = plain.encode("ascii", "ignore").decode().lower()
    first, *rest = letters.replace("'", "").split()
    return f"{first}.{''.join(rest)}"
