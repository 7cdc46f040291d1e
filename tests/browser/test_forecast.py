"""From the list of deals to the forecast and its target, in a real browser."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts import tenancy
from accounts.models import Membership, Role
from forecasting.actions.periods import refresh_periods
from forecasting.actions.snapshots import freeze_deals
from opportunities.models import Opportunity
from readiness.queries.models import active_model
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
        week_ago = now - timedelta(days=7)
        freeze_deals(
            list(Opportunity.objects.still_open().order_by("pk")),
            model=active_model(),
            workspace=ours,
            now=week_ago,
        )
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


def test_from_what_changed_to_a_call_and_a_supposition(alice, open_page):
    page = open_page("/w/ours/forecast", user=alice.user)
    expect(page.locator("[data-waterfall] canvas")).to_have_count(1)
    page.get_by_role("link", name="Deal by deal, another night, CSV").click()
    expect(page.get_by_role("heading", name="Deal by deal")).to_be_visible()
    assert_fine(page, "changes")

    page.goto("/w/ours/forecast/meeting")
    expect(page.get_by_text("1 of 2")).to_be_visible()
    assert_fine(page, "meeting")
    page.get_by_label("out", exact=True).check()
    page.get_by_label("Why").fill("Their board meets in January.")
    page.get_by_role("button", name="Keep it, next deal").click()
    expect(page.get_by_text("2 of 2")).to_be_visible()
    page.locator("body").press("ArrowLeft")
    expect(page.get_by_text("Their board meets in January.")).to_be_visible()

    page.get_by_role("link", name="What if").click()
    page.get_by_label("and is").select_option("for us")
    expect(page.get_by_role("heading", name="If that came true")).to_be_visible()
    assert_fine(page, "what-if")

    page.goto("/w/ours/forecast/calls")
    page.get_by_label("Amount in EUR").fill("99000")
    page.get_by_label("Why").fill("Two boards meet in January.")
    page.get_by_role("button", name="Keep this call").click()
    expect(page.get_by_text("Your call is kept beside the forecast.")).to_be_visible()
    assert_fine(page, "calls")
