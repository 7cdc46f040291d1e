"""Possible duplicates, a merge and an export in a real browser, with and without scripts."""

from functools import partial

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts import tenancy
from accounts.models import Membership, Role
from integrations.exporting.working import make
from opportunities.actions import create_company
from opportunities.models import ScheduleSlot
from stakeholders.actions.people import add_stakeholder, create_person
from stakeholders.models import Person
from tests.browser.conftest import assert_fine
from tests.factories import NOW, create_membership, create_user, create_workspace
from tests.integrations.files import furnish
from tests.recompute.build import JOINED, open_deal


@pytest.fixture
def alice(transactional_db) -> Membership:
    ours = create_workspace(slug="ours", name="Ours")
    user = create_user(email="alice@example.com", name="Alice Adams")
    alice = create_membership(workspace=ours, user=user, roles=tuple(Role))
    with tenancy.workspace(ours):
        furnish()
        delta = create_company(name="Delta", domain="delta.be", by=alice, now=NOW)
        create_company(name="Delta NV", by=alice, now=NOW)
        deal = open_deal(owner=alice)
        for name, title in (("Karel Maes", ""), ("Maes, Karel", "Head of planning")):
            person = create_person(
                name=name,
                title=title,
                email="karel@delta.be",
                company=delta,
                by=alice,
                now=NOW,
            )
            add_stakeholder(
                opportunity=deal, person=person, joined_on=JOINED, by=alice, now=NOW
            )
    return alice


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_two_are_compared_and_merged(alice, open_page, script):
    page = open_page("/w/ours/people", user=alice.user, script=script)
    page.get_by_role("link", name="Possible duplicates").click()
    expect(page.get_by_text("same e-mail address")).to_be_attached()
    if script:
        assert_fine(page, "duplicates")

    page.get_by_role("link", name="Compare").click()
    expect(page.get_by_text("Both have a seat in it")).to_be_visible()
    if script:
        assert_fine(page, "merge")
    page.get_by_role("radio", name="Name: Maes, Karel").check()
    page.get_by_role("button", name="Merge them").click()
    expect(page.get_by_role("heading", name="Maes, Karel")).to_be_visible()
    expect(page.get_by_text("Head of planning")).to_be_visible()

    with tenancy.workspace(alice.workspace):
        assert Person.objects.count() == 1
    page.goto("/w/ours/people/duplicates")
    expect(page.get_by_text("No duplicates found")).to_be_visible()
    if script:
        assert_fine(page, "duplicates-none")


def test_a_file_is_made_while_one_looks(alice, open_page):
    page = open_page("/w/ours/settings/export", user=alice.user)
    assert_fine(page, "exports-none")

    page.get_by_label("What", exact=True).select_option("companies")
    page.get_by_role("button", name="Make it").click()
    expect(page.get_by_text("being made")).to_be_visible()
    assert_fine(page, "exports-waiting")
    door = partial(tenancy.workspace, alice.workspace, through="task")
    for pk in ScheduleSlot.objects.values_list("pk", flat=True):
        make(slot_id=pk, door=door, now=timezone.now)

    with page.expect_download() as download:
        page.get_by_role("link", name="companies-").click()
    assert download.value.suggested_filename.endswith(".xlsx")
    assert_fine(page, "exports")
