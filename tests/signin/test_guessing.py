"""Ten passwords are tried for an account in ten minutes, and no eleventh."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import SecurityEvent
from accounts.models.audit import SecurityKind
from accounts.signin.hashers import OwaspArgon2Hasher
from tests.factories import PASSWORD, create_user
from tests.signin.conftest import confirm_it_is_me, confirmed, is_signed_in, sign_in

LIMIT = 10
REFUSED = "Too many wrong tries"


@pytest.fixture
def hashed(monkeypatch):
    """Every password that was hashed, to be compared or to be as slow as comparing."""
    seen = []

    def counting(method):
        def call(self, password, *args):
            seen.append(password)
            return method(self, password, *args)

        return call

    for name in ("encode", "verify"):
        method = getattr(OwaspArgon2Hasher, name)
        monkeypatch.setattr(OwaspArgon2Hasher, name, counting(method))
    return seen


@pytest.fixture
def few_per_address(settings):
    """Twelve tries of one network address in place of a hundred."""
    few = {"login": "12/10m/ip", "login_failed": "11/10m/ip,10/10m/key"}
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | few


def wait_for_letters():
    for thread in threading.enumerate():
        if thread.daemon and thread.name.startswith("letter"):
            thread.join(5)


def test_ten_wrong_passwords_are_tried_and_the_right_eleventh_is_refused(
    client, ann, hashed
):
    hashed.clear()
    for number in range(LIMIT):
        sign_in(client, password=f"wrong {number}")
    tried = len(hashed)

    refused = sign_in(client, password=PASSWORD)

    assert tried == LIMIT
    assert len(hashed) == tried
    assert REFUSED in refused.content.decode()
    assert not is_signed_in(client)


def test_an_account_that_does_not_exist_is_refused_at_the_same_moment(client, ann):
    answers = [
        [REFUSED in sign_in(client, email=email).content.decode() for _ in range(11)]
        for email in ("nobody@example.com", "no-one@example.com")
    ]

    assert answers == [[False] * 10 + [True]] * 2


def test_another_host_or_spelling_does_not_start_a_new_count(client, ann, hashed):
    hashed.clear()
    for number in range(LIMIT + 5):
        sign_in(
            client,
            email="ANN@example.com" if number % 2 else "ann@example.com",
            password="wrong",
            host=f"localhost:{8000 + number}",
        )

    assert len(hashed) == LIMIT


def test_a_success_in_between_does_not_start_a_new_count(client, ann, hashed):
    stranger = Client()
    for _number in range(6):
        sign_in(stranger, password="wrong")
    sign_in(client)
    hashed.clear()
    for _number in range(6):
        sign_in(stranger, password="wrong")

    assert len(hashed) == 4


def test_asking_again_inside_counts_as_well(client, ann, hashed):
    sign_in(client)
    hashed.clear()
    for _number in range(LIMIT + 5):
        confirm_it_is_me(client, password="wrong")

    assert len(hashed) <= LIMIT


def test_a_browser_that_was_in_before_is_not_locked_out_by_a_stranger(client, ann):
    sign_in(client)
    client.post(reverse("account_logout"))
    stranger = Client()
    for _number in range(LIMIT + 1):
        refused = sign_in(stranger, password="wrong")

    sign_in(client)

    assert REFUSED in refused.content.decode()
    assert is_signed_in(client)


def test_the_mark_of_a_browser_is_good_for_its_own_account_only(client, ann, hashed):
    confirmed(create_user(email="ben@example.com", name="Ben"))
    sign_in(client)
    client.post(reverse("account_logout"))
    stranger = Client()
    for _number in range(LIMIT):
        sign_in(stranger, email="ben@example.com", password="wrong")

    refused = sign_in(client, email="ben@example.com")

    assert REFUSED in refused.content.decode()


def test_choosing_a_new_password_opens_a_locked_account(client, ann):
    for _number in range(LIMIT + 1):
        sign_in(client, password="wrong")
    client.post(reverse("account_reset_password"), {"email": ann.email})
    wait_for_letters()
    letter = next(m for m in mail.outbox if "Choose a new password" in m.subject)
    link = letter.body.split("http://testserver")[1].split()[0]
    form = client.get(link, follow=True)
    client.post(form.request["PATH_INFO"], {"password1": "another long password"})

    sign_in(client, password="another long password")

    assert is_signed_in(client)


def test_one_address_on_the_network_tries_a_hundred_times(settings):
    limits = settings.ACCOUNT_RATE_LIMITS

    assert limits["login"] == "100/10m/ip"
    assert limits["login_failed"] == "100/10m/ip,10/10m/key"


def test_one_address_on_the_network_is_refused_whatever_the_account(
    client, ann, hashed, few_per_address
):
    hashed.clear()
    answers = [sign_in(client, email=f"p{n}@example.com") for n in range(13)]

    assert len(hashed) == 11
    assert answers[12].status_code == 429
    assert "Too many attempts" in answers[12].content.decode()


@pytest.mark.django_db(transaction=True)
def test_the_owner_gets_one_letter_about_guesses(committed_ann):
    for _number in range(LIMIT + 5):
        sign_in(Client(), password="wrong")
    wait_for_letters()

    assert [(m.to, m.subject) for m in mail.outbox] == [
        (["ann@example.com"], "Somebody is guessing your password for BuyReadiness")
    ]


@pytest.mark.django_db(transaction=True)
def test_nobody_gets_a_letter_when_only_the_network_address_is_refused(
    committed_ann, few_per_address
):
    for number in range(11):
        sign_in(Client(), email=f"p{number}@example.com")
    sign_in(Client(), password="wrong")
    wait_for_letters()

    assert mail.outbox == []


def test_the_owner_reads_of_failures_when_signing_in(client, ann):
    for _number in range(4):
        sign_in(Client(), password="wrong")

    sign_in(client)
    page = client.get(reverse("mfa_index")).content.decode()

    assert "4 attempts to sign in to your account failed" in page
    assert SecurityEvent.objects.filter(kind=SecurityKind.SIGN_IN_FAILED).count() == 4


@pytest.mark.django_db(transaction=True)
def test_thirty_guesses_at_once_are_no_more_than_ten(committed_ann, hashed):
    hashed.clear()

    def guess(number):
        try:
            return sign_in(Client(), password=f"wrong {number}").status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(30) as pool:
        statuses = list(pool.map(guess, range(30)))

    assert set(statuses) <= {200, 429}
    assert len(hashed) <= LIMIT


@pytest.mark.django_db
def test_a_flood_of_counters_does_not_throw_away_the_old(settings):
    cache.set("first", 1, 600)
    cache._max_entries = 20
    for number in range(60):
        cache.set(f"later-{number}", 1, 600)

    assert cache.get("first") == 1
