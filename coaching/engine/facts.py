"""What a detector looks at: one deal, as of one moment. Days are floats since 1970."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from readiness.engine.arrays import Vector

ANCHORS = (
    "status_quo",
    "recognition",
    "resolve",
    "criteria",
    "comparison",
    "settling_doubts",
    "commitment",
)
(
    STATUS_QUO,
    RECOGNITION,
    RESOLVE,
    CRITERIA,
    COMPARISON,
    SETTLING_DOUBTS,
    COMMITMENT,
) = range(7)
SELLER = "seller"  # in place of a person who moved a date


@dataclass(frozen=True, slots=True)
class Contact:
    """A person in the deal: π by anchor, and what follows from who they are.

    `heard` counts buyer-side signals; `silent_days` since the last one is None when
    there is none. `stance` is P(for), None when nothing bearing on it was heard.
    `median_dwell_days` belongs to the phase they most likely stood in when last heard.
    """

    key: str
    phases: Vector
    heard: int = 0
    silent_days: float | None = None
    stance: float | None = None
    weight: float = 1.0
    approves: bool = False
    sponsors: bool = False
    is_active: bool = True
    replaces: str | None = None
    median_dwell_days: float = 30.0
    joined_day: float = 0.0

    def reached(self, phase: int) -> bool:
        """P(≥ phase) ≥ .5. Source: domain.md 4.6."""
        return self.share_from(phase) >= 0.5

    def share_from(self, phase: int) -> float:
        return sum(self.phases[phase:])

    def share_before(self, phase: int) -> float:
        return sum(self.phases[:phase])

    @property
    def expected_phase(self) -> float:
        """From 1 to 7, as phases are counted."""
        return sum(place * chance for place, chance in enumerate(self.phases, start=1))


@dataclass(frozen=True, slots=True)
class Signalled:
    """A buyer-side signal."""

    key: str
    code: str
    person: str
    day: float


@dataclass(frozen=True, slots=True)
class Acted:
    """A step of ours towards some people, and how it fits each, from -2 to 2."""

    key: str
    code: str
    people: tuple[str, ...]
    day: float
    fits: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class DateSet:
    """A decision date, when it was set, and by whom it was moved: a person, us, or ""."""

    key: str
    set_day: float
    decision_day: float
    is_linked: bool = False
    moved_by: str = ""


@dataclass(frozen=True, slots=True)
class QuoteSent:
    """A version of a quote: first, scope, price or for_file."""

    key: str
    day: float
    change: str = "first"


@dataclass(frozen=True, slots=True)
class HumanReading:
    """Where somebody of ours put a person, instead of the model."""

    key: str
    person: str
    phase: int
    day: float


@dataclass(frozen=True, slots=True)
class Facts:
    """One open deal. `coverage` is the mapped influence heard in 45 days, None: nobody.

    `file_score` is D of the purchase file, None when no item was ever filled in;
    `seller_forecasts` says that the seller's last figure is at least even.
    """

    today: float
    contacts: Sequence[Contact] = ()
    signals: Sequence[Signalled] = ()
    actions: Sequence[Acted] = ()
    dates: Sequence[DateSet] = ()
    quotes: Sequence[QuoteSent] = ()
    readings: Sequence[HumanReading] = ()
    coverage: float | None = None
    file_score: float | None = None
    seller_forecasts: bool = False
    names: Mapping[str, Contact] = field(init=False)

    def __post_init__(self) -> None:
        """Order everything by its day, and find people by key."""
        for name, by in (("signals", "day"), ("actions", "day"), ("quotes", "day")):
            rows = sorted(getattr(self, name), key=lambda r: (getattr(r, by), r.key))
            object.__setattr__(self, name, tuple(rows))
        dates = sorted(self.dates, key=lambda row: (row.set_day, row.key))
        object.__setattr__(self, "dates", tuple(dates))
        object.__setattr__(self, "names", {c.key: c for c in self.contacts})

    @property
    def active(self) -> list[Contact]:
        return [contact for contact in self.contacts if contact.is_active]

    @property
    def heard(self) -> list[Contact]:
        return [contact for contact in self.active if contact.heard]

    def anyone_reached(self, phase: int) -> bool:
        return any(contact.reached(phase) for contact in self.heard)
