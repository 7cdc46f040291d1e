"""What cannot be is refused in one sentence, and nothing is written."""

from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.actions.facts import AlreadyRetracted
from accounts.models import AuditEvent, Membership
from accounts.models.base import StaleVersion
from opportunities.actions import (
    AmountWithoutCurrency,
    RateMissing,
    change_opportunity,
    create_opportunity,
    rate_to_base,
    request_recompute,
    retract_opportunity,
    set_rate,
)
from opportunities.models import ExchangeRate, Opportunity, RecomputeRequest
from tests.factories import DAY, NOW
from tests.recompute.build import open_deal


@pytest.mark.django_db
def test_an_amount_without_a_currency_is_refused(alice: Membership):
    with pytest.raises(AmountWithoutCurrency, match=r"^An amount needs a currency.$"):
        create_opportunity(
            name="Plan",
            owner=alice,
            opened_on=DAY,
            amount=Decimal(0),
            by=alice,
            now=NOW,
        )

    assert not Opportunity.objects.exists()
    assert not RecomputeRequest.objects.exists()
    assert not AuditEvent.objects.exists()


@pytest.mark.django_db
def test_a_change_that_leaves_an_amount_bare_is_refused(alice: Membership):
    deal = open_deal(owner=alice)

    with pytest.raises(AmountWithoutCurrency, match=r"^An amount needs a currency.$"):
        change_opportunity(
            opportunity=deal,
            values={"currency": ""},
            version=1,
            by=alice,
            now=NOW,
        )

    assert Opportunity.objects.get().currency == "EUR"


@pytest.mark.django_db
def test_a_change_of_what_somebody_else_changed_is_refused(alice: Membership):
    deal = open_deal(owner=alice)
    change_opportunity(
        opportunity=deal, values={"name": "B"}, version=1, by=alice, now=NOW
    )

    with pytest.raises(StaleVersion, match=r"^Somebody else changed this meanwhile."):
        change_opportunity(
            opportunity=Opportunity.objects.get(),
            values={"name": "C"},
            version=1,
            by=alice,
            now=NOW,
        )

    assert Opportunity.objects.get().name == "B"


@pytest.mark.django_db
def test_a_deal_is_taken_back_once(alice: Membership):
    deal = open_deal(owner=alice)
    retract_opportunity(opportunity=deal, by=alice, now=NOW)

    with pytest.raises(AlreadyRetracted, match="taken back meanwhile"):
        retract_opportunity(opportunity=deal, by=alice, now=NOW + timedelta(days=1))

    assert Opportunity.objects.get().retracted_at == NOW


@pytest.mark.django_db
def test_the_latest_rate_on_or_before_a_day_counts_and_none_is_refused(
    alice: Membership,
):
    for days, rate in ((-3, "0.8"), (-1, "0.9"), (1, "1.1")):
        set_rate(
            currency="USD",
            base="EUR",
            valid_on=DAY + timedelta(days=days),
            rate=Decimal(rate),
            by=alice,
            now=NOW,
        )

    assert rate_to_base(currency="USD", base="EUR", day=DAY) == Decimal("0.9")
    assert rate_to_base(currency="EUR", base="EUR", day=DAY) == 1
    with pytest.raises(RateMissing) as refusal:
        rate_to_base(currency="USD", base="EUR", day=DAY - timedelta(days=4))
    assert str(refusal.value) == (
        "There is no rate from USD to EUR on or before 2026-04-30."
    )


@pytest.mark.django_db
def test_a_rate_set_again_replaces_that_day(alice: Membership):
    for rate in ("0.8", "0.9"):
        set_rate(
            currency="USD",
            base="EUR",
            valid_on=DAY,
            rate=Decimal(rate),
            by=alice,
            now=NOW,
        )

    assert ExchangeRate.objects.get().rate == Decimal("0.9")


@pytest.mark.django_db
def test_a_change_of_nothing_asks_for_nothing(alice: Membership):
    deal = open_deal(owner=alice)
    RecomputeRequest.objects.all().delete()

    change_opportunity(
        opportunity=deal, values={"name": deal.name}, version=1, by=alice, now=NOW
    )

    assert not RecomputeRequest.objects.exists()
    request_recompute(opportunity=deal, now=NOW)
    assert RecomputeRequest.objects.get().opportunity_id == deal.pk
