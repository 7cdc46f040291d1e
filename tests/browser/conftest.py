"""One browser for all that is looked at, and what every look at a page asserts."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import expect, sync_playwright

from buyreadiness.management.commands.doctor import CHROMIUMS

# BUYREADINESS_CHROMIUM=some/path is taken unseen.
CHROMIUM = os.environ.get("BUYREADINESS_CHROMIUM") or next(
    filter(None, map(shutil.which, CHROMIUMS)), None
)
# SCREENSHOTS=some/folder keeps a picture of every page.
PICTURES = os.environ.get("SCREENSHOTS", "")

# A busy machine is slow, and slow is not wrong.
expect.set_options(timeout=20_000)

WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
EVERY_LOOK: dict[str, Any] = {
    "light": {"color_scheme": "light", "viewport": WIDE},
    "dark": {"color_scheme": "dark", "viewport": WIDE},
    "phone": {"color_scheme": "light", "viewport": PHONE},
    "dark-phone": {"color_scheme": "dark", "viewport": PHONE},
}
# Two show both palettes and both widths; a picture is kept of all four.
ALL_LOOKS = PICTURES or os.environ.get("BUYREADINESS_ALL_LOOKS")
LOOKS = {
    name: look
    for name, look in EVERY_LOOK.items()
    if ALL_LOOKS or name in {"light", "dark-phone"}
}

AXE = """axe.run({resultTypes: ["violations"]}).then(found =>
    found.violations.map(one => [one.id, one.nodes.map(node => node.target)]))"""
DARK = "matchMedia('(prefers-color-scheme: dark)').matches"
ROOT = "document.documentElement"


def pytest_itemcollected(item: pytest.Item) -> None:
    """Asked for this folder only."""
    # One worker of xdist carries the browser.
    item.add_marker(pytest.mark.xdist_group("browser"))
    if item.config.getoption("loadgroup", False):
        # pytest-xdist 3.8 writes the group where pytest 9.2 no longer looks (its #1386).
        item._id = item.id.parse(f"{item.nodeid}@browser")
    if not CHROMIUM:
        item.add_marker(
            pytest.mark.skip(
                "no Chromium here: apt-get install chromium, or say where it is"
                " by BUYREADINESS_CHROMIUM"
            )
        )


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    # Chromium has pages of its own behind the address bar of every window: they take
    # more time than ours.
    needless = "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup"
    return browser_type_launch_args | {
        "executable_path": CHROMIUM,
        "args": ["--no-sandbox", needless],
    }


@pytest.fixture(scope="package")
def browser(browser_type_launch_args):
    """The browser, until the first test of another folder.

    So long Playwright's loop runs in this thread, suspended while a test runs: who asks
    for a loop of their own is refused, and Django gives them another connection.
    """
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # the server has its own thread
        browser = playwright.chromium.launch(**browser_type_launch_args)
        yield browser
        browser.close()


@pytest.fixture
def said():
    """What the browser's console said; something there fails the test."""
    said: list[str] = []
    yield said
    assert said == []


@pytest.fixture
def open_page(transactional_db, live_server, browser, said):
    """Open an address in a window of its own; its `user` is in without signing in."""
    cache.clear()  # limits of sign-in are counted there
    contexts = []

    def opened(address="/", *, user=None, look="light", script=True, listen=True):
        context = browser.new_context(
            **EVERY_LOOK[look],
            reduced_motion="reduce",
            base_url=live_server.url,
            java_script_enabled=script,
        )
        contexts.append(context)
        if user:
            context.add_cookies([session_of(user, live_server.url)])
        page = context.new_page()
        if listen:
            page.on("console", lambda message: said.append(message.text))
            page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(str(address))
        return page

    yield opened
    for context in contexts:
        context.close()


def session_of(user, url):
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value, "url": url}


def assert_fine(page, name):
    """No violation, nothing wider than the window, a picture when they are kept.

    In every look, one after the other: the page itself is asked for once.
    """
    before = {
        "viewport": page.viewport_size,
        "color_scheme": "dark" if page.evaluate(DARK) else "light",
    }
    page.evaluate(AXE_SCRIPT)
    wrong = []
    for title, look in LOOKS.items():
        show(page, look)
        if PICTURES:
            picture = Path(PICTURES) / f"{name}-{title}.png"
            page.screenshot(path=picture, full_page=True)
        wrong += [(name, title, *violation) for violation in page.evaluate(AXE)]
        if overflow(page):
            wrong.append((name, title, "wider than the window"))
    show(page, before)
    assert wrong == []


def show(page, look):
    page.set_viewport_size(look["viewport"])
    page.emulate_media(color_scheme=look["color_scheme"])


def overflow(page):
    """How much of the page is beyond the window's edge, in pixels."""
    return page.evaluate(f"{ROOT}.scrollWidth - {ROOT}.clientWidth")
