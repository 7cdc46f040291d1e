"""Views and groups of the list of deals in a real browser."""

import pytest
from playwright.sync_api import expect

from accounts import tenancy
from forecasting.models import SavedView
from tests.browser.conftest import assert_fine
from tests.browser.deals import World, build


@pytest.fixture
def world(transactional_db) -> World:
    return build()


def test_a_view_is_saved_changed_and_found_again(world, open_page):
    page = open_page("/w/ours/opportunities", user=world.alice.user)
    page.get_by_label("Group by").select_option("constraint")
    expect(page.locator("tr.group").first).to_be_visible()
    assert_fine(page, "opportunities-grouped")

    page.get_by_role("link", name="Save as a view").click()
    assert_fine(page, "view-new")
    page.get_by_label("Name").fill("By limit")
    page.get_by_label("Who finds it").select_option("workspace")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".views [aria-current]")).to_have_text("By limit")

    page.get_by_label("Last heard").select_option("fresh")
    expect(page.locator(".view-line")).to_contain_text("View By limit, changed")
    page.get_by_role("button", name="Save the change").click()
    expect(page.get_by_label("Last heard")).to_have_value("fresh")
    assert_fine(page, "opportunities-view")

    page.get_by_role("link", name="All views…").click()
    assert_fine(page, "views")
    page.get_by_role("link", name="Edit By limit").click()
    assert_fine(page, "view-edit")
    with tenancy.workspace(world.alice.workspace):
        assert SavedView.objects.get().query == "heard=fresh&group=constraint"
