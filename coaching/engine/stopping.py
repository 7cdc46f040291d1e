"""When the honest advice is to stop: long undecided, asked, and nothing to go on for.

Source: domain.md 4.6 to 4.8 and 7. Thresholds are expert defaults. Never because a deal
is small or slow: "long" counts in the dwell of its own size and class.
"""

from dataclasses import dataclass

from coaching.engine.facts import RESOLVE, Contact, Facts
from coaching.engine.symptoms import INSIDE, PROBE

# Any of these is a good ground to go on: an owner, a budget, a reason with a date, a yes.
GROUNDS = INSIDE | {"B07", "B34", "B41", "B42", "B43", "B44", "B48"}


@dataclass(frozen=True, slots=True)
class StoppingLimits:
    """From where on somebody has been undecided for long, and has been asked."""

    dwells: float = 3.0
    questions: int = 2


@dataclass(frozen=True, slots=True)
class Stopping:
    """Whom to tell that leaving things as they are may be the better choice."""

    person: str
    asked: tuple[str, ...]


def long_days(
    median_dwell_days: float, *, limits: StoppingLimits | None = None
) -> float:
    """Return after how many days in a deal somebody has been undecided for long."""
    return (limits or StoppingLimits()).dwells * median_dwell_days


def stopping_of(
    facts: Facts, *, limits: StoppingLimits | None = None
) -> Stopping | None:
    """Return the weightiest person to advise to stop, None while there is a ground to go on.

    Everybody heard must still weigh whether to change at all; nobody may have named an
    owner, a budget or a dated reason, nor any item of the purchase file be known.
    """
    limits = limits or StoppingLimits()
    if facts.anyone_reached(RESOLVE) or facts.file_score:
        return None
    if any(signal.code in GROUNDS for signal in facts.signals):
        return None
    long_here = [c for c in facts.heard if _is_long_here(c, facts, limits)]
    for contact in sorted(long_here, key=lambda c: (-c.weight, c.key)):
        asked = [
            a.key for a in facts.actions if a.code == PROBE and contact.key in a.people
        ]
        if len(asked) >= limits.questions:
            return Stopping(contact.key, tuple(asked))
    return None


def _is_long_here(contact: Contact, facts: Facts, limits: StoppingLimits) -> bool:
    days = facts.today - contact.joined_day
    return days >= long_days(contact.median_dwell_days, limits=limits)
