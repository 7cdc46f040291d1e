"""Signing in, as a person does it, and every page of it looked at."""

import os
import shutil
from pathlib import Path

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from axe_playwright_python.sync_playwright import Axe
from django.core import mail
from django.core.cache import cache
from django.urls import reverse
from playwright.sync_api import expect

from tests.factories import PASSWORD, create_user, create_workspace
from tests.signin.conftest import SECRET, code_of_app, confirmed, link_in

# Playwright's loop runs in this thread; the server answers in its own.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

pytestmark = pytest.mark.skipif(
    not shutil.which("chromium"), reason="no chromium here: apt-get install chromium"
)

LOOKS = {
    "light": {"color_scheme": "light", "viewport": {"width": 1280, "height": 840}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1280, "height": 840}},
    "phone": {"color_scheme": "light", "viewport": {"width": 390, "height": 844}},
    "dark-phone": {"color_scheme": "dark", "viewport": {"width": 390, "height": 844}},
}
NEW = "another long password"
# SCREENSHOTS=some/folder keeps a picture of every page.
PICTURES = os.environ.get("SCREENSHOTS", "")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    return browser_type_launch_args | {
        "executable_path": shutil.which("chromium"),
        "args": ["--no-sandbox"],
    }


@pytest.fixture
def ann(transactional_db):
    cache.clear()
    return confirmed(create_user(email="ann@example.com", name="Ann"))


@pytest.fixture
def said():
    """What the browser's console said; something there fails the test."""
    said: list[str] = []
    yield said
    assert said == []


@pytest.fixture
def open_window(live_server, browser, said):
    """Open a window of its own, at the sign-in page."""
    contexts = []

    def opened(look="light"):
        context = browser.new_context(
            **LOOKS[look], reduced_motion="reduce", base_url=live_server.url
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(reverse("account_login"))
        return page

    yield opened
    for context in contexts:
        context.close()


def sign_in(page, password=PASSWORD):
    page.get_by_label("E-mail address").fill("ann@example.com")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def assert_fine(page, look, name):
    """No violation, nothing wider than the window; the picture is for people."""
    if PICTURES:
        folder = Path(PICTURES)
        folder.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=folder / f"{name}-{look}.png", full_page=True)
    violations = Axe().run(page).response["violations"]
    assert [(v["id"], [n["target"] for n in v["nodes"]]) for v in violations] == []
    root = "document.documentElement"
    assert page.evaluate(f"{root}.scrollWidth - {root}.clientWidth") == 0, name


@pytest.mark.parametrize("look", LOOKS)
def test_pages_before_signing_in_are_fine(open_window, ann, look):
    create_workspace(slug="demo", is_demo=True, prepared_at=None)
    page = open_window(look)
    assert_fine(page, look, "login-preparing")
    sign_in(page, "not her password")
    assert_fine(page, look, "login-refused")
    where = {"uidb36": user_pk_to_url_str(ann)}
    key = default_token_generator.make_token(ann)
    new = create_user(email="new@example.com")
    address = EmailAddress.objects.create(user=new, email=new.email, primary=True)
    confirmation = EmailConfirmationHMAC.create(address).key
    for name, args, kwargs in [
        ("account_signup", [], {}),
        ("account_reset_password", [], {}),
        ("account_reset_password_done", [], {}),
        ("account_reset_password_from_key", [], where | {"key": key}),
        ("account_reset_password_from_key", [], where | {"key": "bad"}),
        ("account_reset_password_from_key_done", [], {}),
        ("account_email_verification_sent", [], {}),
        ("account_confirm_email", [confirmation], {}),
        ("account_confirm_email", ["bad"], {}),
        ("account_inactive", [], {}),
    ]:
        page.goto(reverse(name, args=args, kwargs=kwargs))
        bad = "-bad" if "bad" in [*args, *kwargs.values()] else ""
        assert_fine(page, look, f"{name}{bad}")


@pytest.mark.parametrize("look", LOOKS)
def test_pages_of_the_account_are_fine(open_window, ann, look):
    page = open_window(look)
    sign_in(page)
    page.wait_for_url(lambda url: "login" not in url)
    page.goto(reverse("mfa_activate_totp"))
    expect(page.get_by_role("heading", name="Is it you?")).to_be_visible()
    assert_fine(page, look, "reauthenticate")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url(lambda url: "activate" in url)
    assert_fine(page, look, "totp-activate")
    TOTP.activate(ann, SECRET)
    RecoveryCodes.activate(ann)
    for name in (
        "account_change_password",
        "account_email",
        "account_logout",
        "mfa_index",
        "mfa_deactivate_totp",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "mfa_reauthenticate",
        "usersessions_list",
    ):
        page.goto(reverse(name))
        assert_fine(page, look, name)


def test_a_wrong_password_leaves_the_caret_in_the_empty_field(open_window, ann):
    page = open_window()

    sign_in(page, "not her password")

    expect(page.get_by_role("alert")).to_contain_text("is wrong")
    expect(page.get_by_label("E-mail address")).to_have_value("ann@example.com")
    expect(page.get_by_label("Password")).to_be_focused()


def test_a_forgotten_password_is_chosen_anew(open_window, ann):
    page = open_window()
    page.get_by_role("link", name="Forgot your password?").click()
    page.get_by_label("E-mail address").fill("ann@example.com")
    page.get_by_role("button", name="Send the letter").click()
    expect(page.get_by_role("heading", name="Look in your mailbox")).to_be_visible()

    page.goto(link_in(mail.outbox[0]))
    page.get_by_label("New password").fill(NEW)
    page.get_by_role("button", name="Save the password").click()
    page.get_by_role("main").get_by_role("link", name="Sign in").click()
    sign_in(page, NEW)

    page.wait_for_url(lambda url: "login" not in url)


def test_an_app_is_set_up_and_asked_for_from_then_on(open_window, ann):
    page = open_window()
    sign_in(page)
    page.wait_for_url(lambda url: "login" not in url)
    page.goto(reverse("mfa_index"))
    page.get_by_role("link", name="Set up").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    secret = page.locator(".qr-key").inner_text().replace(" ", "")
    picture = page.get_by_role("img", name="QR code")
    assert picture.evaluate("image => image.naturalWidth") > 0
    page.get_by_label("Code").fill(code_of_app(secret=secret))
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    expect(page.locator(".codes li")).to_have_count(10)
    code = page.locator(".codes li").first.inner_text()

    other = open_window("phone")
    sign_in(other)
    assert_fine(other, "phone", "mfa_authenticate")
    other.get_by_label("Code").fill(code)
    other.get_by_role("button", name="Sign in").click()

    other.wait_for_url(lambda url: "accounts" not in url)


def test_the_other_sessions_are_seen_and_ended(open_window, ann):
    mine, theirs = open_window(), open_window("phone")
    for page in (mine, theirs):
        sign_in(page)
        page.wait_for_url(lambda url: "login" not in url)
    mine.goto(reverse("usersessions_list"))
    expect(mine.get_by_role("row")).to_have_count(3)
    assert_fine(mine, "light", "sessions-two")

    mine.get_by_role("button", name="Sign out everywhere else").click()

    expect(mine.get_by_role("row")).to_have_count(2)
    theirs.goto(reverse("usersessions_list"))
    assert "login" in theirs.url
