"""Rates and targets: entered, changed, taken back, audited, and followed by forecasts."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from forecasting.models import Target
from opportunities.models import ExchangeRate, RecomputeRequest, ScheduleSlot
from tests.factories import NOW, create_team, give_defaults
from tests.recompute.build import make, open_deal

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(ours, time_machine):
    give_defaults()
    time_machine.move_to(NOW, tick=False)


def at(name: str, **about) -> str:
    return reverse(f"forecasting:{name}", kwargs={"slug": "ours", **about})


def rate(client, **told):
    values = {"currency": "USD", "valid_on": "2026-05-01", "rate": "0.92"} | told
    return client.post(at("rate-add"), {f"rate-{k}": v for k, v in values.items()})


def target(client, **told):
    values = {"scope": "workspace", "period": "2026-04-01", "amount": "5000"} | told
    return client.post(at("target-add"), {f"target-{k}": v for k, v in values.items()})


def test_a_rate_is_entered_and_the_deals_in_that_currency_follow(as_alice, alice):
    for currency in ("USD", "EUR"):
        make(open_deal(owner=alice, name=currency, currency=currency))
    RecomputeRequest.objects.all().delete()
    ScheduleSlot.objects.all().delete()

    response = rate(as_alice)

    assert (response.status_code, response.url) == (303, at("money"))
    assert ExchangeRate.objects.get().rate == Decimal("0.92")
    assert RecomputeRequest.objects.count() == 1
    assert ScheduleSlot.objects.count() == 1
    assert AuditEvent.objects.filter(verb="exchange_rate.set").exists()


@pytest.mark.parametrize(
    "told",
    [
        {"currency": "EUR"},
        {"valid_on": "2026-05-05"},
        {"rate": "0"},
        {"rate": "-1"},
        {"rate": "x"},
    ],
)
def test_a_rate_that_makes_no_sense_is_refused_and_kept(as_alice, told):
    response = rate(as_alice, **told)

    assert response.status_code == 422
    assert not ExchangeRate.objects.exists()
    assert not response.context["target_form"].is_bound


def test_a_rate_is_taken_back(as_alice):
    rate(as_alice)

    response = as_alice.post(
        at("rate-retract", id=ExchangeRate.objects.get().pk), follow=True
    )

    assert "is taken back" in response.content.decode()
    assert not ExchangeRate.objects.exists()
    event = AuditEvent.objects.get(verb="exchange_rate.retracted")
    assert Decimal(event.before["rate"]) == Decimal("0.92")


def test_targets_are_set_for_workspace_team_and_rep(as_alice, alice):
    team = create_team()
    for scope in ("workspace", f"team:{team.pk}", f"owner:{alice.pk}"):
        assert target(as_alice, scope=scope).status_code == 303

    found = set(Target.objects.values_list("team", "owner", "starts_on", "ends_on"))
    span = (date(2026, 4, 1), date(2026, 6, 30))
    assert found == {
        (None, None, *span),
        (team.pk, None, *span),
        (None, alice.pk, *span),
    }


def test_a_second_target_of_the_same_scope_is_refused(as_alice):
    target(as_alice)

    response = target(as_alice, amount="7000")

    assert response.status_code == 422
    assert "There is a target for that period already." in response.content.decode()
    assert Target.objects.get().amount == 5000


@pytest.mark.parametrize(
    "told", [{"scope": "x"}, {"period": "2020-01-01"}, {"amount": "0"}]
)
def test_a_target_that_makes_no_sense_is_refused(as_alice, told):
    assert target(as_alice, **told).status_code == 422
    assert not Target.objects.exists()


def test_a_target_is_changed_once_and_removed(as_alice):
    target(as_alice)
    row = Target.objects.get()
    edit = at("target-edit", id=row.pk)
    assert as_alice.get(edit).status_code == 200

    done = as_alice.post(edit, {"amount": "6000", "version": 1})
    stale = as_alice.post(edit, {"amount": "9000", "version": 1})
    row.refresh_from_db()

    assert (done.status_code, stale.status_code) == (303, 412)
    assert row.amount == 6000
    assert as_alice.post(at("target-remove", id=row.pk)).status_code == 303
    assert not Target.objects.exists()
    verbs = AuditEvent.objects.filter(verb__startswith="target.")
    assert list(verbs.order_by("at", "id").values_list("verb", flat=True)) == [
        "target.added",
        "target.changed",
        "target.removed",
    ]


def test_the_page_costs_the_same_with_one_row_and_with_three(as_alice, alice, cost_of):
    target(as_alice)
    rate(as_alice)
    one = cost_of(as_alice, at("money"))
    for day in (1, 2):
        rate(as_alice, valid_on=f"2026-04-0{day}")
        target(
            as_alice,
            scope=f"owner:{alice.pk}",
            period=("2026-07-01", "2026-10-01")[day - 1],
        )

    assert len(cost_of(as_alice, at("money"))) == len(one)
