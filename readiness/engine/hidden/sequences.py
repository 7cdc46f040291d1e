"""Observations of many sequences, laid out so that all of them take a step together."""

from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from readiness.engine.arrays import Floats, Integers


class Kind(IntEnum):
    """What is known of the way from one observation to the next.

    SEEN: nothing, any number of jumps in between. ENTRY: the state now was entered at
    this very time. STAY: no jump since the last observation. JUMP: exactly one jump
    since, at this very time.
    """

    SEEN = 0
    ENTRY = 1
    STAY = 2
    JUMP = 3


@dataclass(frozen=True, slots=True, eq=False)
class Sequences:
    """M observations of N sequences in the order in which they are filtered.

    Sequences stand by falling length: `sequence` (N,) names them. First come the first
    observations of all, then the second ones of those that have two, and so on;
    `active` (T,) says how many take each step. Each array (M,): `days` since the
    observation before (or the prior), `kind`, `column` (a row of the emission table),
    `owner` the sequence, `before` the place of the observation before (-1: the prior)
    and `given` the place in the caller's order.
    """

    sequence: Integers
    active: Integers
    days: Floats
    kind: Integers
    column: Integers
    owner: Integers
    before: Integers
    given: Integers

    @property
    def count(self) -> int:
        """The number of sequences."""
        return len(self.sequence)

    @property
    def is_plain(self) -> bool:
        """Whether no jump was timed."""
        return not self.kind.any()

    def slices(self) -> list[slice]:
        """The observations of each step; those of step t continue the first of t - 1."""
        ends = np.cumsum(self.active).tolist()
        return [slice(first, end) for first, end in pairwise([0, *ends])]

    def in_given_order(self, values: npt.NDArray[np.generic]) -> Floats:
        """Return rows (M, ...) of this order in the order the caller gave."""
        answer = np.empty(values.shape)
        answer[self.given] = values
        return answer


def sequences_of(
    *,
    sequence: npt.ArrayLike,
    days: npt.ArrayLike,
    column: npt.ArrayLike,
    kind: npt.ArrayLike | None = None,
    count: int | None = None,
) -> Sequences:
    """Return the sequences laid out for filtering.

    Each array (M,): `sequence` 0..N-1, the observations of one in the order of time but
    otherwise mixed as they come; `days` since the one before in the chain's unit of
    time; `column` >= 0; `kind` a `Kind`, SEEN for all when None. `count` is N when the
    last sequences may have no observation.

    :raises ValueError: if the shapes differ, a sequence, column or kind cannot be, or
        a duration is negative or not finite.
    """
    owner = np.asarray(sequence, dtype=np.int64)
    waits = np.asarray(days, dtype=np.float64)
    columns = np.asarray(column, dtype=np.int64)
    kinds = np.zeros(len(owner)) if kind is None else np.asarray(kind)
    found = int(owner.max(initial=-1)) + 1
    wanted = found if count is None else count
    _check(owner, waits, column=columns, kind=kinds, fits=found <= wanted)
    lengths = np.bincount(owner, minlength=wanted)
    by_owner = np.argsort(owner, kind="stable")
    step = np.empty(len(owner), dtype=np.int64)
    step[by_owner] = (
        np.arange(len(owner)) - (np.cumsum(lengths) - lengths)[owner[by_owner]]
    )
    longest_first = np.argsort(-lengths, kind="stable")
    rank = np.empty(wanted, dtype=np.int64)
    rank[longest_first] = np.arange(wanted)
    given = np.lexsort((rank[owner], step))
    active = np.bincount(step, minlength=int(lengths.max(initial=0)))
    starts = np.cumsum(active) - active
    at_step, at_rank = step[given], rank[owner[given]]
    before = np.where(at_step > 0, starts[at_step - 1] + at_rank, -1)
    return Sequences(
        sequence=longest_first,
        active=active,
        days=waits[given],
        kind=kinds.astype(np.int64)[given],
        column=columns[given],
        owner=owner[given],
        before=before,
        given=given,
    )


def _check(
    owner: Integers,
    days: Floats,
    *,
    column: Integers,
    kind: npt.NDArray[np.generic],
    fits: bool,
) -> None:
    shapes = {values.shape for values in (owner, days, column, kind)}
    if len(shapes) != 1 or owner.ndim != 1:
        raise ValueError(f"The observations differ in shape: {sorted(shapes)}.")
    if not fits or (owner < 0).any():
        raise ValueError("An observation belongs to a sequence that does not exist.")
    wrong = ~((days >= 0) & np.isfinite(days))
    if wrong.any():
        raise ValueError(f"Days must be 0 or more, not {float(days[wrong][0])!r}.")
    if (column < 0).any():
        raise ValueError(f"There is no column {int(column.min())}.")
    if not np.isin(kind, list(Kind)).all():
        raise ValueError("There is no such kind of observation.")
