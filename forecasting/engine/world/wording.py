"""The words of a world: names, companies and notes, as data in three languages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

InLanguages = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class CompanyWords:
    """A company that does not exist."""

    name: str
    country: str
    language: str
    domain: str


@dataclass(frozen=True, slots=True)
class TopicWords:
    """What a deal is about, and how a buyer speaks of it; per language."""

    code: str
    name: Mapping[str, str]
    it: Mapping[str, str]
    problem: Mapping[str, str]
    figure: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Wording:
    """Templates by code and language; the slots are those of `Speaker.fill`."""

    companies: tuple[CompanyWords, ...]
    rivals: tuple[str, ...]
    topics: tuple[TopicWords, ...]
    signals: Mapping[str, InLanguages]
    actions: Mapping[str, InLanguages]
    phrases: Mapping[str, InLanguages]
    given: InLanguages
    family: InLanguages
    titles: Mapping[str, InLanguages]


def wording_of(
    *, notes: Mapping[str, Any], companies: Mapping[str, Any], people: Mapping[str, Any]
) -> Wording:
    """Return the words that stand in the three shipped files, parsed from JSON."""
    return Wording(
        companies=tuple(CompanyWords(**each) for each in companies["companies"]),
        rivals=tuple(companies["rivals"]),
        topics=tuple(TopicWords(**each) for each in notes["topics"]),
        signals=notes["signals"],
        actions=notes["actions"],
        phrases=notes["phrases"],
        given=people["given"],
        family=people["family"],
        titles=people["titles"],
    )


@dataclass(frozen=True, slots=True)
class Speaker:
    """Fills the templates for one deal."""

    wording: Wording
    topic: TopicWords
    rival: str
    event_on: date
    rng: np.random.Generator
    _told: dict[int, int] = field(default_factory=dict)

    def quotation(self, code: str, language: str, *, colleague: str = "") -> str:
        """What somebody said or did, in their language."""
        return self.fill(self.wording.signals[code], language, colleague=colleague)

    def note(self, code: str, language: str) -> str:
        """What the seller wrote down of an action, or of just being in contact."""
        return self.fill(self.wording.actions[code], language)

    def phrase(self, key: str, language: str, *, colleague: str = "") -> str:
        """One of the phrases under a key."""
        return self.fill(self.wording.phrases[key], language, colleague=colleague)

    def phrase_at(self, key: str, language: str, place: int) -> str:
        """A phrase under a key by its place, as those of items and phases."""
        return self.wording.phrases[key][language][place]

    def fill(self, told: InLanguages, language: str, *, colleague: str = "") -> str:
        """Fill the slots of the next template: in turn, so that nothing is said twice running."""
        texts = told[language]
        turn = self._told.get(id(texts))
        turn = int(self.rng.integers(len(texts))) if turn is None else turn + 1
        self._told[id(texts)] = turn
        text = texts[turn % len(texts)]
        if "{colleague}" in text and not colleague:
            colleague = self.one_of(self.wording.phrases["somebody"][language])
        filled = text.format_map(
            {
                "it": self.topic.it[language],
                "problem": self.topic.problem[language],
                "figure": self.topic.figure[language],
                "rival": self.rival,
                "colleague": colleague,
                "event": self._day(language),
            }
        )
        return filled[:1].upper() + filled[1:]

    def one_of(self, texts: Sequence[str]) -> str:
        """Any of them."""
        return texts[int(self.rng.integers(len(texts)))]

    def _day(self, language: str) -> str:
        month = self.wording.phrases["months"][language][self.event_on.month - 1]
        number = str(self.event_on.day)
        return f"{'1er' if language == 'fr' and number == '1' else number} {month}"
