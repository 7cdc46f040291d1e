"""Hidden causes of symptoms: drawn before anything is said, then shown, never plainly.

What a detector sees is what a seller noted of talks that these causes shape; what it is
judged by is `true_symptoms`, which reads the causes and the true phases alone.
"""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from forecasting.engine.world.acts import SHOWS
from forecasting.engine.world.parameters import Hidden
from forecasting.engine.world.records import (
    Causes,
    ContactFacts,
    PersonTruth,
    SeatFacts,
    Story,
)

ANSWERS = ("B03", "B04", "B13")  # to probing, the likelier the further one is
INSIDE = frozenset({"B08", "B09", "B13", "B14", "B17", "B38", "B40"})
OF_FILE = ("B09", "B14")
STATUS_QUO, RESOLVE, CRITERIA, COMPARISON, DOUBTS = 0, 2, 3, 4, 5
SPONSOR, DECIDER = "executive_sponsor", "economic_buyer"
HALF = 0.5
FILES = {
    "none": "never_a_project",
    "lost": "lost_its_sponsor",
    "kept_inside": "hidden_project",
}


def draw_causes(story: Story, hidden: Hidden, *, rng: np.random.Generator) -> Causes:
    """Draw the causes of one deal."""
    shares = {
        "guarded": hidden.guarded,
        "no_need": hidden.sees_no_need,
        "past_it": hidden.past_it,
    }
    is_gated = len(story.seats) > 1 and rng.random() < hidden.gatekeeper
    file, lost_on = _file(story, hidden, rng=rng)
    return Causes(
        closed={
            seat.number: frozenset(
                name for name, share in shares.items() if rng.random() < share
            )
            for seat in story.seats
        },
        away={
            seat.number: tuple(_spells(story, seat, hidden, rng=rng))
            for seat in story.seats
        },
        takeovers={
            seat.number: _takeover(story, seat, hidden, rng=rng)
            for seat in story.seats
            if seat.replaces is not None
        },
        gatekeeper=story.seats[0].number if is_gated else None,
        shielded_from=(
            float(rng.uniform(20, 200)) * float(np.sqrt(story.pace))
            if is_gated
            else np.inf
        ),
        file=file,
        file_lost_on=lost_on,
        talk_days=hidden.talk_days,
    )


def _spells(
    story: Story, seat: SeatFacts, hidden: Hidden, *, rng: np.random.Generator
) -> Iterator[tuple[float, float]]:
    """Whom the seller talks with most is out of touch least."""
    stretch = float(np.sqrt(story.pace)) * (3.0 if seat.is_main else 1.0)
    day = seat.joined
    while day < story.until:
        begin = day + float(rng.exponential(hidden.touch_days)) * stretch
        day = begin + float(rng.exponential(hidden.away_days))
        yield begin, day


def _takeover(
    story: Story, seat: SeatFacts, hidden: Hidden, *, rng: np.random.Generator
) -> str:
    if rng.random() < hidden.planned:
        return "planned_handover"
    is_against = not story.truth_of(seat.number).supports
    return "hostile_takeover" if is_against else "unclear"


def _file(
    story: Story, hidden: Hidden, *, rng: np.random.Generator
) -> tuple[str, float]:
    """Whether there is a file, and the day on which who carried it left."""
    if story.has_file:
        is_kept = rng.random() < hidden.kept_inside
        return ("kept_inside" if is_kept else "shown"), np.inf
    sponsors = [
        seat for seat in story.seats if seat.role == SPONSOR and seat.replaces is None
    ]
    if not sponsors or rng.random() >= hidden.lost_sponsor:
        return "none", np.inf
    first = sponsors[0]
    if first.left is None:
        first.left = float(rng.uniform(first.joined + 10, first.joined + 250))
    return "lost", first.left


def show_causes(story: Story, hidden: Hidden, *, rng: np.random.Generator) -> None:
    """Let the causes shape the talks of a story that has been drawn."""
    for contact in story.contacts:
        _keep_inside(story, contact, hidden, rng=rng)
        _probe(story, contact, hidden, rng=rng)
        _ask_for_file(story, contact, hidden, rng=rng)
        _shield(story, contact, hidden, rng=rng)
    _tell_of_takeovers(story, hidden, rng=rng)


def _keep_inside(
    story: Story, contact: ContactFacts, hidden: Hidden, *, rng: np.random.Generator
) -> None:
    """What is not for us to see is let slip now and then."""
    if file_at(story, contact.day) == "kept_inside":
        told = INSIDE | set(SHOWS)
        contact.signals = [
            said
            for said in contact.signals
            if said[1] not in told or rng.random() < hidden.slip
        ]


