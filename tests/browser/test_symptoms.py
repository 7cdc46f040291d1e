"""Symptoms in a real browser: on the deal, from there to a fact, in the list, in the scan."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import expect

from accounts import tenancy
from accounts.models import Membership, Role
from opportunities.models import Opportunity
from stakeholders.actions.acts import send_quote, set_decision_date
from tests.browser.conftest import assert_fine
from tests.factories import (
    NOW,
    create_membership,
    create_user,
    create_workspace,
    give_defaults,
)
from tests.recompute.build import days_ago, make, open_deal, say, seat


@pytest.fixture
def deal(transactional_db) -> Opportunity:
    """A deal with moved dates, three quotes and one contact."""
    ours = create_workspace(slug="ours", name="Ours")
    user = create_user(email="alice@example.com", name="Alice Adams")
    alice: Membership = create_membership(
        workspace=ours, user=user, roles=(Role.ADMIN, Role.REP)
    )
    told: dict[str, Any] = {"by": alice, "now": NOW}
    with tenancy.workspace(ours):
        give_defaults()
        deal = open_deal(owner=alice)
        karel = seat(deal, "Karel Maes", influence="high")
        say(karel, "B01", at=days_ago(5))
        for turn, day in enumerate(
            (date(2026, 4, 1), date(2026, 5, 15), date(2026, 6, 30))
        ):
            set_decision_date(
                opportunity=deal,
                decision_on=day,
                set_at=days_ago(90 - 10 * turn),
                moved_by=karel if turn else None,
                **told,
            )
        for turn, change in enumerate(("first", "scope", "scope")):
            send_quote(
                opportunity=deal,
                total=Decimal(150_000 + turn),
                currency="EUR",
                sent_on=days_ago(60 - 10 * turn).date(),
                change=change,
                **told,
            )
        make(deal)
        make(open_deal(owner=alice, name="Quiet"))
    return deal


def test_a_symptom_leads_to_its_facts_and_its_deals(deal, open_page):
    page = open_page("/w/ours/coaching/symptoms", user=deal.owner.user)
    assert_fine(page, "symptoms-scan")
    dates = page.locator("section", has=page.locator("#symptom-S1"))
    expect(dates).to_contain_text("1 of 2 open deals")

    dates.get_by_role("link", name="Planning").click()
    card = page.locator("section", has=page.locator("#symptoms"))
    card.get_by_text("2 facts behind it").click()
    assert_fine(page, "symptoms-deal")
    card.get_by_role("link", name="Decision date moved").first.click()
    expect(page.locator(":target")).to_contain_text("Decision date")

    page.goto("/w/ours/opportunities?symptom=S4")
    expect(page.locator("tbody tr")).to_have_count(1)
    assert_fine(page, "symptoms-list")
