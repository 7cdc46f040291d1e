"""Phases foretold of real rows: what was known, what told later, and what the page says."""

from datetime import date, datetime, timedelta
from itertools import repeat

import numpy as np
import pytest
from django.urls import reverse

from accounts.models import Membership, Workspace
from forecasting.actions.accuracy import ask_for_accuracy, spend_on_accuracy
from forecasting.engine.phase_ahead import FEWEST
from forecasting.models import AccuracyReport
from forecasting.queries.accuracy import kept, read
from forecasting.queries.backtest import History, Replayed, replay_day
from forecasting.queries.lives import lives_of
from forecasting.queries.phase_came import Came, ahead_of
from opportunities.models import Job, ScheduleSlot
from readiness.actions.human import confirm_phase
from readiness.engine.dynamics import propagate
from readiness.engine.expert import ANCHORS
from readiness.queries.models import active_model
from stakeholders.models import Stakeholder
from tests.factories import NOW, give_defaults
from tests.recompute.build import days_ago, open_deal, say, seat

HERE = reverse("forecasting:insights", kwargs={"slug": "ours"})

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(ours: Workspace, time_machine):
    give_defaults()
    time_machine.move_to(NOW, tick=False)


def looked_at(day: date, ours: Workspace) -> Replayed:
    (row,), _withdrawn = replay_day(
        day, workspace=ours, model=active_model(), horizon=90, history=History.load()
    )
    return row


def came(row: Replayed, ours: Workspace) -> dict[tuple[str, date], Came]:
    (life,) = lives_of([row], model=active_model(), workspace=ours, now=NOW).values()
    return life.came


def test_it_is_foretold_from_what_was_known_then_at_the_deals_own_pace(ours, alice):
    deal = open_deal(owner=alice, importance="strategic")
    karel = seat(deal)
    seat(deal, "Nobody heard")
    say(karel, "B13", at=days_ago(110))
    before = looked_at(NOW.date() - timedelta(days=95), ours)
    say(karel, "B43", "B38", "B40", at=days_ago(60))
    # Said before that day and entered after it: nobody knew.
    say(karel, "B40", at=days_ago(100), logged_at=days_ago(50))

    row = looked_at(NOW.date() - timedelta(days=95), ours)

    assert row.people == before.people
    (stood,) = row.people
    assert stood.who == str(karel.pk)
    moved = propagate(active_model().engine.dynamics, np.array(stood.now), 30 / 2.5)
    assert stood.ahead == pytest.approx(moved, abs=2e-5)
    assert read(kept(row)) == row


def test_plain_words_tell_before_signals_and_only_near_the_day(ours, alice):
    deal = open_deal(owner=alice)
    karel = seat(deal)
    say(karel, "B13", at=days_ago(110))
    row = looked_at(NOW.date() - timedelta(days=95), ours)
    say(karel, "B43", "B38", "B40", at=days_ago(30))

    assert came(row, ours) == {}

    say(karel, "B43", "B38", "B40", at=days_ago(66))
    by_signals = came(row, ours)
    plainly(karel, "criteria", at=days_ago(55))
    by_words = came(row, ours)

    key = (str(karel.pk), row.on)
    assert by_signals == {key: Came(ANCHORS.index("commitment"), "evidence")}
    assert by_words == {key: Came(ANCHORS.index("criteria"), "words")}


def test_what_is_believed_already_is_no_proof_of_it(ours, alice):
    deal = open_deal(owner=alice)
    karel = seat(deal)
    say(karel, "B43", "B38", "B40", at=days_ago(110))
    row = looked_at(NOW.date() - timedelta(days=95), ours)
    say(karel, "B43", at=days_ago(64))

    assert came(row, ours) == {}
    told = ahead_of([row], came={})
    assert (told["foretold"], told["n"], told["found"]) == (1, 0, None)


def plainly(person: Stakeholder, anchor: str, *, at: datetime) -> None:
    """Their own plain words, entered when they said them."""
    confirm_phase(
        stakeholder=person,
        anchor=anchor,
        confirmed_at=at,
        logged_at=at,
        by=person.opportunity.owner,
        now=NOW,
    )


def compute(ours: Workspace) -> AccuracyReport:
    ask_for_accuracy(workspace=ours, now=NOW)
    while ScheduleSlot.objects.filter(job=Job.ACCURACY).exists():
        slot = ScheduleSlot.objects.get(job=Job.ACCURACY)
        spend_on_accuracy(slot_id=slot.pk, now=NOW, clock=repeat(0.0))
    return AccuracyReport.objects.latest("id")


def many(alice: Membership, *, goes_on: bool) -> None:
    """Thirty people who said plainly where they were, and a month later again."""
    for n in range(FEWEST):
        person = seat(open_deal(owner=alice, name=f"Deal {n}"), f"Ruth {n}")
        anchor = ANCHORS[n % 5]
        later = ANCHORS[n % 5 + 1] if goes_on else anchor
        plainly(person, anchor, at=days_ago(95))
        plainly(person, later, at=days_ago(61))
        say(person, "B13", at=days_ago(1))


@pytest.mark.claim(30)
@pytest.mark.parametrize(
    ("goes_on", "verdict"),
    [(True, "It beat both"), (False, "It beat the usual shares, not standing still")],
)
def test_the_page_says_what_came_of_it_with_its_n(
    as_alice, ours, alice, goes_on, verdict
):
    many(alice, goes_on=goes_on)
    report = compute(ours)

    page = as_alice.get(HERE).content.decode()

    told = report.body["insights"]["ahead"]
    assert told["n"] >= FEWEST
    assert told["by"]["words"] == told["n"]
    assert verdict in page
    assert f"n = {told['n']}" in page


def test_too_few_say_so(as_alice, ours, alice):
    person = seat(open_deal(owner=alice))
    say(person, "B13", at=days_ago(130))
    say(person, "B17", at=days_ago(2))
    compute(ours)

    page = as_alice.get(HERE).content.decode()

    assert "Not enough yet: 0 of 30" in page
