"""Every page of the sign-in library is in our own clothes and says our own words."""

import re

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.conf import settings
from django.urls import reverse

from accounts.models import Workspace
from tests.factories import NOW, create_user, create_workspace
from tests.signin.conftest import code_of_app, confirm_it_is_me, sign_in

SIGNED_OUT = [
    "account_login",
    "account_signup",
    "account_email_verification_sent",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key_done",
    "account_inactive",
]
SIGNED_IN = [
    "account_logout",
    "account_change_password",
    "account_email",
    "account_reauthenticate",
    "account_reset_password",
    "mfa_index",
    "mfa_activate_totp",
    "usersessions_list",
]
WITH_APP = [
    "mfa_index",
    "mfa_reauthenticate",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
]


def assert_ours(response, status=200):
    """The page was found, came from our templates, and works under a strict policy."""
    assert response.status_code == status
    ours = str(settings.BASE_DIR / "templates")
    theirs = [t.origin.name for t in response.templates if t.origin and t.origin.name]
    pages = [name for name in theirs if "/allauth/" in name and ours not in name]
    assert pages == []
    html = response.content.decode()
    assert re.findall(r"<style|\sstyle=|\son\w+=", html) == []
    assert re.findall(r"<script(?![^>]*\ssrc=|[^>]*application/json)", html) == []
    assert html.count("<h1") == 1


@pytest.mark.parametrize("name", SIGNED_OUT)
@pytest.mark.django_db
def test_page_before_signing_in_is_ours(client, name):
    assert_ours(client.get(reverse(name)))


@pytest.mark.parametrize("name", SIGNED_IN)
def test_page_of_the_account_is_ours(client, ann, name):
    sign_in(client)
    confirm_it_is_me(client)

    assert_ours(client.get(reverse(name)))


@pytest.mark.parametrize("name", WITH_APP)
def test_page_of_the_second_factor_is_ours(client, ann, app_of_ann, name):
    RecoveryCodes.activate(ann)
    sign_in(client)
    client.post(reverse("mfa_authenticate"), {"code": code_of_app()})
    confirm_it_is_me(client)

    assert_ours(client.get(reverse(name)))


def test_page_that_asks_for_the_code_is_ours(client, app_of_ann):
    sign_in(client)

    assert_ours(client.get(reverse("mfa_authenticate")))


def test_page_behind_a_reset_link_is_ours(client, ann):
    where = {"uidb36": user_pk_to_url_str(ann)}
    key = default_token_generator.make_token(ann)
    link = reverse("account_reset_password_from_key", kwargs=where | {"key": key})
    bad = reverse("account_reset_password_from_key", kwargs=where | {"key": "bad"})

    assert_ours(client.get(link, follow=True))
    assert_ours(client.get(bad))


@pytest.mark.django_db
def test_page_behind_a_confirmation_link_is_ours(client):
    user = create_user(email="new@example.com")
    address = EmailAddress.objects.create(user=user, email=user.email, primary=True)
    key = EmailConfirmationHMAC.create(address).key

    assert_ours(client.get(reverse("account_confirm_email", args=[key])))
    assert_ours(client.get(reverse("account_confirm_email", args=["bad"])))


@pytest.mark.django_db
def test_page_of_closed_sign_up_is_ours(client, settings):
    settings.REGISTRATION = "invitation"

    page = client.get(reverse("account_signup"))

    assert_ours(page)
    assert "By invitation only" in page.content.decode()


@pytest.mark.django_db
def test_sign_in_offers_an_account_only_where_one_can_be_made(client, settings):
    open_page = client.get(reverse("account_login")).content.decode()
    settings.REGISTRATION = "invitation"
    closed_page = client.get(reverse("account_login")).content.decode()

    assert reverse("account_signup") in open_page
    assert reverse("account_signup") not in closed_page


@pytest.mark.django_db
def test_sign_in_says_that_the_demo_is_being_prepared_until_it_is(client):
    demo = create_workspace(slug="demo", is_demo=True, prepared_at=None)
    before = client.get(reverse("account_login")).content.decode()
    Workspace.objects.filter(pk=demo.pk).update(prepared_at=NOW)
    after = client.get(reverse("account_login")).content.decode()

    assert "The demo workspace is being prepared" in before
    assert "The demo workspace is being prepared" not in after


@pytest.mark.parametrize(
    ("name", "hints"),
    [
        ("account_login", ["username", "current-password"]),
        ("account_signup", ["name", "username", "new-password"]),
        ("account_reset_password", ["username"]),
    ],
)
@pytest.mark.django_db
def test_fields_tell_a_password_manager_what_they_are(client, name, hints):
    page = client.get(reverse(name)).content.decode()

    assert re.findall(r'autocomplete="([^"]+)"', page) == hints


def test_fields_of_the_account_tell_it_too(client, ann):
    sign_in(client)
    confirm_it_is_me(client)
    password = client.get(reverse("account_change_password")).content.decode()
    app = client.get(reverse("mfa_activate_totp")).content.decode()

    main = password[password.index("<main") : password.index("</main")]
    assert re.findall(r'autocomplete="([^"]+)"', main) == [
        "username",
        "current-password",
        "new-password",
    ]
    assert 'autocomplete="one-time-code"' in app


def test_a_wrong_password_keeps_the_address_and_not_the_password(client, ann):
    page = sign_in(client, password="not her password").content.decode()

    assert 'value="ann@example.com"' in page
    assert "not her password" not in page
    assert 'role="alert"' in page


def test_the_key_of_the_app_is_a_picture_and_text(client, ann):
    sign_in(client)
    confirm_it_is_me(client)

    page = client.get(reverse("mfa_activate_totp")).content.decode()

    assert 'src="data:image/svg+xml;base64,' in page
    assert re.search(r'class="qr-key">(\w{4} ){7}\w{4}<', page)
