"""Make a draft, split a phase, add a signal, see what changes, and activate it."""

import pytest
from playwright.sync_api import expect

from accounts import tenancy
from accounts.models import Membership, Role
from tests.browser.conftest import assert_fine
from tests.factories import (
    create_membership,
    create_user,
    create_workspace,
    give_defaults,
)
from tests.recompute.build import open_deal, say, seat


@pytest.fixture
def alice(transactional_db) -> Membership:
    ours = create_workspace(slug="ours", name="Ours")
    user = create_user(email="alice@example.com", name="Alice Adams")
    alice = create_membership(workspace=ours, user=user, roles=tuple(Role))
    with tenancy.workspace(ours):
        give_defaults()
        say(seat(open_deal(owner=alice)), "B27")
    return alice


def test_from_a_version_to_an_edited_one_in_force(alice, open_page):
    page = open_page("/w/ours/settings/model", user=alice.user)
    page.get_by_role("link", name="Make a draft of this").click()
    page.get_by_label("Name").fill("Spring")
    page.get_by_role("button", name="Make the draft").click()
    page.get_by_role("link", name="Split Resolve").click()
    assert_fine(page, "phase-split")
    page.get_by_role("button", name="Split", exact=True).click()
    expect(page.get_by_role("link", name="Resolve 2", exact=True)).to_be_visible()
    assert_fine(page, "model-draft")

    page.get_by_role("link", name="Signals", exact=True).click()
    assert_fine(page, "model-signals")
    page.get_by_role("link", name="New signal").click()
    page.get_by_label("Code").fill("C01")
    page.get_by_role("group", name="Name").get_by_label("English").fill(
        "Asks our plans"
    )
    # By the keys alone: into the grid, and one to the right.
    page.get_by_role("group", name="Criteria").get_by_label("3 neutral").focus()
    page.keyboard.press("ArrowRight")
    typical = page.get_by_role("group", name="Criteria").get_by_label("4 typical")
    expect(typical).to_be_checked()
    assert_fine(page, "model-signal")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Asks our plans")).to_be_visible()

    page.get_by_role("link", name="What is different").click()
    added = page.get_by_role("row").filter(has_text="Asks our plans")
    expect(added.filter(has_text="C01").filter(has_text="new")).to_be_visible()
    assert_fine(page, "model-diff")
    page.get_by_role("link", name="What would change").click()
    expect(page.get_by_text("0 of 1 person heard")).to_be_visible()
    page.get_by_role("button", name="Activate").click()
    expect(page.get_by_text("Spring is active. The open deals")).to_be_visible()
