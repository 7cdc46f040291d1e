"""The five symptoms and the smaller warnings beside them, each with the rows behind it.

Source: domain.md 4.6. Thresholds are expert defaults. A symptom says what is seen; its
`reading` says what it is most likely to mean, and `unclear` where that cannot be told.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from coaching.engine.facts import (
    COMPARISON,
    CRITERIA,
    RESOLVE,
    SELLER,
    SETTLING_DOUBTS,
    STATUS_QUO,
    Contact,
    DateSet,
    Facts,
    Signalled,
)

ANSWERS = frozenset({"B03", "B04", "B13"})
DODGE, PROBE = "B02", "A01"
INSIDE = frozenset({"B08", "B09", "B13", "B14", "B17", "B38", "B40"})
# The file itself. That there are criteria, a path or a resolve says nothing of one.
FILE = frozenset({"B09", "B17", "B38", "B40"})
MUCH_HEARD, LITTLE_INSIDE = 10, 0.05  # so many signals, and so few of them from inside
COUNTED_ON = 0.5  # a seller forecasts what they give at least this chance
NO_FILE, CALLED_OFF = "B10", "B51"
HONEST_DELAY = "B34"
SHIELDS = "B47"
TAKEOVERS = {"B15": "planned_handover", "B46": "hostile_takeover", "B47": "gatekeeping"}
CHANGES = {
    "scope": "criteria_unsettled",
    "price": "doubt_dressed_as_price",
    "for_file": "column_fodder",
}


class Symptom(StrEnum):
    """The five of the founding article, then the extra ones."""

    DATES_PUSHED = "S1"
    PROBING_DODGED = "S2"
    CONTACT_REPLACED = "S3"
    SEVERAL_QUOTES = "S4"
    NO_FILE = "S5"
    SELLER_AHEAD = "seller_ahead"
    HAPPY_EARS = "happy_ears"
    STANCE_WITHOUT_PHASE = "stance_without_phase"
    STALE = "stale"
    PHASE_SPREAD = "phase_spread"
    SINGLE_THREAD = "single_thread"
    UNHEARD_APPROVER = "unheard_approver"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From where on something is a symptom; a workspace may set each."""

    pushes: int = 2
    pushed_share: float = 0.5
    questions: int = 2
    coverage: float = 0.5
    quotes: int = 3
    scope_changes: int = 2
    file_score: float = 0.4
    unresolved_days: float = 30.0
    recent_days: float = 30.0
    bad_fit_share: float = 0.5
    fewest_actions: int = 3
    happy_steps: float = 2.0
    supporter: float = 0.65
    stale_dwells: float = 2.0
    spread: float = 3.0
    influential: float = 0.10


@dataclass(frozen=True, slots=True)
class Finding:
    """A symptom that is there, what it most likely means, about whom, and the rows."""

    symptom: Symptom
    reading: str
    rows: tuple[str, ...]
    people: tuple[str, ...] = ()


def symptoms_of(facts: Facts, *, thresholds: Thresholds | None = None) -> list[Finding]:
    """Return what is there, in the order of `Symptom`; of S2 and the like one a person."""
    limits = thresholds or Thresholds()
    return [finding for detect in DETECTORS for finding in detect(facts, limits)]


def pushes_of(facts: Facts) -> list[DateSet]:
    """The moves to a later day that no event explains."""
    return [
        later
        for earlier, later in pairwise(facts.dates)
        if later.decision_day > earlier.decision_day and not later.is_linked
    ]


def _dates_pushed(facts: Facts, limits: Thresholds) -> Iterator[Finding]:
    pushes = pushes_of(facts)
    if not pushes:
        return
    first = facts.dates[0]
    lead = first.decision_day - first.set_day
    pushed = sum(
        later.decision_day - earlier.decision_day
        for earlier, later in pairwise(facts.dates)
        if later in pushes
    )
    if len(pushes) < limits.pushes and pushed <= limits.pushed_share * lead:
        return
    mover = facts.names.get(pushes[-1].moved_by) or _weightiest(facts.heard)
    yield Finding(
        Symptom.DATES_PUSHED,
        _why_pushed(facts, pushes, mover),
        tuple(push.key for push in pushes),
        (mover.key,) if mover else (),
    )


def _why_pushed(facts: Facts, pushes: list[DateSet], mover: Contact | None) -> str:
    if all(push.moved_by == SELLER for push in pushes):
        return "seller_caused"
    if mover is None or not mover.heard:
        return "unclear"
    last = pushes[-1].set_day
    if any(
        s.code == HONEST_DELAY and s.person == mover.key and s.day >= last
        for s in facts.signals
    ):
        return "honest_delay"
    early = mover.share_before(RESOLVE)
    doubts = mover.phases[SETTLING_DOUBTS]
    if max(early, doubts) < 0.4:
        return "unclear"
    return "status_quo_stall" if early >= doubts else "indecision_stall"


