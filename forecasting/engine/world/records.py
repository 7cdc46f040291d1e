"""What a world tells of a deal: the observable facts, and the truth beside them.

All days are counted from the day the deal began; people are numbered within the deal.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

Stay = tuple[int, float]  # a phase, and the day on which it was entered


@dataclass(frozen=True, slots=True)
class PersonTruth:
    """What nobody can see of one person: never learned from, only compared with.

    `seat` is the person's place in `Story.seats`, None for someone never found; `weight`
    is their share of all influence.
    """

    seat: int | None
    role: str
    supports: bool
    speed: float
    stays: tuple[Stay, ...]
    weight: float = 0.0

    def phase_at(self, day: float) -> int:
        """The true phase on a day."""
        return [phase for phase, entered in self.stays if entered <= day][-1]


@dataclass(slots=True)
class SeatFacts:
    """A person the seller has met. `main` is who the seller talks with most."""

    number: int
    role: str
    influence: int
    joined: float
    left: float | None = None
    replaced_by: int | None = None
    replaces: int | None = None
    is_main: bool = False

    def is_here(self, day: float) -> bool:
        """Whether this seat is taken by this person on that day."""
        return self.joined <= day and (self.left is None or day < self.left)


@dataclass(slots=True)
class ContactFacts:
    """One conversation: who took part, what each signalled, what the seller did."""

    day: float
    seats: list[int]
    signals: list[tuple[int, str]] = field(default_factory=list)
    actions: list[tuple[str, tuple[int, ...]]] = field(default_factory=list)
    is_inbound: bool = False


@dataclass(frozen=True, slots=True)
class DateFacts:
    """The decision date was set or moved; `by` None: by the seller."""

    day: float
    decision_day: float
    by: int | None
    is_linked: bool = False
    is_first: bool = False


@dataclass(frozen=True, slots=True)
class QuoteFacts:
    """A version of the quote; `factor` times the deal's amount."""

    day: float
    version: int
    factor: float
    change: str
    to: int


@dataclass(frozen=True, slots=True)
class FileFacts:
    """An item of the buyer's own file became known."""

    day: float
    item: int
    state: str


@dataclass(frozen=True, slots=True)
class SellerFacts:
    """What the seller believed: a stage (None: unchanged), a percentage, a closing day."""

    day: float
    stage: str | None
    probability: float
    close_day: float


@dataclass(frozen=True, slots=True)
class WordsFacts:
    """A phase in somebody's words: the buyer's own, or the seller's reading."""

    day: float
    seat: int
    phase: int


@dataclass(frozen=True, slots=True)
class ReviewFacts:
    """What was said when the deal was closed."""

    file_existed: str
    stopped_by: int | None
    phases: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Causes:
    """Why a deal shows a symptom, hidden like the truth of a person.

    By seat: whose mind is closed to questions (`guarded` always, `no_need` in the first
    phase, `past_it` from comparing on), the spells out of touch, and how a successor came.
    `gatekeeper` shields the others from `shielded_from` on. `file` is shown, kept_inside,
    none, or lost on `file_lost_on`. Somebody in touch talks with us alone every `talk_days`.
    """

    closed: Mapping[int, frozenset[str]]
    away: Mapping[int, tuple[tuple[float, float], ...]]
    takeovers: Mapping[int, str]
    gatekeeper: int | None
    shielded_from: float
    file: str
    file_lost_on: float
    talk_days: float

    def is_in_touch(self, seat: int, day: float) -> bool:
        """Whether one can talk with somebody, if they are there."""
        if day >= self.shielded_from and seat != self.gatekeeper:
            return False
        return not any(begin <= day < end for begin, end in self.away.get(seat, ()))


@dataclass(slots=True)
class Story:
    """One deal, told up to `until`; `outcome` is "open" when it had not ended by then.

    `ago` is how many days have passed since.
    """

    deal: int
    importance: str
    pace: float
    until: float
    outcome: str
    has_file: bool
    truth: tuple[PersonTruth, ...]
    size: int
    seats: list[SeatFacts] = field(default_factory=list)
    contacts: list[ContactFacts] = field(default_factory=list)
    dates: list[DateFacts] = field(default_factory=list)
    quotes: list[QuoteFacts] = field(default_factory=list)
    file_items: list[FileFacts] = field(default_factory=list)
    seller: list[SellerFacts] = field(default_factory=list)
    confirmations: list[WordsFacts] = field(default_factory=list)
    overrides: list[WordsFacts] = field(default_factory=list)
    links: list[tuple[int, int, int]] = field(default_factory=list)
    review: ReviewFacts | None = None
    symptom: str = ""
    ago: float = 0.0
    causes: Causes | None = None

    @property
    def main(self) -> SeatFacts:
        """Who the seller talks with most at the end of the story."""
        here = [seat for seat in self.seats if seat.is_here(self.until)]
        return next((seat for seat in here if seat.is_main), here[0])

    def truth_of(self, seat: int) -> PersonTruth:
        """The truth about the person in a seat."""
        return next(person for person in self.truth if person.seat == seat)
