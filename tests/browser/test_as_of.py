"""What was believed on a day: from the deal to a person, and to what moved them."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.browser.conftest import assert_fine
from tests.browser.deals import World, build


@pytest.fixture
def world(transactional_db) -> World:
    return build()


def test_a_day_is_looked_back_to_and_explained(world: World, open_page):
    day = timezone.now().date() - timedelta(days=50)
    karel = world.people["karel"]
    page: Page = open_page(
        f"/w/ours/opportunities/{world.deal.pk}", user=world.alice.user
    )

    page.get_by_label("As of").fill(str(day))
    page.get_by_role("button", name="Look back").press("Enter")
    page.wait_for_url(f"**as_of={day}")
    expect(page.get_by_text("As believed on")).to_be_visible()
    assert_fine(page, "deal-as-of")

    page.get_by_role("link", name="Karel Maes").first.press("Enter")
    page.wait_for_url(f"**/stakeholders/{karel.pk}?as_of={day}")
    expect(page.get_by_text("As believed on")).to_be_visible()
    page.get_by_text("As a table").press("Enter")
    expect(page.get_by_role("region", name="phases over time")).to_be_visible()
    assert_fine(page, "person-as-of")

    page.locator(".areas a").first.press("Enter")
    step = page.locator("tr:target")
    expect(step).to_be_visible()
    step.get_by_role("link").press("Enter")
    page.wait_for_url(f"**/opportunities/{world.deal.pk}?as_of={day}&before=*")
    expect(page.locator(".signal:target")).to_be_visible()

    page.get_by_role("link", name="back to now").press("Enter")
    page.wait_for_url(f"**/opportunities/{world.deal.pk}?")
    expect(page.get_by_text("As believed on")).to_have_count(0)