def _probe(
    story: Story, contact: ContactFacts, hidden: Hidden, *, rng: np.random.Generator
) -> None:
    """Ask how it goes today: some answer, some do not, and not all of it is noted."""
    for seat in contact.seats:
        why = closed_because(story, seat, contact.day)
        if why:
            contact.signals = [
                said
                for said in contact.signals
                if said[0] != seat
                or said[1] not in ANSWERS
                or rng.random() < hidden.slip
            ]
    if rng.random() >= hidden.probing:
        return
    contact.actions.append(("A01", tuple(contact.seats)))
    for seat in contact.seats:
        is_closed = bool(closed_because(story, seat, contact.day))
        dodges = is_closed != (rng.random() < hidden.slip)
        phase = story.truth_of(seat).phase_at(contact.day)
        answer = ANSWERS[min(phase, 4) // 2]
        if rng.random() < hidden.noted:
            contact.signals.append((seat, "B02" if dodges else answer))


def _ask_for_file(
    story: Story, contact: ContactFacts, hidden: Hidden, *, rng: np.random.Generator
) -> None:
    if rng.random() >= hidden.asking:
        return
    is_shown = file_at(story, contact.day) == "shown"
    tells = is_shown != (rng.random() < hidden.slip)
    if rng.random() < hidden.noted:
        code = OF_FILE[int(rng.integers(2))] if tells else "B10"
        contact.signals.append((contact.seats[0], code))


def _shield(
    story: Story, contact: ContactFacts, hidden: Hidden, *, rng: np.random.Generator
) -> None:
    causes = story.causes
    if causes is None or contact.day < causes.shielded_from:
        return
    if rng.random() < hidden.noted / 3:  # the seller asks for the others now and then
        contact.signals.append((contact.seats[0], "B47"))


def _tell_of_takeovers(
    story: Story, hidden: Hidden, *, rng: np.random.Generator
) -> None:
    if story.causes is None:
        return
    for heir, how in story.causes.takeovers.items():
        first = [contact for contact in story.contacts if heir in contact.seats][:2]
        before = story.seats[heir].replaces
        last = [c for c in story.contacts if before is not None and before in c.seats]
        if how == "planned_handover" and last and rng.random() < hidden.noted:
            last[-1].signals.append((last[-1].seats[0], "B15"))
        if how == "hostile_takeover":
            for contact in first:
                if rng.random() < hidden.noted:
                    contact.signals.append((heir, "B46"))


def file_at(story: Story, day: float) -> str:
    """Whether the buyer's file is there and shown on a day: shown, kept_inside, none, lost."""
    if story.causes is None:
        return "shown" if story.has_file else "none"
    if story.causes.file == "lost" and day < story.causes.file_lost_on:
        return "shown"
    return story.causes.file


def closed_because(story: Story, seat: int, day: float) -> str:
    """Why somebody gives questions no answer on a day; "" for who does."""
    traits = story.causes.closed[seat] if story.causes else frozenset[str]()
    phase = story.truth_of(seat).phase_at(day)
    if "guarded" in traits:
        return "no_trust_or_wrong_person"
    if "no_need" in traits and phase == STATUS_QUO:
        return "too_early"
    return "too_late" if "past_it" in traits and phase >= COMPARISON else ""


def true_symptoms(story: Story, day: float) -> dict[str, frozenset[str]]:
    """What truly lies behind S1, S3 and S5 on a day; nothing where one is not there.

    From causes, true phases and true weights alone: nothing of what was said or noted. Of
    S1 it is why whoever pushed the date last did so. For S2 ask `closed_because` of each.
    """
    causes = story.causes
    if causes is None:
        raise ValueError("This world was made without hidden causes.")
    here = [
        seat
        for seat in story.seats
        if seat.is_here(day) and causes.is_in_touch(seat.number, day)
    ]
    file = FILES.get(file_at(story, day), "")
    is_missed = bool(file) and _has_come_to(COMPARISON, story, day)
    return {
        "S1": _why_moved(story, day),
        "S3": frozenset(_hangs_on_one(story, here, day)),
        "S5": frozenset({file} if is_missed else ()),
    }


def _why_moved(story: Story, day: float) -> frozenset[str]:
    """By where whoever pushed the date last, without an event, truly stood that day."""
    pushes = [
        later
        for earlier, later in pairwise(story.dates)
        if later.day <= day and later.decision_day > earlier.decision_day
        if not later.is_linked
    ]
    if not pushes:
        return frozenset()
    last = pushes[-1]
    if last.by is None:
        return frozenset({"seller_caused"})
    phase = story.truth_of(last.by).phase_at(last.day)
    if phase < RESOLVE:
        return frozenset({"status_quo_stall"})
    return frozenset({"indecision_stall" if phase == DOUBTS else "unclear"})


def _has_come_to(phase: int, story: Story, day: float) -> bool:
    """Whether somebody we met has truly come so far by a day."""
    return any(
        stood >= phase and entered <= day
        for person in story.truth
        if person.seat is not None
        for stood, entered in person.stays
    )


def _hangs_on_one(story: Story, here: list[SeatFacts], day: float) -> Iterator[str]:
    """Why the deal hangs on few: most of the true influence is out of our reach.

    Or a single contact is all there is, who does not decide or is new and has not decided
    that anything must change.
    """
    people = [story.truth_of(seat.number) for seat in here]
    reached = any(person.phase_at(day) >= CRITERIA for person in people)
    is_thin = reached and sum(person.weight for person in people) < HALF
    is_alone = len(here) == 1 and not _decides(here[0], people[0], day)
    if is_thin or is_alone or not here:
        yield from _behind(story, here, day) or ("unclear",)


def _decides(seat: SeatFacts, person: PersonTruth, day: float) -> bool:
    is_settled = seat.replaces is None or person.phase_at(day) >= RESOLVE
    return seat.role == DECIDER and is_settled


def _behind(story: Story, here: list[SeatFacts], day: float) -> tuple[str, ...]:
    causes = story.causes
    if causes is None:
        return ()
    if day >= causes.shielded_from:
        return ("gatekeeping",)
    came = [causes.takeovers.get(seat.number, "") for seat in here]
    return tuple(dict.fromkeys(how for how in came if how))
