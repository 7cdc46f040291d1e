"""Who came in, who failed and what was changed is written down."""

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import SecurityEvent
from tests.factories import PASSWORD
from tests.signin.conftest import (
    code_of_app,
    confirm_it_is_me,
    link_in,
    sign_in,
    turn_on_app,
)

NEW = "another long password"


def kinds():
    return list(
        SecurityEvent.objects.order_by("at", "id").values_list("kind", flat=True)
    )


def test_coming_and_going_are_noted_with_address_and_browser(client, ann):
    sign_in(client, user_agent="x" * 300)
    client.post(reverse("account_logout"))

    came, left = SecurityEvent.objects.order_by("at", "id")
    assert (came.kind, left.kind) == ("signed_in", "signed_out")
    assert (came.user, came.email, came.ip) == (ann, ann.email, "127.0.0.1")
    assert came.user_agent == "x" * 200


@pytest.mark.parametrize("is_known", [True, False])
def test_a_failure_is_noted_without_the_password(client, ann, is_known):
    email = ann.email if is_known else "nobody@example.com"

    sign_in(client, email=email, password="a secret typed wrong")

    event = SecurityEvent.objects.get()
    assert (event.kind, event.email) == ("sign_in_failed", email)
    assert event.user == (ann if is_known else None)


def test_a_forged_network_address_is_not_believed(client, ann):
    sign_in(client, x_forwarded_for="203.0.113.9")

    assert SecurityEvent.objects.get().ip == "127.0.0.1"


def test_one_trusted_proxy_is_believed_for_the_last_address(client, ann, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1

    sign_in(client, x_forwarded_for="198.51.100.7, 203.0.113.9")

    assert SecurityEvent.objects.get().ip == "203.0.113.9"


@pytest.mark.django_db
def test_a_new_account_is_noted(client):
    words = {"email": "zoe@example.com", "name": "Zoe", "password1": PASSWORD}
    client.post(reverse("account_signup"), words)
    client.post(link_in(mail.outbox[0]))

    assert kinds() == ["signed_up", "signed_in"]


def test_a_new_password_is_noted(client, ann):
    sign_in(client)
    words = {"oldpassword": PASSWORD, "password1": NEW}
    client.post(reverse("account_change_password"), words)

    assert kinds() == ["signed_in", "password_changed"]


def test_a_reset_is_noted(client, ann):
    client.post(reverse("account_reset_password"), {"email": ann.email})
    form = client.get(link_in(mail.outbox[0]), follow=True)
    client.post(form.request["PATH_INFO"], {"password1": NEW})

    assert kinds() == ["password_reset"]


@pytest.mark.django_db(transaction=True)
def test_a_factor_that_comes_and_goes_is_noted(client, committed_ann):
    sign_in(client)
    confirm_it_is_me(client)
    turn_on_app(client)
    client.post(reverse("mfa_deactivate_totp"))

    assert kinds() == ["signed_in", "factor_added", "factor_removed"]


def test_a_wrong_code_is_noted(client, app_of_ann):
    sign_in(client)
    client.post(reverse("mfa_authenticate"), {"code": "000000"})
    client.post(reverse("mfa_authenticate"), {"code": code_of_app()})

    assert kinds() == ["sign_in_failed", "signed_in"]


def test_a_new_address_is_noted_and_told_to_the_old(client, ann):
    sign_in(client)
    confirm_it_is_me(client)
    words = {"email": "ann@elsewhere.example", "action_add": ""}
    client.post(reverse("account_email"), words)
    client.post(link_in(mail.outbox[0]))

    ann.refresh_from_db()
    assert ann.email == "ann@elsewhere.example"
    assert EmailAddress.objects.get().email == "ann@elsewhere.example"
    assert kinds() == ["signed_in", "email_changed"]
    assert [m.to for m in mail.outbox] == [
        ["ann@elsewhere.example"],
        ["ann@example.com"],
    ]


def test_a_sign_in_without_a_browser_is_noted_too(ann):
    Client().force_login(ann)

    assert kinds() == ["signed_in"]
