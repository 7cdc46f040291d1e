"""Nobody learns from an answer whether an account exists."""

import re
import time

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.signin.adapter import SIGN_UP_TAKES
from tests.factories import PASSWORD, create_user

HERE, NOT_HERE = "ann@example.com", "zoe@example.com"


def shape(response):
    """All that a stranger sees, without the secret of the form and the typed address."""
    html = re.sub(r'csrfmiddlewaretoken" value="\w+"', "", response.content.decode())
    for email in (HERE, NOT_HERE):
        html = html.replace(email, "typed@example.com")
    headers = dict(response.headers)
    headers.pop("Expires", None)
    policy = headers.pop("Content-Security-Policy").split("; ")
    return response.status_code, headers, sorted(policy), sorted(response.cookies), html


def post(page, **words):
    client = Client()
    client.get(reverse(page))
    answer = client.post(reverse(page), words)
    after = [
        client.get(answer.headers.get("Location", reverse(page))),
        client.get(reverse("account_login")),
        client.get(reverse("account_signup")),
    ]
    return [shape(response) for response in (answer, *after)]


def test_signing_in_answers_alike(ann):
    known, unknown = (
        post("account_login", login=email, password="wrong password")
        for email in (HERE, NOT_HERE)
    )

    assert known == unknown


def test_a_closed_account_answers_like_none(ann):
    ann.is_active = False
    ann.save()

    known, unknown = (
        post("account_login", login=email, password="wrong password")
        for email in (HERE, NOT_HERE)
    )

    assert known == unknown


def test_resetting_answers_alike_and_writes_to_the_address_only(ann):
    known, unknown = (
        post("account_reset_password", email=email) for email in (HERE, NOT_HERE)
    )

    assert known == unknown
    assert [m.to for m in mail.outbox] == [[HERE], [NOT_HERE]]


def test_signing_up_answers_alike_and_writes_to_the_address_only(ann):
    known, unknown = (
        post("account_signup", email=email, name="Zoe", password1=PASSWORD)
        for email in (HERE, NOT_HERE)
    )

    assert known == unknown
    assert [(m.to, m.subject) for m in mail.outbox] == [
        ([HERE], "You have an account on BuyReadiness already"),
        ([NOT_HERE], "Confirm your e-mail address for BuyReadiness"),
    ]


@pytest.mark.django_db
def test_an_account_without_confirmation_answers_like_a_confirmed_one(client):
    create_user(email=HERE)

    known, unknown = (
        post("account_login", login=email, password="wrong password")
        for email in (HERE, NOT_HERE)
    )

    assert known == unknown


@pytest.mark.parametrize("email", [HERE, NOT_HERE])
def test_signing_up_takes_as_long_for_a_taken_address_as_for_a_new_one(ann, email):
    words = {"email": email, "name": "Zoe", "password1": PASSWORD}
    began = time.monotonic()

    Client().post(reverse("account_signup"), words)

    assert time.monotonic() - began >= SIGN_UP_TAKES
