"""A replay looks back only: nothing later changes what it says of a day."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from io import StringIO
from itertools import pairwise
from typing import Any
from uuid import UUID

import numpy as np
import pytest
import time_machine
from django.core.management import call_command

from accounts.models import Membership, Workspace
from buyreadiness.services.refused import Refused
from forecasting.queries.backtest import (
    Replayed,
    Rival,
    Verdict,
    backtest,
    replay_days,
    scored,
)
from opportunities.models import Opportunity, Outcome, SellerForecast, StageChange
from readiness.queries.models import active_model
from stakeholders.actions.outcomes import close_opportunity
from tests.factories import NOW, give_defaults
from tests.recompute.build import OPENED, days_ago, open_deal, say, seat

HORIZON, EVERY = 30, 20


def rows_of(
    happened: list[bool], ours: Callable[[bool], float], **fields: Any
) -> list[Replayed]:
    """A deal a day, known from the first day on."""
    return [
        Replayed(
            opportunity_id=UUID(int=number),
            on=date(2024, 1, 1) + timedelta(days=number),
            ours=ours(is_won),
            is_won=is_won,
            is_closed=True,
            **{"stage": "", "seller": None, "interactions": 0, "is_heard": True}
            | fields,
        )
        for number, is_won in enumerate(happened)
    ]


def some_wins(n: int, *, seed: int = 1) -> list[bool]:
    return [bool(x) for x in np.random.default_rng(seed).random(n) < 0.3]


def test_a_forecast_that_knows_is_better_than_the_base_rate():
    found = scored(rows_of(some_wins(200), lambda won: 0.7 if won else 0.1), horizon=30)

    against = found.against[Rival.BASE_RATE]
    assert against.verdict == Verdict.BETTER
    assert against.gap.high < 0
    assert against.n == 141  # the first 30 rows came true on day 59
    assert found.ours.skill is not None
    assert found.ours.skill > 0.5
    assert found.ours.n == found.rows == found.closed == 200


@pytest.mark.claim(25, 54)
def test_a_forecast_that_errs_is_worse_and_says_so():
    found = scored(rows_of(some_wins(200), lambda won: 0.1 if won else 0.7), horizon=30)

    assert found.against[Rival.BASE_RATE].verdict == Verdict.WORSE


def test_too_few_closed_deals_are_not_enough():
    found = scored(
        rows_of(some_wins(29), lambda won: float(won), seller=0.5), horizon=1
    )

    assert not found.is_enough
    assert found.against[Rival.SELLER].verdict == Verdict.TOO_FEW


def test_a_rival_that_said_nothing_is_not_there():
    found = scored(rows_of(some_wins(50), lambda _won: 0.3), horizon=10)

    assert Rival.SELLER not in found.rivals
    assert Rival.STAGE not in found.rivals


@pytest.fixture
def deals(alice: Membership) -> list[Opportunity]:
    """Two deals: one of them was won a month ago."""
    give_defaults()
    one, other = (open_deal(owner=alice, name=name) for name in ("One", "Other"))
    say(seat(one), "B13", at=days_ago(80))
    say(seat(other, "Ruth"), "B01", at=days_ago(80))
    close_opportunity(
        opportunity=one,
        outcome=Outcome.WON,
        closed_on=days_ago(35).date(),
        by=alice,
        now=NOW,
        today=NOW.date(),
    )
    return [one, other]


def replay(ours: Workspace):
    return backtest(ours, model=active_model(), horizon=HORIZON, every=EVERY, now=NOW)


@pytest.mark.django_db
def test_days_lie_between_the_first_deal_and_the_horizon(
    ours: Workspace, deals: list[Opportunity]
):
    days = replay_days(ours, horizon=HORIZON, every=EVERY, now=NOW)

    # The last that is known is the win, 35 days ago.
    assert days[-1] == days_ago(35 + HORIZON).date()
    assert days[0] > OPENED
    assert {(b - a).days for a, b in pairwise(days)} == {EVERY}


@pytest.mark.django_db
def test_replay_sees_the_win_within_its_horizon_only(
    ours: Workspace, deals: list[Opportunity]
):
    found = replay(ours)

    assert (found.deals, found.closed) == (2, 1)
    assert found.ours.won == 1  # it was won on the last day of the last horizon
    assert found.rows == 2 * len(found.days)
    assert found.unheard == found.rows - 2 * sum(
        day >= days_ago(80).date() for day in found.days
    )


@pytest.mark.claim(25)
@pytest.mark.django_db
def test_a_decisive_signal_later_changes_nothing_earlier(
    ours: Workspace, deals: list[Opportunity]
):
    before = replay(ours)
    person = deals[1].stakeholders.get()
    say(person, "B43", "B17", "B09", at=days_ago(35 + HORIZON) + timedelta(days=1))

    after = replay(ours)

    assert (after.ours, after.bins) == (before.ours, before.bins)


@pytest.mark.django_db
def test_what_the_seller_said_counts_by_its_own_date(
    ours: Workspace, deals: list[Opportunity]
):
    for deal in deals:
        SellerForecast.objects.create(
            opportunity=deal,
            set_at=days_ago(100),
            probability=0.8,
            close_on=days_ago(-400).date(),
        )
        StageChange.objects.create(
            opportunity=deal, stage="Proposal", changed_at=days_ago(100)
        )

    found = replay(ours)

    seller = found.rivals[Rival.SELLER]
    assert seller.n == found.rows - 2  # both deals on the first day, before they spoke
    assert seller.won == 1
    assert seller.brier == pytest.approx(1 / seller.n)  # 0 was said each time


@pytest.mark.django_db
def test_command_prints_one_object_and_refuses_nonsense(
    ours: Workspace, deals: list[Opportunity]
):
    out = StringIO()
    with time_machine.travel(NOW, tick=False):
        call_command(
            *("backtest", "--workspace=ours", f"--horizon={HORIZON}", "--every=20"),
            stdout=out,
        )
        with pytest.raises(Refused, match="horizon"):
            call_command("backtest", "--workspace=ours", "--horizon=0")
        with pytest.raises(Refused, match="so long ago"):
            call_command("backtest", "--workspace=ours", "--horizon=500")

    told = json.loads(out.getvalue())
    assert told["model"] == "default-1"
    assert told["readiness"]["n"] == told["rows"]
    assert told["verdict"].startswith("Not enough evidence: the end of 1 deals")
