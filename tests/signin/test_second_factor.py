"""A code of the app and a recovery code each open once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse

from tests.factories import NOW
from tests.signin.conftest import (
    SECRET,
    code_of_app,
    confirm_it_is_me,
    is_signed_in,
    sign_in,
    turn_on_app,
)


def enter(code):
    """Sign in with Ann's password and this code, in a new browser."""
    client = Client()
    sign_in(client)
    client.post(reverse("mfa_authenticate"), {"code": code})
    return is_signed_in(client)


def test_a_password_alone_does_not_open_an_account_with_an_app(client, app_of_ann):
    answer = sign_in(client)

    assert answer.headers["Location"] == reverse("mfa_authenticate")
    assert not is_signed_in(client)


def test_a_code_of_the_app_opens(app_of_ann):
    assert enter(code_of_app())


@pytest.mark.parametrize("later", [0, 29, 31, 59])
def test_a_code_of_the_app_opens_once(app_of_ann, later):
    """The clock's tolerance accepts a code for 90 seconds."""
    with time_machine.travel(NOW, tick=False) as clock:
        code = code_of_app(periods=1)
        first = enter(code)
        clock.shift(later)
        again = enter(f" {code[:3]} {code[3:]}")

    assert (first, again) == (True, False)


def test_the_code_that_set_the_app_up_does_not_open_as_well(client, ann):
    with time_machine.travel(NOW, tick=False):
        sign_in(client)
        confirm_it_is_me(client)
        secret = turn_on_app(client)

        assert not enter(code_of_app(secret=secret))
        assert enter(code_of_app(secret=secret, periods=1))


def test_a_recovery_code_opens_once(app_of_ann, ann):
    code = RecoveryCodes.activate(ann).get_unused_codes()[0]

    assert [enter(code), enter(code)] == [True, False]


@pytest.mark.django_db(transaction=True)
def test_nine_at_once_with_one_recovery_code_let_one_in(committed_ann):
    TOTP.activate(committed_ann, SECRET)
    code = RecoveryCodes.activate(committed_ann).get_unused_codes()[0]

    assert sum(at_once([code] * 9)) == 1


@pytest.mark.django_db(transaction=True)
def test_nine_at_once_with_one_code_of_the_app_let_one_in(committed_ann):
    TOTP.activate(committed_ann, SECRET)

    assert sum(at_once([code_of_app()] * 9)) == 1


def at_once(codes):
    clients = [Client() for _code in codes]
    for client in clients:
        sign_in(client)

    def post(client, code):
        try:
            client.post(reverse("mfa_authenticate"), {"code": code})
        finally:
            connection.close()

    with ThreadPoolExecutor(len(codes)) as pool:
        list(pool.map(post, clients, codes))
    return [is_signed_in(client) for client in clients]


def test_ten_wrong_codes_are_tried_and_the_right_eleventh_is_refused(app_of_ann):
    wrong = [enter("000000") for _number in range(10)]

    assert wrong == [False] * 10
    assert not enter(code_of_app())


@pytest.mark.django_db(transaction=True)
def test_setting_up_gives_ten_recovery_codes_and_a_letter(client, committed_ann):
    sign_in(client)
    confirm_it_is_me(client)
    turn_on_app(client)

    codes = client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"]

    assert len(set(codes)) == 10
    assert [m.to for m in mail.outbox] == [[committed_ann.email]]


def test_setting_up_asks_for_the_password_again(client, ann):
    sign_in(client)

    answer = client.get(reverse("mfa_activate_totp"))

    assert answer.headers["Location"].startswith(reverse("account_reauthenticate"))


def test_who_has_an_app_may_still_change_the_address(client, app_of_ann):
    sign_in(client)
    client.post(reverse("mfa_authenticate"), {"code": code_of_app()})
    confirm_it_is_me(client)

    words = {"email": "ann@elsewhere.example", "action_add": ""}
    answer = client.post(reverse("account_email"), words)

    assert answer.status_code == 302
    assert mail.outbox[-1].to == ["ann@elsewhere.example"]
