"""What goes with the words: quotes, decision dates, the buyer's file, seller's actions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from forecasting.engine.world.parameters import WorldParameters
from forecasting.engine.world.records import (
    ContactFacts,
    DateFacts,
    FileFacts,
    QuoteFacts,
    Story,
)
from forecasting.engine.world.talk import Language

DECIDER = "economic_buyer"
CRITERIA = 3
# What an artefact or a statement shows of the buyer's file (domain.md 4.7).
SHOWS = {
    "B08": 1,
    "B42": 2,
    "B09": 3,
    "B13": 4,
    "B14": 5,
    "B07": 6,
    "B17": 7,
    "B40": 7,
    "B18": 8,
}
QUOTE_CHANGES = {"B21": "first", "B22": "scope", "B23": "price", "B24": "for_file"}
REWORKED = ("B22", "B23", "B24")
PUSHES = ("B32", "B33", "B34")
MOST_QUOTES = 4
ODD_LEFT_OUT = 0.7
# Only whoever just took a seat was put in somebody's place; a deal is called off once.
NEVER_BY_CHANCE = frozenset({"B44", "B45", "B46", "B51"})
INSIDE_FILE = frozenset({"B09", "B17", "B40"})
# Nobody says one of each within the same conversation.
RELUCTANT = frozenset({"B01", "B02", "B06", "B10", "B28", "B46", "B49", "B52"})
EAGER = frozenset(
    {"B08", "B09", "B13", "B14", "B27", "B36", "B39", "B40", "B41", "B43", "B48"}
)
OPPOSITE = {"B27": "B28", "B28": "B27", "B43": "B28"}
# How many quotes or moves of the date there have been, at least and at most.
QUOTES_BEFORE = {
    "B21": (0, 0),
    "B22": (1, 3),
    "B23": (1, 3),
    "B24": (2, 3),
    "B31": (1, 9),
}
PUSHES_BEFORE = {"B32": (0, 0), "B33": (1, 3), "B34": (0, 3)}
# One of these was heard in the deal before.
AFTER = {
    "B25": {"B17", "B18", "B19", "B21"},
    "B30": {"B13", "B16", "B22", "B27"},
    "B35": {"B25", "B27", "B43"},
    "B37": {"B20", "B21", "B22", "B23"},
}
ONLY_FROM = {
    "B38": {"legal_security", "technical_evaluator", "procurement", "finance"},
    "B40": {"legal_security", "procurement", "finance", DECIDER},
    "B42": {DECIDER},
    "B48": {"champion", "executive_sponsor", "initiator"},
}
ANY_NUMBER = (0, 99)


@dataclass(slots=True)
class SoFar:
    """What has happened in a deal until now: which signals can have happened next."""

    story: Story
    quotes: int = 0
    pushes: int = 0
    codes: set[str] = field(default_factory=set)
    said: dict[int, set[str]] = field(default_factory=dict)
    by_now: dict[int, set[str]] = field(default_factory=dict)  # in this contact

    def note(self, seat: int, code: str) -> None:
        """Something was signalled."""
        self.codes.add(code)
        self.quotes += code in QUOTE_CHANGES
        self.pushes += code in PUSHES
        self.said.setdefault(seat, set()).add(code)
        self.by_now.setdefault(seat, set()).add(code)

    def bars(self, code: str, *, seat: int, phase: int) -> bool:
        """Whether the signal cannot have happened, of this person and now."""
        if code in NEVER_BY_CHANCE or self._contradicts(code, seat):
            return True
        if code in INSIDE_FILE and not self.story.has_file:
            return True
        if code == "B10" and self.story.has_file and phase >= CRITERIA:
            return True
        if code in AFTER and not self.codes & AFTER[code]:
            return True
        role = self.story.seats[seat].role
        return self._is_out_of_turn(code) or role not in ONLY_FROM.get(code, {role})

    def _is_out_of_turn(self, code: str) -> bool:
        fewest, most = QUOTES_BEFORE.get(code, ANY_NUMBER)
        if not fewest <= self.quotes <= most:
            return True
        fewest, most = PUSHES_BEFORE.get(code, ANY_NUMBER)
        return not fewest <= self.pushes <= most

    def _contradicts(self, code: str, seat: int) -> bool:
        now = self.by_now.get(seat, set())
        if code in now or (code in RELUCTANT and now & EAGER):
            return True
        if code in EAGER and now & RELUCTANT:
            return True
        return OPPOSITE.get(code) in self.said.get(seat, set())


def make_plausible(
    story: Story, *, language: Language, rng: np.random.Generator
) -> None:
    """Put a signal that can have happened in the place of one that cannot, in order."""
    now = SoFar(story)
    for contact in story.contacts:
        kept: list[tuple[int, str]] = []
        now.by_now = {}
        for seat, drawn in contact.signals:
            said = (seat, drawn)
            code = _that_can_be(now, contact.day, said, language=language, rng=rng)
            kept.append((seat, code))
            now.note(seat, code)
        contact.signals = kept


def _that_can_be(
    now: SoFar,
    day: float,
    said: tuple[int, str],
    *,
    language: Language,
    rng: np.random.Generator,
) -> str:
    seat, code = said
    truth = now.story.truth_of(seat)
    phase = truth.phase_at(day)
    stance = int(truth.supports)
    odd = language.rare(stance, phase) if rng.random() < ODD_LEFT_OUT else frozenset()
    if code not in odd and not now.bars(code, seat=seat, phase=phase):
        return code
    barred = {c for c in language.codes if now.bars(c, seat=seat, phase=phase)}
    return language.draw_other(stance, phase, barred=barred | odd, rng=rng)


def follow(story: Story, *, rng: np.random.Generator) -> None:
    """Let the acts follow from the signals: quotes, dates, items of the file."""
    for contact in list(story.contacts):
        for seat, code in contact.signals:
            if code in QUOTE_CHANGES:
                send_quote(story, contact.day, code, to=seat, rng=rng)
            elif code in PUSHES:
                push_date(story, contact.day, code, by=seat, rng=rng)
            if code in SHOWS:
                _show_item(story, contact.day, SHOWS[code], rng=rng)


def send_quote(
    story: Story, day: float, code: str, *, to: int, rng: np.random.Generator
) -> None:
    """Answer the request with a version some days later, if there is still time."""
    sent = day + float(rng.uniform(2, 9))
    last = story.quotes[-1] if story.quotes else None
    if last is not None:
        sent = max(sent, last.day + 1)
    is_late = sent > story.until or not story.seats[to].is_here(sent)
    if is_late or len(story.quotes) > MOST_QUOTES:
        return
    change = QUOTE_CHANGES[code] if last else "first"
    moved = {
        "first": rng.uniform(0.9, 1.1),
        "scope": rng.uniform(0.75, 1.3),
        "price": rng.uniform(0.88, 0.97),
        "for_file": 1.0,
    }[change]
    factor = float(moved) * (last.factor if last else 1.0)
    version = len(story.quotes) + 1
    story.quotes.append(QuoteFacts(sent, version, factor, change, to))
    story.contacts.append(
        ContactFacts(sent, [to], actions=[("A05", (to,))], is_inbound=False)
    )


def push_date(
    story: Story, day: float, code: str, *, by: int | None, rng: np.random.Generator
) -> None:
    """Move the decision date; the first move needs a date to move."""
    if not story.dates:
        set_at = max(0.5, day - float(rng.uniform(20, 50)))
        due = max(day - 1, set_at + 10) + float(rng.uniform(2, 20))
        story.dates.append(DateFacts(set_at, due, by, is_first=True))
    last = story.dates[-1].decision_day
    later = max(last, day) + float(rng.uniform(25, 75))
    if day > story.dates[-1].day:
        story.dates.append(DateFacts(day, later, by, is_linked=code == "B34"))


def _show_item(
    story: Story, day: float, item: int, *, rng: np.random.Generator
) -> None:
    known = {shown.item: shown.state for shown in story.file_items}
    if known.get(item) == "evidenced" or (not story.has_file and item in {3, 7}):
        return
    state = (
        "evidenced" if rng.random() < (0.7 if story.has_file else 0.1) else "claimed"
    )
    if known.get(item) != state:
        story.file_items.append(FileFacts(day, item, state))


def keep_calendar(story: Story, *, rng: np.random.Generator) -> None:
    """Set a first decision date, and move what has passed: most often the seller does."""
    first = float(rng.uniform(15, 60)) * np.sqrt(story.pace)
    if not story.dates and first < story.until:
        due = first + float(rng.uniform(40, 110)) * np.sqrt(story.pace)
        by = story.main.number if rng.random() < 0.6 else None
        if by is not None and not story.seats[by].is_here(first):
            by = None
        story.dates.append(DateFacts(first, due, by, is_first=True))
    while story.dates and story.dates[-1].decision_day + 10 < story.until:
        day = story.dates[-1].decision_day + float(rng.uniform(1, 9))
        later = day + float(rng.uniform(30, 80))
        is_linked = bool(rng.random() < 0.3)
        story.dates.append(DateFacts(day, later, None, is_linked=is_linked))


def act(
    story: Story,
    world: WorldParameters,
    *,
    fits: Mapping[str, Sequence[int]],
    rng: np.random.Generator,
) -> None:
    """Let the seller act at half of the contacts: most often what fits, else at random."""
    last = ""
    for contact in story.contacts:
        if contact.actions or rng.random() < 0.45:
            continue
        offered = [code for code in fits if code not in {"A05", last}]
        phase = story.truth_of(contact.seats[0]).phase_at(contact.day)
        right = [code for code in offered if fits[code][phase] >= 1]
        is_ill_timed = rng.random() < world.talk.ill_timed
        choice = offered if is_ill_timed or not right else right
        code = last = choice[int(rng.integers(len(choice)))]
        contact.actions.append((code, tuple(contact.seats)))
