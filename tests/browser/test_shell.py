"""The frame and its parts in a real browser: no violation, no console message, keys work.

How the frame itself looks is seen in test_people.py, around every page.
"""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from accounts.models import Role
from tests.browser.conftest import assert_fine, overflow
from tests.factories import create_membership, create_user, create_workspace

pytestmark = pytest.mark.urls("tests.browser.urls")

SMALL = {"width": 360, "height": 780}


@pytest.fixture
def alice(transactional_db):
    user = create_user()
    for slug in ("ours", "sandbox"):
        create_membership(
            workspace=create_workspace(slug=slug),
            user=user,
            roles=(Role.ADMIN, Role.REP),
        )
    return user


def test_styleguide_is_accessible_and_fits(open_page):
    page = open_page("/styleguide/")

    assert_fine(page, "styleguide")
    page.set_viewport_size(SMALL)
    assert overflow(page) == 0


def test_chosen_theme_wins_over_the_systems(open_page):
    page = open_page("/styleguide/", look="light")

    page.get_by_role("button", name="Dark").click()

    scheme = page.evaluate("getComputedStyle(document.documentElement).colorScheme")
    assert scheme == "dark"
    assert_fine(page, "styleguide-chosen-dark")


def test_dialog_opens_holds_the_focus_and_gives_it_back(open_page):
    page = open_page("/styleguide/")
    opener = page.get_by_role("button", name="Open a dialog")

    opener.click()
    expect(page.get_by_role("dialog", name="Remove this member?")).to_be_visible()
    assert_fine(page, "dialog")
    page.keyboard.press("Escape")

    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(opener).to_be_focused()


def today(slug="ours"):
    return reverse("coaching:today", kwargs={"slug": slug})


def test_palette_is_run_by_keys_alone(open_page, alice):
    page = open_page(today(), user=alice)

    page.keyboard.press("Control+k")
    combobox = page.get_by_role("combobox", name="Type a command")
    expect(combobox).to_be_focused()
    assert_fine(page, "palette")
    page.keyboard.type("mem")
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")

    page.wait_for_url(f"**{reverse('accounts:members', kwargs={'slug': 'ours'})}")


def test_palette_moves_with_arrows_and_says_where_it_is(open_page, alice):
    page = open_page(today(), user=alice)

    page.keyboard.press("/")
    page.keyboard.press("ArrowUp")

    last = page.get_by_role("option").last
    expect(last).to_have_attribute("aria-selected", "true")
    combobox = page.get_by_role("combobox", name="Type a command")
    expect(combobox).to_have_attribute(
        "aria-activedescendant", last.get_attribute("id") or ""
    )
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_g_and_a_letter_go_there_but_not_while_typing(open_page, alice):
    page = open_page(today(), user=alice)

    page.keyboard.press("/")
    page.keyboard.type("g m")
    assert page.url.endswith(today())
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("m")

    page.wait_for_url(f"**{reverse('accounts:members', kwargs={'slug': 'ours'})}")


def test_question_mark_lists_the_shortcuts_and_keys_can_be_turned_off(open_page, alice):
    page = open_page(today(), user=alice)

    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Commands and shortcuts")
    expect(dialog.get_by_role("link", name="Members")).to_be_visible()
    assert_fine(page, "shortcuts")
    dialog.get_by_role("checkbox").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("?")

    expect(dialog).to_be_hidden()


def test_without_a_script_the_search_button_lists_the_commands(open_page, alice):
    page = open_page(today(), user=alice, script=False)

    page.get_by_role("link", name="Search and commands").click()

    commands = page.locator("#shortcuts")
    expect(commands.get_by_role("link", name="Switch to Sandbox")).to_be_visible()
    commands.get_by_role("link", name="Members").click()
    assert page.url.endswith(reverse("accounts:members", kwargs={"slug": "ours"}))


def test_phone_reaches_everything_from_the_dock(open_page, alice):
    page = open_page(today(), user=alice, look="phone")
    page.set_viewport_size(SMALL)
    assert overflow(page) == 0

    page.locator(".dock").get_by_text("More").click()

    dock = page.locator(".dock-panel")
    expect(dock.get_by_role("link", name="Profile")).to_be_visible()
    expect(dock.get_by_role("button", name="Sign out")).to_be_visible()
    assert_fine(page, "dock")


def test_skip_link_is_first_and_leads_to_the_content(open_page, alice):
    page = open_page(today(), user=alice)

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator("main")).to_be_focused()


def test_htmx_says_so_when_something_fails(open_page, said):
    page = open_page("/styleguide/")
    page.route("**/broken", lambda route: route.fulfill(status=500, body="no"))

    page.evaluate("void htmx.ajax('GET', '/broken', {target: '#tags'})")

    expect(page.get_by_text("That did not work.")).to_be_visible()
    said.clear()  # the browser itself reports the 500


def test_htmx_leaves_for_the_sign_in_page_when_the_session_ended(open_page, said):
    page = open_page("/styleguide/")
    page.route("**/expired", lambda route: route.fulfill(status=401, body=""))

    page.evaluate("void htmx.ajax('GET', '/expired', {target: '#tags'})")

    page.wait_for_url(f"**{reverse('account_login')}?next=%2Fstyleguide%2F")
    said.clear()  # the browser itself reports the 401


def test_htmx_swaps_a_refused_form_and_goes_to_its_first_error(open_page, said):
    page = open_page("/styleguide/")
    refused = '<p><label>Name <input id="wrong" aria-invalid="true"></label></p>'
    page.route("**/form", lambda route: route.fulfill(status=422, body=refused))

    page.evaluate("void htmx.ajax('POST', '/form', {target: '#forms'})")

    expect(page.locator("#wrong")).to_be_focused()
    said.clear()  # the browser itself reports the 422
