"""Roles that enter elsewhere or take longer, found only where they really do."""

from dataclasses import replace

import numpy as np
import pytest

from readiness.engine.learning.course import Course, learn
from readiness.engine.learning.deals import ClosedDeals
from readiness.engine.learning.report import Number, Topic
from tests.readiness.engine.learning.worlds import EXPERT, Told, misspecified, told


@pytest.fixture(scope="module")
def here() -> Told:
    return told(misspecified(deals=500, seed=21, erlang=1), seed=22)


@pytest.fixture(scope="module")
def alike(here: Told) -> ClosedDeals:
    """Deals in which a role says nothing of how people decide."""
    return here.deals


def slowed(deals: ClosedDeals, role: str, *, factor: float) -> ClosedDeals:
    """The same, but people of one role take so many times as long over everything."""
    is_slow = deals.role == deals.roles.index(role)
    stretch = np.where(is_slow, factor, 1.0)
    facts = deals.facts
    return replace(
        deals,
        facts=replace(facts, at=facts.at * stretch[facts.person]),
        joined_at=deals.joined_at * stretch,
        closed_at=deals.closed_at * factor,
    )


def named_by_entry(here: Told) -> ClosedDeals:
    """The same, but whoever was first heard from criteria on holds another role."""
    facts = here.deals.facts
    first = np.lexsort((facts.at, facts.person))
    person, place = np.unique(facts.person[first], return_index=True)
    role = np.zeros(len(here.deals.deal), dtype=np.int64)
    role[person] = here.hearing.truth[first][place] >= 3
    return replace(here.deals, roles=("early", "late"), role=role)


def number(course: Course, topic: Topic, *key: str) -> Number:
    return next(n for n in course.numbers if n.topic is topic and n.key == key)


def test_role_that_says_nothing_changes_nothing(alike: ClosedDeals):
    course = learn(alike, EXPERT)

    assert course.passed.isdisjoint({"entry", "tempo"})
    assert course.accepted.tempos.tolist() == [1.0] * (1 + len(alike.roles))


def test_slow_role_is_found_with_its_interval(alike: ClosedDeals):
    course = learn(slowed(alike, "economic_buyer", factor=3.0), EXPERT)
    slow = number(course, Topic.TEMPO, "economic_buyer")
    other = number(course, Topic.TEMPO, "champion")

    assert "tempo" in course.passed
    assert slow.low is not None
    assert slow.low > 1.2
    assert slow.value > 1.5 * other.value
    assert 200 < slow.n < 400  # four in five deciders were ever met


@pytest.mark.claim(29)
def test_role_that_enters_late_is_found(here: Told):
    course = learn(named_by_entry(here), EXPERT)
    late = number(course, Topic.ENTRY, "status_quo", "late")
    early = number(course, Topic.ENTRY, "status_quo", "early")

    assert "entry" in course.passed
    assert late.high is not None
    assert early.low is not None
    assert late.high < early.low
    shares = [n.value for n in course.numbers if n.topic is Topic.ENTRY and n.key[1:]]
    assert sum(shares) == pytest.approx(2)