def _probing_dodged(facts: Facts, limits: Thresholds) -> Iterator[Finding]:
    for contact in facts.active:
        said = [s for s in facts.signals if s.person == contact.key]
        answers = [s.day for s in said if s.code in ANSWERS]
        answered = max(answers, default=-1e9)
        asked = [
            a
            for a in facts.actions
            if a.code == PROBE and contact.key in a.people and a.day > answered
        ]
        dodged = [s for s in said if s.code == DODGE and s.day > answered]
        if len(asked) < limits.questions or not dodged:
            continue
        yield Finding(
            Symptom.PROBING_DODGED,
            _why_dodged(contact, dodges=len(dodged), answers=len(answers)),
            (*(a.key for a in asked), *(s.key for s in dodged)),
            (contact.key,),
        )


def _why_dodged(contact: Contact, *, dodges: int, answers: int) -> str:
    """Where they stand may explain it; less so of who dodged again and hardly ever answered."""
    no_need, past_it = contact.phases[STATUS_QUO], contact.share_from(COMPARISON)
    is_plain = no_need >= 0.4 or past_it >= 0.9
    if dodges > 1 and answers < 2 and not is_plain:
        return "no_trust_or_wrong_person"
    if past_it >= 0.5:
        return "too_late"
    return "too_early" if no_need >= 0.4 else "no_trust_or_wrong_person"


def _contact_replaced(facts: Facts, limits: Thresholds) -> Iterator[Finding]:
    """Few of those who decide are heard, or the one contact is gone, heir or none.

    That somebody took over is heard of them, and says nothing of their mind: an heir counts
    as new until they have decided to change.
    """
    heirs = [c for c in facts.active if c.replaces]
    lost = [c for c in facts.contacts if c.heard and not c.is_active]
    is_new = any(not heir.reached(RESOLVE) for heir in heirs)
    thin = (
        facts.anyone_reached(CRITERIA)
        and facts.coverage is not None
        and facts.coverage < limits.coverage
    )
    unheard = is_new or not any(c.approves for c in facts.heard)
    alone = len(facts.active) == 1 and unheard
    bereft = bool(lost) and not facts.heard
    if not (thin or bereft or (alone and (facts.heard or heirs))):
        return
    told = [s for s in facts.signals if s.code in TAKEOVERS]
    about = _about_takeover(facts, told, heirs)
    yield Finding(
        Symptom.CONTACT_REPLACED,
        TAKEOVERS[about[-1].code] if about else "unclear",
        tuple(s.key for s in told),
        tuple(c.key for c in heirs or facts.heard or lost),
    )


def _about_takeover(
    facts: Facts, told: list[Signalled], heirs: list[Contact]
) -> list[Signalled]:
    """What tells why: of an heir all they and who sat there said, else who shields others.

    Nobody hands over or takes over where there is no heir, and nobody is shielded of whom
    we heard since.
    """
    if heirs:
        of = {key for heir in heirs for key in (heir.key, heir.replaces)}
        return [s for s in told if s.person in of]
    shields = [s for s in told if s.code == SHIELDS]
    return [
        s
        for s in shields
        if not any(o.day > s.day and o.person != s.person for o in facts.signals)
    ]


def _several_quotes(facts: Facts, limits: Thresholds) -> Iterator[Finding]:
    changes = Counter(q.change for q in facts.quotes if q.change in CHANGES)
    many = len(facts.quotes) >= limits.quotes
    if not many and changes["scope"] < limits.scope_changes:
        return
    most = max(CHANGES, key=lambda change: changes[change])
    yield Finding(
        Symptom.SEVERAL_QUOTES,
        CHANGES[most] if changes[most] else "unclear",
        tuple(q.key for q in facts.quotes),
    )


def _no_file(facts: Facts, limits: Thresholds) -> Iterator[Finding]:
    file = [s for s in facts.signals if s.code in FILE]
    unresolved = _unresolved(facts, file, days=limits.unresolved_days)
    is_expected = facts.anyone_reached(COMPARISON) or facts.seller_forecasts
    has_file = facts.file_score is not None and facts.file_score >= limits.file_score
    thin = is_expected and not has_file and not file
    if not unresolved and not thin:
        return
    yield Finding(
        Symptom.NO_FILE,
        _why_no_file(facts, file),
        tuple(s.key for s in unresolved),
        tuple(dict.fromkeys(s.person for s in unresolved)),
    )


