"""Advice in a real browser: a contradiction asked about, its words changed, a reading beside."""

import pytest
from playwright.sync_api import expect

from accounts import tenancy
from accounts.models import Membership, Role
from readiness.actions.human import override_phase
from stakeholders.models import Stakeholder
from tests.browser.conftest import assert_fine
from tests.factories import (
    DAY,
    NOW,
    create_membership,
    create_user,
    create_workspace,
    give_defaults,
)
from tests.recompute.build import days_ago, make, open_deal, say, seat


@pytest.fixture
def karel(transactional_db) -> Stakeholder:
    """Committed by all signs, then he defends the present way; Alice reads doubts."""
    ours = create_workspace(slug="ours", name="Ours")
    user = create_user(email="alice@example.com", name="Alice Adams")
    alice: Membership = create_membership(
        workspace=ours, user=user, roles=(Role.ADMIN, Role.REP)
    )
    with tenancy.workspace(ours):
        give_defaults()
        karel = seat(open_deal(owner=alice), "Karel Maes")
        for days, code in ((20, "B39"), (15, "B40"), (10, "B44"), (3, "B01")):
            say(karel, code, at=days_ago(days))
        override_phase(
            stakeholder=karel,
            anchor="settling_doubts",
            reason="He asks for guarantees.",
            set_at=NOW,
            today=DAY,
            by=alice,
            now=NOW,
        )
        make(karel.opportunity)
    return karel


def test_a_contradiction_is_asked_about_in_the_workspaces_own_words(karel, open_page):
    alice = karel.opportunity.owner
    page = open_page("/w/ours/coaching", user=alice.user)
    page.get_by_role("link", name="Karel Maes").click()
    expect(
        page.get_by_text("does the present way still serve you well")
    ).to_be_visible()
    expect(page.get_by_text("The model gives it")).to_be_visible()
    assert_fine(page, "clarify")

    page.goto(page.url.split("/w/")[0] + "/w/ours/coaching/readings")
    assert_fine(page, "readings")

    page.goto(page.url.split("/w/")[0] + "/w/ours/settings/advice")
    assert_fine(page, "advice")
    page.get_by_role("link", name="A surprise").click()
    step = page.get_by_role("group", name="One question or step").get_by_label(
        "English"
    )
    step.fill("Ask {person}: {ask_first}?")
    page.get_by_role("button", name="Look at it first").click()
    expect(page.get_by_text("Ask Karel Maes: does the present way")).to_be_visible()
    assert_fine(page, "play")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Open advice reads so from now on.")).to_be_visible()
