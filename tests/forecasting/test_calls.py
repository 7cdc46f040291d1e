"""The manager's call: beside the forecast, with a reason, and never forgotten."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.models import Membership, Role
from forecasting.actions.calls import (
    NoReason,
    Place,
    TakenBack,
    call_amount,
    take_back_call,
)
from forecasting.actions.periods import refresh_periods
from forecasting.models import ManagerCall, PeriodOutlook
from forecasting.queries.periods import Span
from tests.factories import NOW, give_defaults
from tests.recompute.build import make, open_deal, say, seat

pytestmark = pytest.mark.django_db

HERE = reverse("forecasting:calls", kwargs={"slug": "ours"})
MAKE = reverse("forecasting:call-make", kwargs={"slug": "ours"})
QUARTER = Span(date(2026, 4, 1), date(2026, 6, 30))


@pytest.fixture(autouse=True)
def now(ours, time_machine):
    give_defaults()
    time_machine.move_to(NOW, tick=False)


def computed(owner: Membership):
    deal = open_deal(owner=owner)
    say(seat(deal), "B27", at=NOW - timedelta(days=2))
    make(deal)
    return deal


def called(by: Membership, amount: int, reason: str = "Their board meets in July."):
    return call_amount(
        place=Place(QUARTER),
        amount=Decimal(amount),
        currency="EUR",
        reason=reason,
        by=by,
        now=NOW,
    )


def test_another_call_takes_the_place_of_the_one_before_which_stays(alice):
    first = called(alice, 900)
    second = called(alice, 800)

    first.refresh_from_db()
    assert (first.retracted_by, first.amount) == (alice, 900)
    assert (second.lineage_id, second.revision) == (first.lineage_id, 2)
    assert list(ManagerCall.objects.standing()) == [second]


def test_a_call_without_a_reason_is_refused(alice):
    with pytest.raises(NoReason, match="Say why"):
        called(alice, 900, reason="  ")


def test_a_call_is_taken_back_once(alice):
    call = called(alice, 900)
    take_back_call(call=call, by=alice, now=NOW)

    with pytest.raises(TakenBack):
        take_back_call(call=call, by=alice, now=NOW)


def test_a_call_moves_no_number_of_the_forecast(as_alice, alice, ours):
    computed(alice)
    refresh_periods(workspace=ours, now=NOW)
    before = list(PeriodOutlook.objects.order_by("pk").values())

    answer = as_alice.post(MAKE, {"amount": "99000", "reason": "They said so."})
    refresh_periods(workspace=ours, now=NOW)

    assert answer.status_code == 303
    assert list(PeriodOutlook.objects.order_by("pk").values()) == before
    page = as_alice.get(reverse("forecasting:forecast", args=["ours"]))
    assert page.context["call"].amount == 99_000
    assert "They said so." in as_alice.get(HERE).content.decode()


def test_a_bad_call_keeps_what_was_typed(as_alice, alice, ours):
    computed(alice)
    refresh_periods(workspace=ours, now=NOW)

    answer = as_alice.post(MAKE, {"amount": "-1", "reason": "They said so."})

    assert answer.status_code == 422
    assert "They said so." in answer.content.decode()
    assert not ManagerCall.objects.exists()


def test_a_manager_takes_back_only_calls_about_what_they_may_see(as_bob, alice, bob):
    Membership.objects.filter(pk=bob.pk).update(roles=[Role.MANAGER])
    call = called(alice, 900)

    answer = as_bob.post(reverse("forecasting:call-retract", args=["ours", call.pk]))

    assert answer.status_code == 404


def test_the_history_costs_the_same_with_one_call_and_with_three(
    as_alice, alice, ours, cost_of
):
    computed(alice)
    refresh_periods(workspace=ours, now=NOW)
    called(alice, 900)
    one = cost_of(as_alice, HERE)
    for amount in (800, 700):
        called(alice, amount)

    assert len(cost_of(as_alice, HERE)) == len(one)