def _unresolved(facts: Facts, file: list[Signalled], *, days: float) -> list[Signalled]:
    """Asked for the file and not answered, long ago, and nothing of it shown since."""
    last = max((s.day for s in file), default=-1e9)
    asked = [s for s in facts.signals if s.code == NO_FILE and s.day > last]
    return asked if asked and facts.today - asked[0].day >= days else []


def _why_no_file(facts: Facts, file: list[Signalled]) -> str:
    """Hidden is what much was heard around and next to nothing of, although we asked."""
    if any(c.sponsors and not c.is_active for c in facts.contacts):
        return "lost_its_sponsor"
    inside = sum(s.code in INSIDE - FILE for s in facts.signals)
    is_silent = len(facts.signals) >= MUCH_HEARD and (
        inside <= LITTLE_INSIDE * len(facts.signals)
    )
    if is_silent and _unresolved(facts, file, days=0):
        return "hidden_project"
    return "unclear" if file else "never_a_project"


def _seller_ahead(facts: Facts, limits: Thresholds) -> Iterator[Finding]:
    recent = [
        a for a in facts.actions if a.fits and facts.today - a.day <= limits.recent_days
    ]
    bad = [a for a in recent if min(a.fits) < 0]
    if len(recent) < limits.fewest_actions:
        return
    if len(bad) > limits.bad_fit_share * len(recent):
        people = dict.fromkeys(who for a in bad for who in a.people)
        yield Finding(
            Symptom.SELLER_AHEAD, "", tuple(a.key for a in bad), tuple(people)
        )


def _happy_ears(facts: Facts, limits: Thresholds) -> Iterator[Finding]:
    """Somebody of ours put a person further than what was heard since bears out."""
    for said in facts.readings:
        contact = facts.names.get(said.person)
        if contact is None or not contact.is_active:
            continue
        later = [
            s for s in facts.signals if s.person == said.person and s.day > said.day
        ]
        if later and said.phase + 1 - contact.expected_phase >= limits.happy_steps:
            rows = (said.key, *(s.key for s in later))
            yield Finding(Symptom.HAPPY_EARS, "", rows, (said.person,))


def _stance_without_phase(facts: Facts, limits: Thresholds) -> Iterator[Finding]:
    for contact in facts.heard:
        is_for = contact.stance is not None and contact.stance > limits.supporter
        if is_for and not contact.reached(RESOLVE):
            yield Finding(Symptom.STANCE_WITHOUT_PHASE, "", (), (contact.key,))


def _stale(facts: Facts, limits: Thresholds) -> Iterator[Finding]:
    for contact in facts.heard:
        silent = contact.silent_days or 0.0
        if silent > limits.stale_dwells * contact.median_dwell_days:
            yield Finding(Symptom.STALE, "", (), (contact.key,))


def _phase_spread(facts: Facts, limits: Thresholds) -> Iterator[Finding]:
    weighty = [c for c in facts.heard if c.weight >= limits.influential]
    if len(weighty) < 2:
        return
    ordered = sorted(weighty, key=lambda c: (c.expected_phase, c.key))
    if ordered[-1].expected_phase - ordered[0].expected_phase >= limits.spread:
        ends = (ordered[0].key, ordered[-1].key)
        yield Finding(Symptom.PHASE_SPREAD, "", (), ends)


def _single_thread(facts: Facts, limits: Thresholds) -> Iterator[Finding]:
    """Several are in the deal, and only one of them is heard."""
    if len(facts.heard) == 1 and len(facts.active) > 1:
        yield Finding(Symptom.SINGLE_THREAD, "", (), (facts.heard[0].key,))


def _unheard_approver(facts: Facts, limits: Thresholds) -> Iterator[Finding]:
    unheard = [c.key for c in facts.active if c.approves and not c.heard]
    if facts.anyone_reached(CRITERIA) and unheard:
        yield Finding(Symptom.UNHEARD_APPROVER, "", (), tuple(unheard))


def _weightiest(contacts: list[Contact]) -> Contact | None:
    return max(contacts, key=lambda c: (c.weight, c.key), default=None)


DETECTORS: tuple[Callable[[Facts, Thresholds], Iterator[Finding]], ...] = (
    _dates_pushed,
    _probing_dodged,
    _contact_replaced,
    _several_quotes,
    _no_file,
    _seller_ahead,
    _happy_ears,
    _stance_without_phase,
    _stale,
    _phase_spread,
    _single_thread,
    _unheard_approver,
)
