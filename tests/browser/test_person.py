"""A person in a deal, by keys alone: picked, found, read otherwise and confirmed."""

import pytest
from playwright.sync_api import Page, expect

from accounts import tenancy
from stakeholders.actions.people import create_person
from tests.browser.conftest import assert_fine
from tests.browser.deals import World, build
from tests.factories import NOW


@pytest.fixture
def world(transactional_db) -> World:
    made = build()
    with tenancy.workspace(made.place):
        for name in ("Marie Dubois", "Marc Dubois"):
            create_person(name=name, by=made.alice, now=NOW)
    return made


def test_somebody_known_is_picked_by_keys(world: World, open_page):
    page: Page = open_page(
        f"/w/ours/opportunities/{world.deal.pk}/people/new", user=world.alice.user
    )
    field = page.get_by_role("combobox", name="Person", exact=True)
    page.locator("#id_person_0").focus()
    page.keyboard.type("dub")
    options = page.locator(".pick-list > li")
    expect(options).to_have_count(3)  # two, and a new one
    expect(field).to_have_attribute("aria-expanded", "true")
    assert_fine(page, "pick")

    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    expect(options.first).to_be_hidden()
    page.keyboard.type("o")
    expect(options.first).to_be_visible()
    expect(options.first).to_contain_text("Marc Dubois")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(field).to_have_value("Marie Dubois")
    expect(options.first).to_be_hidden()
    page.keyboard.press("Enter")

    page.wait_for_url(f"**/opportunities/{world.deal.pk}")
    expect(page.get_by_role("link", name="Marie Dubois").first).to_be_visible()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_human_reading_and_plain_words_come_and_go(world, open_page, script):
    karel = world.people["karel"]
    here = f"/w/ours/stakeholders/{karel.pk}"
    page: Page = open_page(here, user=world.alice.user, script=script)
    chain = page.get_by_role("region", name="Table of the steps")

    page.get_by_role("link", name="I read it otherwise…").press("Enter")
    page.get_by_label("You read").select_option("commitment")
    page.get_by_label("Because").fill("The board has said so.")
    page.get_by_role("button", name="Save").press("Enter")
    page.wait_for_url(f"**{here}")
    expect(page.get_by_text("The board has said so.")).to_be_visible()
    page.get_by_role("button", name="End it").press("Enter")
    expect(page.get_by_text("The inferred reading is back.")).to_be_visible()
    expect(page.get_by_text("The board has said so.")).to_have_count(0)

    page.get_by_role("link", name="They said it…").press("Enter")
    page.get_by_label("Where they say they are").select_option("comparison")
    page.get_by_label("In their own plain words").fill("We compare three of you.")
    page.get_by_role("button", name="Save").press("Enter")
    page.wait_for_url(f"**{here}")
    expect(chain.get_by_text("We compare three of you.")).to_be_visible()
    if script:
        assert_fine(page, "stakeholder-confirmed")
    chain.get_by_role("button", name="Take it back").press("Enter")
    expect(page.get_by_text("The confirmation is taken back.")).to_be_visible()
    expect(page.get_by_text("We compare three of you.")).to_have_count(0)


def test_a_person_is_found_from_anywhere_and_filtered(world: World, open_page):
    page: Page = open_page("/w/ours/", user=world.alice.user)
    page.keyboard.press("Control+k")
    page.keyboard.type("dubo")
    expect(page.get_by_role("option")).to_have_count(2)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/people/*")
    expect(page.get_by_role("heading", name="Marie Dubois")).to_be_visible()

    page.goto("/w/ours/people")
    rows = page.locator("#rows tbody tr")
    expect(rows).to_have_count(6)
    page.get_by_label("In an open deal").check()
    expect(rows).to_have_count(3)
    assert "in=open" in page.url
    assert_fine(page, "people-busy")
