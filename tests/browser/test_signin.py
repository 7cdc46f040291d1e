"""Signing in, as a person does it, and every page of it looked at."""

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core import mail
from django.urls import reverse, reverse_lazy
from playwright.sync_api import expect

from tests.browser.conftest import assert_fine
from tests.factories import PASSWORD, create_user, create_workspace
from tests.signin.conftest import SECRET, code_of_app, confirmed, link_in

NEW = "another long password"
SIGN_IN = reverse_lazy("account_login")


@pytest.fixture
def ann(transactional_db):
    return confirmed(create_user(email="ann@example.com", name="Ann"))


def sign_in(page, password=PASSWORD):
    page.get_by_label("E-mail address").fill("ann@example.com")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_pages_before_signing_in_are_fine(open_page, ann):
    create_workspace(slug="demo", is_demo=True, prepared_at=None)
    page = open_page(SIGN_IN)
    assert_fine(page, "login-preparing")
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
        assert_fine(page, f"{name}{bad}")


def test_pages_of_the_account_are_fine(open_page, ann):
    page = open_page(reverse("mfa_activate_totp"), user=ann)
    expect(page.get_by_role("heading", name="Is it you?")).to_be_visible()
    assert_fine(page, "reauthenticate")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url(lambda url: "activate" in url)
    assert_fine(page, "totp-activate")
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
        assert_fine(page, name)


def test_a_wrong_password_leaves_the_caret_in_the_empty_field(open_page, ann):
    page = open_page(SIGN_IN)

    sign_in(page, "not her password")

    expect(page.get_by_role("alert")).to_contain_text("is wrong")
    expect(page.get_by_label("E-mail address")).to_have_value("ann@example.com")
    expect(page.get_by_label("Password")).to_be_focused()
    assert_fine(page, "login-refused")


def test_a_forgotten_password_is_chosen_anew(open_page, ann):
    page = open_page(SIGN_IN)
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


def test_an_app_is_set_up_and_asked_for_from_then_on(open_page, ann):
    page = open_page(reverse("mfa_index"), user=ann)
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

    other = open_page(SIGN_IN, look="phone")
    sign_in(other)
    assert_fine(other, "mfa_authenticate")
    other.get_by_label("Code").fill(code)
    other.get_by_role("button", name="Sign in").click()

    other.wait_for_url(lambda url: "accounts" not in url)


def test_the_other_sessions_are_seen_and_ended(open_page, ann):
    mine, theirs = open_page(SIGN_IN), open_page(SIGN_IN, look="phone")
    for page in (mine, theirs):
        sign_in(page)
        page.wait_for_url(lambda url: "login" not in url)
    mine.goto(reverse("usersessions_list"))
    expect(mine.get_by_role("row")).to_have_count(3)
    assert_fine(mine, "sessions-two")

    mine.get_by_role("button", name="Sign out everywhere else").click()

    expect(mine.get_by_role("row")).to_have_count(2)
    theirs.goto(reverse("usersessions_list"))
    assert "login" in theirs.url
