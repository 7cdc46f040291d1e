"""People who can sign in, and the steps that tests of signing in have in common."""

import re
import time

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.core.cache import cache
from django.urls import reverse

from tests.factories import PASSWORD, create_user

# A key of an authenticator app, as the QR code says it.
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def confirmed(user):
    """Return the user, after the letter with the link was opened."""
    EmailAddress.objects.create(
        user=user, email=user.email, verified=True, primary=True
    )
    return user


def sign_in(client, *, email="ann@example.com", password=PASSWORD, **headers):
    words = {"login": email, "password": password}
    return client.post(reverse("account_login"), words, headers=headers or None)


def confirm_it_is_me(client, *, password=PASSWORD):
    """What is asked again before something that opens the account."""
    return client.post(reverse("account_reauthenticate"), {"password": password})


def code_of_app(*, secret=SECRET, periods=0):
    counter = int(time.time()) // 30 + periods
    return format_hotp_value(hotp_value(secret, counter))


def turn_on_app(client):
    """Set the authenticator app up by its page; what follows it happens at the commit."""
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    client.post(reverse("mfa_activate_totp"), {"code": code_of_app(secret=secret)})
    return secret


def link_in(letter):
    """Return the path of the first link of a letter."""
    [path, *_others] = re.findall(r"https?://[^/\s]+(/\S+)", letter.body)
    return path


def is_signed_in(client):
    return client.get(reverse("usersessions_list")).status_code == 200


@pytest.fixture
def ann(db):
    """Somebody with an account and no workspace."""
    return confirmed(create_user(email="ann@example.com", name="Ann"))


@pytest.fixture
def committed_ann(transactional_db):
    cache.clear()
    return confirmed(create_user(email="ann@example.com", name="Ann"))


@pytest.fixture
def app_of_ann(ann):
    """Ann's authenticator app."""
    return TOTP.activate(ann, SECRET)
