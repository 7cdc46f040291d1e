"""From the list of deals to the forecast and its target, in a real browser."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts import tenancy
from accounts.models import Membership, Role
from forecasting.actions.periods import refresh_periods
from tests.browser.conftest import assert_fine
from tests.factories import (
    create_membership,
    create_user,
    create_workspace,
    give_defaults,
)
from tests.recompute.build import make, open_deal, say, seat


@pytest.fixture
def alice(transactional_db) -> Membership:
    ours = create_workspace(slug="ours", name="Ours")
    user = create_user(email="alice@example.com", name="Alice Adams")
    alice = create_membership(workspace=ours, user=user, roles=tuple(Role))
    now = timezone.now()
    with tenancy.workspace(ours):
        give_defaults()
        for name in ("Planning", "Cold chain"):
            deal = open_deal(owner=alice, name=name)
            person = seat(deal, f"Karel {name}")
            say(person, "B27", at=now - timedelta(days=2), now=now)
            make(deal, now=now)
        refresh_periods(workspace=ours, now=now)
    return alice


def test_from_the_list_to_the_forecast_and_its_target(alice, open_page):
    page = open_page("/w/ours/opportunities", user=alice.user)
    assert_fine(page, "opportunities")

    page.get_by_label("Deal or company").press_sequentially("cold")
    expect(page.get_by_role("link", name="Planning")).to_have_count(0)
    expect(page.get_by_role("link", name="Cold chain")).to_be_visible()
    page.get_by_role("link", name="Clear the filters").click()
    page.get_by_role("link", name="Amount", exact=True).click()
    expect(page).to_have_url("/w/ours/opportunities?sort=-amount")

    page.goto("/w/ours/forecast")
    expect(page.locator("#fan canvas")).to_have_count(1)
    page.get_by_text("The same as a table").click()
    assert_fine(page, "forecast")

    page.get_by_role("link", name="Set one").click()
    page.get_by_label("Amount in EUR").fill("100000")
    page.get_by_role("button", name="Save the target").click()
    expect(page.get_by_text("The target is saved.")).to_be_visible()
    assert_fine(page, "money")
    page.get_by_role("link", name="Change").click()
    assert_fine(page, "target")

    page.goto("/w/ours/forecast")
    expect(page.get_by_text("Reaches the target")).to_be_visible()
