"""How a story ends: the last conversation, the last quote, the review."""

import numpy as np

from forecasting.engine.world.records import (
    ContactFacts,
    FileFacts,
    QuoteFacts,
    ReviewFacts,
    Story,
)

LAST_WORDS = {"won": "B44", "lost": "B28", "no_decision": "B06", "withdrawn": "B47"}


def end_story(story: Story, *, rng: np.random.Generator) -> None:
    """Add what belongs to the end of a deal. The outcome is known already."""
    here = [seat for seat in story.seats if seat.is_here(story.until)]
    deciders = [seat for seat in here if seat.role == "economic_buyer"]
    last = (deciders or [story.main])[0].number
    code = LAST_WORDS[story.outcome]
    if story.outcome == "no_decision" and not story.has_file:
        code, last = "B51", story.main.number
    if story.outcome == "won":
        _make_orderly(story, last)
    story.contacts.append(
        ContactFacts(story.until, [last], [(last, code)], is_inbound=True)
    )
    if rng.random() < 0.7:
        story.review = _review(story, rng=rng)


def _make_orderly(story: Story, seat: int) -> None:
    """What is bought was quoted and stood in a file."""
    if not story.quotes:
        day = max(0.2, story.until - 12)
        story.quotes.append(QuoteFacts(day, 1, 1.0, "first", seat))
    if story.has_file:
        story.file_items.append(FileFacts(story.until, 3, "evidenced"))


def _review(story: Story, *, rng: np.random.Generator) -> ReviewFacts:
    """What the seller believes when it is over: mostly right, hope aside."""
    phases = []
    for seat in story.seats:
        if seat.is_here(story.until) and rng.random() < 0.8:
            phase = story.truth_of(seat.number).phase_at(story.until)
            off = int(rng.choice([-1, 0, 1], p=[0.1, 0.65, 0.25]))
            phases.append((seat.number, int(np.clip(phase + off, 0, 6))))
    knows = rng.random() < 0.8
    existed = ("yes" if story.has_file else "no") if knows else "unknown"
    stopped = None
    if story.outcome in {"lost", "no_decision"} and rng.random() < 0.6:
        against = [
            seat.number
            for seat in story.seats
            if seat.is_here(story.until) and not story.truth_of(seat.number).supports
        ]
        stopped = against[0] if against else None
    return ReviewFacts(existed, stopped, tuple(phases))
