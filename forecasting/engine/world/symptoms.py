"""The five symptoms in clear cases, forced on deals whose hidden truth they fit."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from forecasting.engine.world.acts import push_date, send_quote
from forecasting.engine.world.records import (
    ContactFacts,
    DateFacts,
    SellerFacts,
    Story,
)

ANSWERS = frozenset({"B03", "B04", "B13"})  # to probing (domain.md 4.6, S2)
INSIDE = frozenset({"B08", "B09", "B13", "B14", "B17", "B38", "B40"})


def _tell(
    story: Story, day: float, codes: list[str], *, actions: Sequence[str] = ()
) -> ContactFacts:
    """A contact with the main person, added to the story."""
    seat = story.main.number
    contact = ContactFacts(
        day,
        [seat],
        [(seat, code) for code in codes],
        [(code, (seat,)) for code in actions],
        is_inbound=not actions,
    )
    story.contacts.append(contact)
    return contact


def _points(story: Story, count: int) -> list[float]:
    """Days in the last part of the story, in order, the last a few days before its end."""
    first = max(story.main.joined, story.until * 0.35)
    last = max(first + 2, story.until - 3)
    return [float(day) for day in np.linspace(first + 1, last, count)]


def push_dates(story: Story, *, rng: np.random.Generator) -> None:
    """S1: interested, and the date moves for the third time without a reason."""
    days = _points(story, 4)
    seat = story.main.number
    story.dates = [DateFacts(days[0] - 0.9, days[0] + 20, seat, is_first=True)]
    _tell(story, days[0], ["B05", "B12"])
    for day, code in zip(days[1:], ("B32", "B33", "B33"), strict=True):
        _tell(story, day, [code])
        push_date(story, day, code, by=seat, rng=rng)


def dodge_questions(story: Story, *, rng: np.random.Generator) -> None:
    """S2: asked three times how it goes today, and never answered."""
    seat = story.main.number
    for contact in story.contacts:
        contact.signals = [
            (who, code)
            for who, code in contact.signals
            if who != seat or code not in ANSWERS
        ]
    for day in _points(story, 3):
        _tell(story, day, ["B02"], actions=["A01"])


def challenge(story: Story, *, rng: np.random.Generator) -> None:
    """S3: whoever took over the one contact doubts everything, and shields the others."""
    heir = story.main
    newly = heir.joined + 1
    late = max(newly, story.until - 25)
    _tell(story, newly, ["B45", "B46"])
    _tell(story, late, ["B47"])
    for contact in story.contacts:
        if contact.day > heir.joined:
            contact.seats = [heir.number]
            contact.signals = [s for s in contact.signals if s[0] == heir.number]
            contact.actions = [(code, (heir.number,)) for code, _ in contact.actions]


def rework_quotes(story: Story, *, rng: np.random.Generator) -> None:
    """S4: four versions, three of them for another scope."""
    story.quotes.clear()
    for contact in story.contacts:
        contact.actions = [a for a in contact.actions if a[0] != "A05"]
        contact.signals = [
            s for s in contact.signals if s[1] not in {"B21", "B22", "B23", "B24"}
        ]
    seat = story.main.number
    first = max(story.main.joined, story.until * 0.35)
    days = np.linspace(first + 1, max(first + 2, story.until - 12), 4).tolist()
    for day, code in zip(days, ("B21", "B22", "B22", "B22"), strict=True):
        _tell(story, day, [code])
        send_quote(story, day, code, to=seat, rng=rng)


def promise_without_file(story: Story, *, rng: np.random.Generator) -> None:
    """S5: a verbal yes, a seller who counts on it, and nobody can name a file."""
    story.file_items.clear()
    for contact in story.contacts:
        contact.signals = [s for s in contact.signals if s[1] not in INSIDE]
    days = _points(story, 3)
    _tell(story, days[0], ["B43"])
    _tell(story, max(days[0] + 1, min(days[1], story.until - 40)), ["B10"])
    _tell(story, days[2], ["B10"])
    said = story.until - 2
    story.seller.append(SellerFacts(said, "Negotiation", 0.8, story.until + 25))


FORCE: Mapping[str, Callable[..., None]] = {
    "S1": push_dates,
    "S2": dodge_questions,
    "S3": challenge,
    "S4": rework_quotes,
    "S5": promise_without_file,
}


def suits(story: Story, symptom: str) -> bool:
    """Whether the hidden truth of an open deal fits the symptom."""
    main = story.main
    phase = story.truth_of(main.number).phase_at(story.until)
    if story.until < 80 or story.until - main.joined < 45:
        return False
    return {
        "S1": phase in {0, 1},
        "S2": phase in {0, 4, 5},
        "S3": main.replaces is not None and not story.truth_of(main.number).supports,
        "S4": phase == 3,
        "S5": not story.has_file and phase >= 1,
    }[symptom]
