"""Deals of a synthetic world as the detectors see them on some day of their life.

The same engines as the product's, fed with what was noted by that day; beside it what is
hidden: `true_symptoms`, which reads nothing that was noted.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from coaching.engine.facts import (
    SELLER,
    Acted,
    Contact,
    DateSet,
    Facts,
    QuoteSent,
    Signalled,
)
from coaching.engine.symptoms import COUNTED_ON, symptoms_of
from forecasting.engine.group import coverage
from forecasting.engine.purchase_file import FileSignal, ItemState, purchase_file
from forecasting.engine.seats import Group, Influence, Person, group_of
from forecasting.engine.world.causes import closed_because, true_symptoms
from forecasting.engine.world.parameters import Hidden, Talk, WorldParameters
from forecasting.engine.world.records import SeatFacts, Story
from forecasting.engine.world.story import make_world, tell
from readiness.engine.arrays import SECONDS_PER_DAY
from readiness.engine.evidence import TEMPERS
from readiness.engine.records import Confirmation, Reading, Signal
from readiness.engine.replay import replay
from tests.forecasting.engine.foretelling import INFLUENCES, ROLES, SIZES
from tests.forecasting.engine.test_world import FITS
from tests.readiness.engine.learning.worlds import EXPERT

DAYS = (45, 90, 150, 225, 315)  # as of so many days since the deal began
TWO_YEARS = 730.0
CLASSES = dict(zip(EXPERT.catalogue.rows, EXPERT.catalogue.classes, strict=True))


@dataclass(frozen=True)
class Case:
    """A deal on a day, for S2 somebody in it: the truth, what is said, single facts.

    Truth and what is said are what lies behind the symptom, each empty where it is not there.
    """

    symptom: str
    deal: int
    truth: frozenset[str]
    said: frozenset[str]
    single: Mapping[str, float]


@cache
def cases(seed: int, deals: int) -> tuple[Case, ...]:
    """Each deal of a world on each of the days on which it is still open."""
    world = make_world(
        WorldParameters(
            deals=deals, replaced=0.15, talk=Talk(perturbation=0.6), hidden=Hidden()
        ),
        catalogue=EXPERT.catalogue,
        fits=FITS,
        rng=np.random.default_rng(seed),
    )
    rng = np.random.default_rng(seed + 500)
    found: list[Case] = []
    for deal in range(deals):
        story = tell(world, deal, until=TWO_YEARS, rng=rng)
        # Half of the sellers know how many decide, give or take one.
        size = max(2, story.size + int(rng.integers(-1, 2)))
        known = size if rng.random() < 0.5 else None
        for day in (day for day in DAYS if day < story.until):
            facts = facts_of(story, float(day), expected_size=known)
            found += _cases(story, facts, day=day)
    return tuple(found)


def _cases(story: Story, facts: Facts, *, day: int) -> Iterator[Case]:
    """Of a deal S1, S3 and S5 once; of each who was asked at all, S2."""
    said = symptoms_of(facts)
    truth = true_symptoms(story, float(day))
    single = single_facts(facts, day=day)
    for code in ("S1", "S3", "S5"):
        readings = frozenset(each.reading for each in said if each.symptom == code)
        yield Case(code, story.deal, truth[code], readings, single)
    for who in facts.active:
        if any(a.code == "A01" and who.key in a.people for a in facts.actions):
            yield Case(
                "S2",
                story.deal,
                frozenset({closed_because(story, int(who.key), float(day))} - {""}),
                frozenset(
                    each.reading
                    for each in said
                    if each.symptom == "S2" and who.key in each.people
                ),
                facts_of_person(facts, who, day=day),
            )


def facts_of(story: Story, day: float, *, expected_size: int | None = None) -> Facts:
    """What was noted of a deal by a day, as `symptom_facts` gathers it."""
    met = [seat for seat in story.seats if seat.joined <= day]
    readings = {seat.number: _reading(story, seat, day) for seat in met}
    size = expected_size or SIZES[story.importance]
    group = _group(met, readings, day, size=size)
    file = purchase_file(
        [
            FileSignal(code, TEMPERS[CLASSES[code]])
            for contact in story.contacts
            if contact.day <= day
            for _, code in contact.signals
        ],
        items={
            item.item: ItemState(item.state)
            for item in sorted(story.file_items, key=lambda item: item.day)
            if item.day <= day
        },
    )
    return Facts(
        today=day,
        contacts=[_contact(story, seat, readings, group, day) for seat in met],
        signals=[
            Signalled(f"{n}-{place}", code, str(seat), contact.day)
            for n, contact in enumerate(story.contacts)
            if contact.day <= day
            for place, (seat, code) in enumerate(contact.signals)
        ],
        actions=[
            Acted(f"a{n}-{place}", code, tuple(map(str, seats)), contact.day)
            for n, contact in enumerate(story.contacts)
            if contact.day <= day
            for place, (code, seats) in enumerate(contact.actions)
        ],
        dates=[
            DateSet(
                f"d{n}",
                date.day,
                date.decision_day,
                date.is_linked,
                SELLER if date.by is None else str(date.by),
            )
            for n, date in enumerate(story.dates)
            if date.day <= day
        ],
        quotes=[
            QuoteSent(f"q{quote.version}", quote.day, quote.change)
            for quote in story.quotes
            if quote.day <= day
        ],
        coverage=coverage(group) if any(r.signals for r in readings.values()) else None,
        file_score=file.score if file.score or file.told else None,
        seller_forecasts=_counts_on_it(story, day),
    )


def _counts_on_it(story: Story, day: float) -> bool:
    said = [each.probability for each in story.seller if each.day <= day]
    return bool(said) and said[-1] >= COUNTED_ON


def _reading(story: Story, seat: SeatFacts, day: float) -> Reading:
    heard = [
        Signal(contact.day * SECONDS_PER_DAY, code)
        for contact in story.contacts
        if contact.day <= day
        for who, code in contact.signals
        if who == seat.number
    ]
    plain = [
        Confirmation(said.day * SECONDS_PER_DAY, EXPERT.anchors[said.phase])
        for said in story.confirmations
        if said.seat == seat.number and said.day <= day
    ]
    return replay(
        [*heard, *plain],
        model=EXPERT,
        joined_at=seat.joined * SECONDS_PER_DAY,
        as_of=day * SECONDS_PER_DAY,
        importance=story.importance,
    )


def _silent(reading: Reading, day: float) -> float | None:
    return None if reading.is_unknown else day - reading.state.at / SECONDS_PER_DAY


def _group(
    met: list[SeatFacts], readings: Mapping[int, Reading], day: float, *, size: int
) -> Group:
    numbers = {seat.number for seat in met}
    people = [
        Person(
            key=str(seat.number),
            phases=np.array(readings[seat.number].probabilities),
            roles=(seat.role,),
            influence=Influence(INFLUENCES[seat.influence]),
            stance=readings[seat.number].stance,
            opposing_signals=readings[seat.number].state.negative_signals,
            silent_days=_silent(readings[seat.number], day),
            has_left=not seat.is_here(day),
        )
        for seat in met
        if seat.is_here(day) or seat.replaced_by not in numbers
    ]
    return group_of(
        people,
        roles=ROLES,
        prior=np.array(EXPERT.prior),
        expected_size=size,
    )


def _contact(
    story: Story,
    seat: SeatFacts,
    readings: Mapping[int, Reading],
    group: Group,
    day: float,
) -> Contact:
    seats = {each.person.key: each for each in group.seats if each.person}
    reading, sits = readings[seat.number], seats.get(str(seat.number))
    return Contact(
        key=str(seat.number),
        phases=reading.probabilities,
        heard=reading.state.signals + reading.state.confirmations,
        silent_days=_silent(reading, day),
        stance=reading.stance,
        weight=sits.raw_weight if sits else 0.0,
        approves=sits is not None and sits.approves,
        sponsors=seat.role == "executive_sponsor",
        is_active=seat.is_here(day),
        replaces=None if seat.replaces is None else str(seat.replaces),
    )


def single_facts(facts: Facts, *, day: float) -> dict[str, float]:
    """Every fact a rule of one row could rest on, with "none" below all others."""
    signals = Counter(s.code for s in facts.signals)
    actions = Counter(a.code for a in facts.actions)
    late = Counter(s.code for s in facts.signals if facts.today - s.day <= 45)
    heard = facts.heard
    silent = [c.silent_days for c in heard if c.silent_days is not None]
    return {
        **{f"{code} ever": float(signals[code]) for code in CLASSES},
        **{f"{code} in 45 days": float(late[code]) for code in CLASSES},
        **{f"{code} done": float(actions[code]) for code in FITS},
        "the seller counts on it": float(facts.seller_forecasts),
        "days since it began": day,
        "people in the deal": float(len(facts.active)),
        "people heard": float(len(heard)),
        "people who left": float(len(facts.contacts) - len(facts.active)),
        "successors": float(sum(c.replaces is not None for c in facts.active)),
        "approvers heard": float(sum(c.approves for c in heard)),
        "coverage": -1.0 if facts.coverage is None else facts.coverage,
        "file score": -1.0 if facts.file_score is None else facts.file_score,
        "longest silence": max(silent, default=-1.0),
        "shortest silence": min(silent, default=-1.0),
        "furthest phase": max((c.expected_phase for c in heard), default=0.0),
        "earliest phase": min((c.expected_phase for c in heard), default=0.0),
        "lowest stance": min((c.stance for c in heard if c.stance), default=-1.0),
        "signals": float(len(facts.signals)),
        "steps of ours": float(len(facts.actions)),
        "dates set": float(len(facts.dates)),
        "quotes": float(len(facts.quotes)),
    }


def facts_of_person(facts: Facts, who: Contact, *, day: float) -> dict[str, float]:
    """The same of one person."""
    said = [s for s in facts.signals if s.person == who.key]
    signals = Counter(s.code for s in said)
    late = Counter(s.code for s in said if facts.today - s.day <= 45)
    steps = Counter(a.code for a in facts.actions if who.key in a.people)
    return {
        **{f"{code} ever": float(signals[code]) for code in CLASSES},
        **{f"{code} in 45 days": float(late[code]) for code in CLASSES},
        **{f"{code} done": float(steps[code]) for code in FITS},
        "days since it began": day,
        "signals": float(len(said)),
        "steps of ours": float(sum(steps.values())),
        "silence": -1.0 if who.silent_days is None else who.silent_days,
        "expected phase": who.expected_phase,
        "P(status quo)": who.phases[0],
        "P(no decision to change yet)": who.share_before(2),
        "P(comparing or later)": who.share_from(4),
        "stance": -1.0 if who.stance is None else who.stance,
        "weight": who.weight,
    }
