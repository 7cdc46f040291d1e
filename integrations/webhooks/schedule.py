"""When to try again. No Django, no clock: ten attempts over 75 hours."""

from datetime import datetime, timedelta
from uuid import UUID

HOURS = 3_600
# Seconds from each attempt to the next, as Standard Webhooks proposes them.
WAITS = (
    *(5, 300, 1_800),
    *(2 * HOURS, 5 * HOURS, 10 * HOURS, 14 * HOURS, 20 * HOURS, 24 * HOURS),
)
MOST_ATTEMPTS = len(WAITS) + 1
WHOLE = timedelta(seconds=sum(WAITS))
JITTER = 0.1
GREATEST_WAIT = timedelta(hours=24)

# An endpoint from which nothing comes back is asked ever more seldom, one delivery at a
# time, so that it costs a worker ten seconds in five minutes and not its whole day.
SOUND_UNTIL = 5  # failures in a row
FIRST_REST, LONGEST_REST = timedelta(seconds=15), timedelta(minutes=5)


def due_again(
    *, delivery_id: UUID, attempts: int, now: datetime, asked: timedelta | None = None
) -> datetime | None:
    """When to try after so many failed attempts; None when that was the last.

    `asked` is the receiver's Retry-After. The id spreads those that failed together.
    """
    if attempts >= MOST_ATTEMPTS:
        return None
    wait = WAITS[attempts - 1] * (1 + JITTER * (delivery_id.int % 1_000) / 1_000)
    longest = max(timedelta(seconds=wait), min(asked or timedelta(0), GREATEST_WAIT))
    return now + longest


def wakes(*, failures: int, now: datetime) -> datetime | None:
    """Until when an endpoint rests that failed so often in a row; None when it need not."""
    beyond = failures - SOUND_UNTIL
    if beyond < 0:
        return None
    rest: timedelta = FIRST_REST * 2 ** min(beyond, 10)
    return now + min(rest, LONGEST_REST)
