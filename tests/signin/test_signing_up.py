"""An account is made by anybody, or by who was invited."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actions.invitations import hash_of
from accounts.models import Invitation, User
from tests.factories import PASSWORD, create_membership
from tests.signin.conftest import is_signed_in, link_in, sign_in

TOKEN = "a secret of the letter"
SEAT = "zoe@example.com"


@pytest.fixture
def invitation(alice, ours):
    """Alice invited Zoe to a seat."""
    now = timezone.now()
    return Invitation.objects.create(
        workspace=ours,
        membership=create_membership(name="Zoe", email=SEAT),
        invited_by=alice,
        email=SEAT,
        token_hash=hash_of(TOKEN),
        created_at=now,
        expires_at=now + timedelta(days=7),
    )


def sign_up(client, *, email=SEAT, name="Zoe Maes", password1=PASSWORD):
    words = {"email": email, "name": name, "password1": password1}
    return client.post(reverse("account_signup"), words)


def come_with_the_link(client):
    client.get(reverse("accounts:join", kwargs={"token": TOKEN}))


@pytest.mark.django_db
def test_signing_up_takes_a_confirmed_address(client):
    sign_up(client)
    before = is_signed_in(client)
    client.post(link_in(mail.outbox[0]))

    assert (before, is_signed_in(client)) == (False, True)
    assert User.objects.get().name == "Zoe Maes"


@pytest.mark.django_db
def test_the_link_of_the_letter_does_nothing_until_it_is_pressed(client):
    sign_up(client)

    client.get(link_in(mail.outbox[0]))

    assert not EmailAddress.objects.get().verified


@pytest.mark.django_db
def test_the_link_in_another_browser_confirms_and_asks_to_sign_in(client):
    sign_up(client)
    other = Client()

    answer = other.post(link_in(mail.outbox[0]))

    assert answer.headers["Location"] == reverse("account_login")
    assert not is_signed_in(other)
    assert EmailAddress.objects.get().verified


@pytest.mark.parametrize(
    ("password", "word"),
    [
        ("eleven char", "at least 12"),
        ("q1w2e3r4t5y6", "common"),
        ("zoe@example.com", "similar"),
        ("x" * 1025, "at most 1024"),
    ],
)
@pytest.mark.django_db
def test_a_weak_password_is_refused_in_words(client, password, word):
    page = sign_up(client, password1=password).content.decode()

    assert word in page
    assert not User.objects.exists()


@pytest.mark.django_db
def test_a_closed_house_makes_no_account(client, settings):
    settings.REGISTRATION = "invitation"

    sign_up(client)

    assert not User.objects.exists()


def test_who_was_invited_may_come_into_a_closed_house(client, invitation, settings):
    settings.REGISTRATION = "invitation"
    come_with_the_link(client)

    answer = sign_up(client)

    assert is_signed_in(client)
    assert answer.headers["Location"] == reverse("accounts:joining")
    assert mail.outbox == []


def test_who_was_invited_finds_address_and_name_filled_in(client, invitation):
    come_with_the_link(client)

    form = client.get(reverse("account_signup")).context["form"]

    assert (form["email"].value(), form["name"].value()) == (SEAT, "Zoe")


def test_another_address_than_the_invited_one_is_confirmed_first(client, invitation):
    come_with_the_link(client)
    sign_up(client, email="zoe@private.example")
    before = is_signed_in(client)

    answer = client.post(link_in(mail.outbox[0]))

    assert not before
    assert answer.headers["Location"] == reverse("accounts:joining")


@pytest.mark.parametrize("change", ["expires_at", "revoked_at", "accepted_at"])
def test_an_invitation_that_is_over_opens_nothing(client, invitation, settings, change):
    settings.REGISTRATION = "invitation"
    setattr(invitation, change, timezone.now())
    invitation.save()
    come_with_the_link(client)

    sign_up(client)

    assert not User.objects.filter(email=SEAT).exists()


def test_who_has_an_account_lands_on_the_invitation_after_signing_in(
    client, invitation, ann
):
    come_with_the_link(client)

    answer = sign_in(client)

    assert answer.headers["Location"] == reverse("accounts:joining")
    assert client.session["invitation"] == hash_of(TOKEN)


def test_the_invitation_outlives_signing_out_of_the_wrong_account(
    client, invitation, ann
):
    sign_in(client)
    come_with_the_link(client)

    client.post(reverse("account_logout"))

    assert client.session["invitation"] == hash_of(TOKEN)


def test_two_who_ask_for_one_address_end_with_one_owner(client, ann):
    sign_up(Client(), email="both@example.com")
    sign_in(client)
    client.post(
        reverse("account_reauthenticate"),
        {"password": PASSWORD},
    )
    words = {"email": "both@example.com", "action_add": ""}
    client.post(reverse("account_email"), words)

    answers = [client.post(link_in(letter)) for letter in mail.outbox]

    assert {answer.status_code for answer in answers} <= {200, 302}
    assert (
        EmailAddress.objects.filter(email="both@example.com", verified=True).count()
        == 1
    )


@pytest.mark.django_db(transaction=True)
def test_two_sign_ups_at_once_make_one_account():
    cache.clear()

    def go(_number):
        try:
            return sign_up(Client()).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(go, range(4)))

    assert statuses == [302] * 4
    assert User.objects.count() == 1
