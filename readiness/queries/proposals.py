"""Which signal an act of the buyer's side proposes. The act itself is never evidence."""

from datetime import date

from stakeholders.models import QuoteChange

FIRST_PUSH, REPEATED_PUSH, EXPLAINED = "B32", "B33", "B34"
DATE_SIGNALS = (FIRST_PUSH, REPEATED_PUSH, EXPLAINED)
REPLACED = "B45"
QUOTE_SIGNALS = {
    QuoteChange.FIRST: "B21",
    QuoteChange.SCOPE: "B22",
    QuoteChange.PRICE: "B23",
    QuoteChange.FOR_FILE: "B24",
}


def proposed_for_date(
    *,
    previous: date | None,
    new: date,
    earlier_pushes: int = 0,
    linked_event: str = "",
) -> str | None:
    """The signal that a decision date moved to a later day proposes; else none.

    `earlier_pushes` counts those before that no event explained. Source: domain.md 4.4.
    """
    if previous is None or new <= previous:
        return None
    if linked_event.strip():
        return EXPLAINED
    return REPEATED_PUSH if earlier_pushes else FIRST_PUSH


def proposed_for_quote(*, change: str) -> str | None:
    """The signal that a version of a quote proposes, by what changed in it."""
    return QUOTE_SIGNALS.get(QuoteChange(change)) if change else None
