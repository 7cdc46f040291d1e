"""The demo workspace as its rep, manager, coach and administrator."""

from io import StringIO

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.browser.conftest import assert_fine

EVERYBODYS = (
    "",
    "opportunities",
    "people",
    "companies",
    "forecast",
    "coaching",
    "tasks",
)
ADMINISTRATORS = (
    "settings/money",
    "settings/import",
    "settings/keys",
    "settings/keys/api",
)


@pytest.fixture
def demo(transactional_db) -> None:
    call_command("seed_demo", stdout=StringIO())


def walk(page: Page) -> None:
    """Every page of the day opens, and the first deal and person do."""
    for place in EVERYBODYS:
        answer = page.goto(f"/w/demo/{place}")
        assert answer
        assert answer.status == 200, place
        expect(page.get_by_text("This is a demo workspace.")).to_be_visible()
    page.goto("/w/demo/opportunities")
    page.locator("tbody a").first.click()
    expect(page.get_by_role("heading", name="Buying group")).to_be_visible()
    page.wait_for_load_state()  # before it no key is listened to


def test_four_roles_find_their_day_in_the_demo(demo, open_page):
    def as_(role: str) -> Page:
        return open_page(
            "/w/demo/", user=User.objects.get(email=f"{role}@demo.example")
        )

    rep = as_("rep")
    walk(rep)
    rep.keyboard.press("l")
    expect(rep.locator("#log-entry")).to_be_focused()
    rep.goto("/w/demo/")
    expect(rep.locator(".queue > li").first).to_be_visible()
    rep.keyboard.press("l")
    expect(rep.get_by_role("heading", name="In which deal?")).to_be_visible()

    manager = as_("manager")
    walk(manager)
    manager.goto("/w/demo/forecast")
    expect(manager.locator("main tbody").get_by_text("Benelux")).to_be_visible()
    expect(manager.locator("#fan canvas")).to_be_visible()

    coach = as_("coach")
    walk(coach)
    expect(coach.locator('[data-does="log"]')).to_have_count(0)
    expect(coach.get_by_role("link", name="Add a person")).to_have_count(0)
    coach.goto("/w/demo/coaching")
    coach.locator(".queue > li").first.get_by_role("button", name="Take it").click()
    expect(coach.get_by_text("Taken up.")).to_be_visible()

    administrator = as_("admin")
    walk(administrator)
    assert_fine(administrator, "demo-opportunity")
    for place in (*EVERYBODYS, *ADMINISTRATORS):
        administrator.goto(f"/w/demo/{place}")
        assert_fine(administrator, f"demo-{place.replace('/', '-') or 'today'}")
