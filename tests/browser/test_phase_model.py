"""Learn from closed deals, look at what would change, activate it and go back."""

import itertools

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts import tenancy
from accounts.models import Membership, Role
from opportunities.models import ScheduleSlot
from readiness.actions.learning import work
from tests.browser.conftest import assert_fine
from tests.factories import (
    create_membership,
    create_user,
    create_workspace,
    give_defaults,
)
from tests.readiness.closed import furnish
from tests.readiness.engine.learning.worlds import misspecified, told
from tests.recompute.build import open_deal, say, seat


@pytest.fixture
def alice(transactional_db) -> Membership:
    ours = create_workspace(slug="ours", name="Ours")
    user = create_user(email="alice@example.com", name="Alice Adams")
    alice = create_membership(workspace=ours, user=user, roles=tuple(Role))
    with tenancy.workspace(ours):
        give_defaults()
        furnish(told(misspecified(deals=150, seed=8), seed=9, confirmed=0.0), alice)
        for n, code in enumerate(("B27", "B03", "B10", "B15", "B20")):
            say(seat(open_deal(owner=alice, name=f"Deal {code}"), f"Karel {n}"), code)
    return alice


def learn(alice: Membership) -> None:
    """As a worker would."""
    slot = ScheduleSlot.objects.get(job="learning")
    work(
        slot_id=slot.pk,
        door=lambda: tenancy.workspace(alice.workspace_id, through="task"),
        now=timezone.now,
        clock=itertools.repeat(0.0),
    )


def test_from_closed_deals_to_an_active_version_and_back(alice, open_page):
    page = open_page("/w/ours/settings/model", user=alice.user)
    assert_fine(page, "phase-model")
    page.get_by_role("button", name="Learn from closed deals").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    assert_fine(page, "phase-model-learning")

    learn(alice)

    expect(page.get_by_text("foretold the held-out deals better")).to_be_visible()
    page.get_by_text("How long people stay", exact=True).click()
    page.reload()
    page.get_by_text("Where they go: forward", exact=False).click()
    assert_fine(page, "phase-model-report")

    page.get_by_role("link", name="What would change").click()
    expect(page.get_by_text("Computed now, and kept nowhere.")).to_be_visible()
    assert_fine(page, "phase-model-preview")
    page.get_by_role("button", name="Activate").click()
    expect(page.get_by_text("is active. The open deals")).to_be_visible()
    page.get_by_role("button", name="Go back to it").click()
    expect(page.get_by_text("is active. The open deals")).to_be_visible()
