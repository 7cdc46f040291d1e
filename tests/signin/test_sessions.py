"""A session ends when it should, and at once."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from tests.factories import PASSWORD
from tests.signin.conftest import is_signed_in, sign_in

NEW = "another long password"


@pytest.fixture
def elsewhere(ann):
    """Ann's other browser, signed in."""
    client = Client()
    sign_in(client)
    return client


def test_changing_the_password_ends_the_other_sessions(client, ann, elsewhere):
    sign_in(client)

    words = {"oldpassword": PASSWORD, "password1": NEW}
    answer = client.post(reverse("account_change_password"), words)

    assert answer.status_code == 302
    assert is_signed_in(client)
    assert not is_signed_in(elsewhere)


def test_the_list_shows_the_sessions_and_ends_the_others(client, ann, elsewhere):
    sign_in(client)
    before = client.get(reverse("usersessions_list")).context["session_count"]

    client.post(reverse("usersessions_list"))

    assert before == 2
    assert client.get(reverse("usersessions_list")).context["session_count"] == 1
    assert not is_signed_in(elsewhere)


def test_a_closed_account_is_out_at_the_next_request(client, ann):
    sign_in(client)
    assert is_signed_in(client)

    ann.is_active = False
    ann.save()

    assert not is_signed_in(client)


def test_signing_out_takes_a_post_and_forgets_the_session(client, ann):
    sign_in(client)
    key = client.session.session_key

    client.get(reverse("account_logout"))
    still = is_signed_in(client)
    client.post(reverse("account_logout"))

    assert still
    assert not is_signed_in(client)
    assert not Session.objects.filter(pk=key).exists()


def test_the_old_cookie_is_worthless_after_signing_out(client, ann):
    sign_in(client)
    old = Client(headers={"cookie": client.cookies.output(header="", sep=";")})
    assert is_signed_in(old)

    client.post(reverse("account_logout"))

    assert not is_signed_in(old)


def test_signing_in_changes_the_sessions_key(client, ann):
    client.get(reverse("accounts:join", kwargs={"token": "anything"}))
    before = client.session.session_key

    sign_in(client)

    assert client.session.session_key not in {None, before}


def test_twelve_hours_without_a_click_end_a_session(client, ann):
    start = datetime(2026, 5, 4, 8, tzinfo=UTC)
    with time_machine.travel(start, tick=False) as clock:
        sign_in(client)
        for hours in (11, 22, 33):
            clock.move_to(start + timedelta(hours=hours))
            assert is_signed_in(client)
        clock.move_to(start + timedelta(hours=33 + 13))

        assert not is_signed_in(client)


def test_seven_days_end_a_session_whatever_is_clicked(client, ann):
    start = datetime(2026, 5, 4, 8, tzinfo=UTC)
    with time_machine.travel(start, tick=False) as clock:
        sign_in(client)
        for half_days in range(1, 15):
            clock.move_to(start + timedelta(hours=12 * half_days - 1))
            assert is_signed_in(client)
        clock.move_to(start + timedelta(days=7, minutes=1))

        assert not is_signed_in(client)


def test_a_click_writes_the_session_once_in_ten_minutes(client, ann):
    start = datetime(2026, 5, 4, 8, tzinfo=UTC)
    with time_machine.travel(start, tick=False) as clock:
        sign_in(client)
        client.get(reverse("mfa_index"))
        before = client.session["seen"]
        clock.shift(timedelta(minutes=9))
        client.get(reverse("mfa_index"))
        between = client.session["seen"]
        clock.shift(timedelta(minutes=2))
        client.get(reverse("mfa_index"))
        after = client.session["seen"]

    assert between == before
    assert after == before + 11 * 60
