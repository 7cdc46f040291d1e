"""Meeting mode: one deal at a time, those first that move the range most."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.models import Membership
from forecasting.actions.periods import refresh_periods
from forecasting.models import ManagerCall
from tests.factories import NOW, give_defaults
from tests.recompute.build import make, open_deal, say, seat

pytestmark = pytest.mark.django_db

HERE = reverse("forecasting:meeting", kwargs={"slug": "ours"})


@pytest.fixture(autouse=True)
def now(ours, time_machine):
    give_defaults()
    time_machine.move_to(NOW, tick=False)


def computed(owner: Membership, name: str, amount: int):
    deal = open_deal(owner=owner, name=name, amount=Decimal(amount))
    say(seat(deal, f"Karel {name}"), "B27", at=NOW - timedelta(days=2))
    make(deal)
    return deal


def call_of(deal):
    return reverse("forecasting:deal-call", args=["ours", deal.pk])


def test_the_deal_that_moves_most_comes_first_and_leads_to_the_next(
    as_alice, alice, ours
):
    small, large = computed(alice, "Small", 1_000), computed(alice, "Large", 90_000)
    refresh_periods(workspace=ours, now=NOW)

    turn = as_alice.get(HERE).context["turn"]
    assert (turn.deal.id, turn.previous, turn.following) == (large.pk, None, small.pk)

    page = as_alice.get(HERE, {"deal": str(small.pk)})
    assert page.context["turn"].previous == large.pk
    seats = [each.seat.name for each in page.context["seats"]]
    assert seats == ["Karel Small"]


def test_a_call_is_kept_with_its_reason_and_the_next_deal_follows(
    as_alice, alice, ours
):
    small, large = computed(alice, "Small", 1_000), computed(alice, "Large", 90_000)
    refresh_periods(workspace=ours, now=NOW)

    answer = as_alice.post(call_of(large), {"verdict": "out", "reason": "In January."})

    call = ManagerCall.objects.get()
    assert (call.opportunity, call.verdict, call.reason) == (
        large,
        "out",
        "In January.",
    )
    assert answer["Location"].endswith(f"deal={small.pk}")
    page = as_alice.get(HERE, {"deal": str(large.pk)})
    assert page.context["standing"] == call


def test_a_call_without_a_reason_comes_back(as_alice, alice, ours):
    deal = computed(alice, "Small", 1_000)
    refresh_periods(workspace=ours, now=NOW)

    answer = as_alice.post(call_of(deal), {"verdict": "in", "reason": ""})

    assert answer.status_code == 422
    assert answer.context["form"]["verdict"].value() == "in"
    assert not ManagerCall.objects.exists()


def test_a_rep_walks_their_own_deals_and_makes_no_call(as_bob, alice, bob, ours):
    computed(alice, "Hers", 90_000)
    his = computed(bob, "His", 1_000)
    refresh_periods(workspace=ours, now=NOW)

    page = as_bob.get(HERE)

    assert (page.context["turn"].deal.id, page.context["turn"].count) == (his.pk, 1)
    assert not page.context["may_call"]
    answer = as_bob.post(call_of(his), {"verdict": "in", "reason": "Yes."})
    assert answer.status_code == 403


def test_it_costs_the_same_with_one_deal_and_with_three(as_alice, alice, ours, cost_of):
    computed(alice, "One", 1_000)
    refresh_periods(workspace=ours, now=NOW)
    one = cost_of(as_alice, HERE)
    for name in ("Two", "Three"):
        computed(alice, name, 2_000)
    refresh_periods(workspace=ours, now=NOW)

    three = cost_of(as_alice, HERE)
    assert (len(three), len(three) <= 26) == (len(one), True)
