"""What told where people were thirty days after they were foretold, and how that turned out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from accounts.models import Workspace, end_of
from forecasting.engine.phase_ahead import (
    AHEAD_DAYS,
    FEWEST,
    FEWEST_DEALS,
    Foretold,
    compared,
)
from forecasting.queries.backtest import Replayed
from readiness.engine.arrays import SECONDS_PER_DAY
from readiness.engine.expert import ANCHORS
from readiness.engine.records import Confirmation, Fact
from readiness.engine.replay import replay
from readiness.engine.told import told_alone
from readiness.queries.models import LoadedModel
from readiness.queries.reading import PersonRead
from stakeholders.models import ReviewedPhase

# What is said this many days before or after the thirtieth tells of it.
AROUND_DAYS = 15
SOURCES = ("words", "review", "evidence")


@dataclass(frozen=True, slots=True)
class Came:
    """Where somebody was about the thirtieth day, from 0, and what told it."""

    place: int
    source: str


def came_of(
    person: PersonRead,
    days: Iterable[date],
    *,
    reviewed: Sequence[tuple[datetime, str]],
    model: LoadedModel,
    workspace: Workspace,
) -> dict[date, Came]:
    """Where somebody was about thirty days after each of some days, as far as it was told.

    By their own plain words; else by what was put down of them when the deal was closed;
    else by at least two signals which, read from the prior alone, put six tenths on one
    phase. What was heard before the window is never looked at, so that the model does
    not judge itself by what it believed already.
    """
    found = {}
    for day in days:
        middle = end_of(day + timedelta(days=AHEAD_DAYS), workspace.zone).timestamp()
        told = _told_about(person, middle, reviewed=reviewed, model=model)
        if told is not None:
            found[day] = told
    return found


def _told_about(
    person: PersonRead,
    middle: float,
    *,
    reviewed: Sequence[tuple[datetime, str]],
    model: LoadedModel,
) -> Came | None:
    around = AROUND_DAYS * SECONDS_PER_DAY
    facts = [f for f in person.heard.facts if abs(f.at - middle) <= around]
    words = [fact for fact in facts if isinstance(fact, Confirmation)]
    if words:
        nearest = min(words, key=lambda fact: abs(fact.at - middle))
        return Came(ANCHORS.index(nearest.anchor), "words")
    near = [
        (abs(at.timestamp() - middle), anchor)
        for at, anchor in reviewed
        if abs(at.timestamp() - middle) <= around
    ]
    if near:
        return Came(ANCHORS.index(min(near)[1]), "review")
    anchor = _alone(facts, person=person, model=model)
    return Came(ANCHORS.index(anchor), "evidence") if anchor else None


def _alone(facts: Sequence[Fact], *, person: PersonRead, model: LoadedModel) -> str:
    if not facts:
        return ""
    deal = person.stakeholder.opportunity
    reading = replay(
        facts,
        model=model.engine,
        joined_at=min(fact.at for fact in facts),
        as_of=max(fact.at for fact in facts),
        importance=deal.importance or None,
        buying_class=deal.buying_class or None,
    )
    chances = model.engine.anchor_chances(reading.probabilities)
    return told_alone(chances, signals=reading.signals)


def reviews_of(deals: Iterable[UUID]) -> dict[UUID, list[tuple[datetime, str]]]:
    """What was put down of each person when their deal was closed; one query."""
    rows = ReviewedPhase.objects.filter(
        stakeholder__opportunity__in=list(deals), review__retracted_at__isnull=True
    )
    found: dict[UUID, list[tuple[datetime, str]]] = {}
    for who, at, anchor in rows.order_by("review__logged_at", "pk").values_list(
        "stakeholder_id", "review__logged_at", "anchor"
    ):
        found.setdefault(who, []).append((at, anchor))
    return found


def ahead_of(
    rows: Iterable[Replayed], *, came: Mapping[tuple[str, date], Came]
) -> dict[str, Any]:
    """How phases foretold in these rows turned out beside both rivals, ready for JSON."""
    foretold, sources, heard = [], dict.fromkeys(SOURCES, 0), 0
    for row in rows:
        heard += len(row.people)
        for person in row.people:
            told = came.get((person.who, row.on))
            if told is None:
                continue
            sources[told.source] += 1
            foretold.append(
                Foretold(
                    deal=str(row.opportunity_id),
                    now=person.now,
                    ahead=person.ahead,
                    came=told.place,
                )
            )
    found = compared(foretold)
    return {
        "days": AHEAD_DAYS,
        "around": AROUND_DAYS,
        "minimum": FEWEST,
        "minimum_deals": FEWEST_DEALS,
        "foretold": heard,
        "n": len(foretold),
        "deals": len({row.deal for row in foretold}),
        "by": sources,
        "found": None if found is None else asdict(found),
    }
