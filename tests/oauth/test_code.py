"""A member lets an application in: from the question to a call of the API."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.actions.tokens import forget_tokens
from accounts.models import AuditEvent, Grant, IssuedToken, Membership, SecurityEvent
from accounts.oauth.validator import is_same_address
from tests.conftest import DoorClient, signed_in
from tests.oauth.flow import (
    BACK,
    CHALLENGE,
    VERIFIER,
    bearer,
    consent_of,
    query,
    refused,
    register,
    sent_back,
)

pytestmark = pytest.mark.django_db
INVALID = (400, "invalid_grant")


@pytest.mark.parametrize("kind", ["web", "device"])
def test_from_the_question_to_a_call(
    as_bob: Any, bob: Membership, alice: Membership, kind: str
):
    caller = register(alice, kind=kind)

    sent_on = as_bob.get("/oauth/authorize", caller.question())
    page = as_bob.get(sent_on["Location"])
    answer = as_bob.post(sent_on["Location"], {"answer": "yes"})
    back = sent_back(answer)
    tokens = caller.exchange(back["code"])
    told = caller.call(tokens.json()["access_token"])

    assert b"Route planner wants to act for you, Bob, in the workspace Ours" in (
        page.content
    )
    assert b"your name, address and roles" in page.content
    assert answer["Location"].startswith(BACK)
    assert (back["state"], back["iss"]) == ("xyz", "http://testserver")
    assert tokens.headers["Cache-Control"] == "no-store"
    assert tokens.json()["expires_in"] == 15 * 60
    assert told.json()["id"] == str(bob.pk)
    assert told.json()["scopes"] == ["companies:read", "me:read"]
    assert AuditEvent.objects.get(verb="application.let_in").actor == bob


def test_the_page_may_send_its_form_on_to_the_application(
    as_bob: Any, alice: Membership
):
    caller = register(alice)

    page = as_bob.get(consent_of(caller.application), caller.question())

    policy = page.headers["Content-Security-Policy"]
    assert "form-action 'self' https://app.example.com;" in f"{policy};"


def test_who_says_no_gives_nothing(as_bob: Any, alice: Membership):
    caller = register(alice)
    address = f"{consent_of(caller.application)}?{query(caller.question())}"

    back = sent_back(as_bob.post(address, {"answer": "no"}))

    assert (back["error"], back["state"]) == ("access_denied", "xyz")
    assert not Grant.objects.exists()


def test_letting_in_asks_for_the_csrf_token(alice: Membership, bob: Membership):
    caller = register(alice)
    client = signed_in(DoorClient(enforce_csrf_checks=True), bob)
    address = f"{consent_of(caller.application)}?{query(caller.question())}"

    assert client.post(address, {"answer": "yes"}).status_code == 403


def test_who_is_signed_out_signs_in_first(client: Any, alice: Membership):
    answer = client.get("/oauth/authorize", register(alice).question())

    assert answer["Location"].startswith("/accounts/login/?next=/oauth/authorize")


# --- Questions that are not answered --------------------------------------------------

NEVER_SENT_BACK: dict[str, dict[str, Any]] = {
    "another address": {"redirect_uri": "https://evil.example.com/back"},
    "a longer address": {"redirect_uri": f"{BACK}&more=1"},
    "another path": {"redirect_uri": "https://app.example.com/back/../x"},
    "another host's user": {"redirect_uri": "https://app.example.com@evil.example/"},
    "a fragment": {"redirect_uri": f"{BACK}#x"},
    "no address": {"redirect_uri": None},
    "another client": {"client_id": "0" * 32},
    "an unreadable client": {"client_id": "\0"},
    "no client": {"client_id": None},
}


@pytest.mark.parametrize("name", NEVER_SENT_BACK)
def test_a_question_that_may_be_anybodys_is_answered_here(
    as_bob: Any, alice: Membership, name: str
):
    caller = register(alice)

    answer = as_bob.get(
        consent_of(caller.application), caller.question(**NEVER_SENT_BACK[name])
    )

    assert answer.status_code == 404
    assert b"not known here" in answer.content


SENT_BACK: dict[str, tuple[dict[str, Any], str]] = {
    "without PKCE": ({"code_challenge": None}, "invalid_request"),
    "PKCE in plain": ({"code_challenge_method": "plain"}, "invalid_request"),
    "PKCE of no method": ({"code_challenge_method": None}, "invalid_request"),
    "a short challenge": ({"code_challenge": "abc"}, "invalid_request"),
    "an implicit grant": ({"response_type": "token"}, "unsupported_response_type"),
    "a hybrid one": ({"response_type": "code token"}, "unauthorized_client"),
    "an id token": ({"response_type": "id_token"}, "unsupported_response_type"),
    "in a fragment": ({"response_mode": "fragment"}, "invalid_request"),
    "a scope beyond": ({"scope": "companies:read people:read"}, "invalid_scope"),
    "OpenID": ({"scope": "openid"}, "invalid_scope"),
}


@pytest.mark.parametrize("name", SENT_BACK)
def test_a_question_too_weak_or_too_wide_is_sent_back(
    as_bob: Any, alice: Membership, name: str
):
    changed, error = SENT_BACK[name]
    caller = register(alice)

    answer = as_bob.get(consent_of(caller.application), caller.question(**changed))

    assert sent_back(answer)["error"] == error
    assert answer["Location"].startswith(BACK)


def test_a_service_asks_nobody(as_bob: Any, alice: Membership):
    caller = register(alice, kind="service")

    answer = as_bob.get(consent_of(caller.application), caller.question())

    assert answer.status_code == 404


def test_strangers_learn_nothing_of_an_application(
    client: Any, alice: Membership, charlie: Membership
):
    caller = register(alice)
    stranger = signed_in(client, charlie)

    known = stranger.get("/oauth/authorize", caller.question())
    made_up = stranger.get("/oauth/authorize", caller.question(client_id="0" * 32))
    foreign = stranger.get("/w/theirs/oauth/authorize", caller.question())
    inside = stranger.get("/w/ours/oauth/authorize", caller.question())
    faulty = stranger.get("/w/theirs/oauth/authorize", caller.question(scope="x"))

    assert faulty.content == made_up.content
    assert known.status_code == made_up.status_code == foreign.status_code == 404
    assert known.content == made_up.content == foreign.content
    assert inside.status_code == 404


# --- Codes that are not exchanged -----------------------------------------------------


@pytest.mark.parametrize(
    "changed",
    [
        {"code_verifier": "w" * 43},
        {"code_verifier": CHALLENGE},
        {"redirect_uri": "https://app.example.com/back"},
        {"code": "x" * 30},
    ],
    ids=str,
)
def test_a_code_with_anything_wrong_is_one_refusal(
    as_bob: Any, alice: Membership, changed: dict[str, str]
):
    caller = register(alice)
    code = caller.code(as_bob)

    answer = caller.exchange(**({"code": code} | changed))

    assert answer.json() == {"error": "invalid_grant"}
    assert answer.status_code == 400


def test_a_code_without_its_verifier_is_refused(as_bob: Any, alice: Membership):
    caller = register(alice)
    values = {"grant_type": "authorization_code", "redirect_uri": BACK}

    answer = caller.fetch(code=caller.code(as_bob), **values)

    assert answer.status_code == 400


def test_a_code_is_of_its_own_application(as_bob: Any, alice: Membership):
    caller, other = register(alice), register(alice)

    assert refused(other.exchange(caller.code(as_bob))) == INVALID


def test_a_code_lasts_a_minute(as_bob: Any, alice: Membership, later: Any):
    caller = register(alice)
    code = caller.code(as_bob)

    later(timedelta(seconds=61))

    assert refused(caller.exchange(code)) == INVALID


def test_a_code_that_comes_twice_ends_what_it_gave(as_bob: Any, alice: Membership):
    caller = register(alice)
    code = caller.code(as_bob)
    tokens = caller.exchange(code).json()

    again = caller.exchange(code)

    assert refused(again) == INVALID
    assert caller.call(tokens["access_token"]).status_code == 401
    assert refused(caller.refresh(tokens["refresh_token"])) == INVALID


# --- Refresh tokens -------------------------------------------------------------------


def test_a_refresh_token_is_good_once_and_gives_the_next(
    as_bob: Any, alice: Membership
):
    caller = register(alice)
    first = caller.tokens(as_bob)

    second = caller.refresh(first["refresh_token"]).json()

    assert second["refresh_token"] != first["refresh_token"]
    assert caller.call(second["access_token"]).status_code == 200
    assert caller.refresh(second["refresh_token"]).status_code == 200


def test_a_refresh_token_that_comes_twice_ends_its_family_and_no_other(
    as_bob: Any, bob: Membership, alice: Membership
):
    caller = register(alice)
    first, elsewhere = caller.tokens(as_bob), caller.tokens(as_bob)
    second = caller.refresh(first["refresh_token"]).json()

    again = caller.refresh(first["refresh_token"])

    assert refused(again) == INVALID
    assert refused(caller.refresh(second["refresh_token"])) == INVALID
    assert caller.call(second["access_token"]).status_code == 401
    assert caller.call(elsewhere["access_token"]).status_code == 200
    told = SecurityEvent.objects.filter(user=bob.user, kind="token_reused")
    assert told.count() == 1


def test_a_refresh_may_narrow_and_never_widen(as_bob: Any, alice: Membership):
    caller = register(alice)
    tokens = caller.tokens(as_bob)

    wider = caller.refresh(tokens["refresh_token"], scope="companies:write")
    narrow = caller.refresh(tokens["refresh_token"], scope="me:read").json()
    whole = caller.refresh(narrow["refresh_token"]).json()

    assert refused(wider) == (400, "invalid_scope")
    assert narrow["scope"] == "me:read"
    assert caller.call(narrow["access_token"], "/api/v1/companies").status_code == 403
    assert caller.call(whole["access_token"], "/api/v1/companies").status_code == 200


def test_a_refresh_token_lasts_thirty_days(as_bob: Any, alice: Membership, later: Any):
    caller = register(alice)
    tokens = caller.tokens(as_bob)

    later(timedelta(days=30, seconds=1))

    assert refused(caller.refresh(tokens["refresh_token"])) == INVALID


def test_an_access_token_lasts_fifteen_minutes(
    as_bob: Any, alice: Membership, later: Any
):
    caller = register(alice)
    tokens = caller.tokens(as_bob)

    later(timedelta(minutes=15, seconds=1))

    assert caller.call(tokens["access_token"]).status_code == 401
    assert caller.refresh(tokens["refresh_token"]).status_code == 200


# --- What is kept, and what an address is ---------------------------------------------


def test_nothing_that_opens_is_kept_in_plain(as_bob: Any, alice: Membership):
    caller = register(alice)
    code = caller.code(as_bob)
    tokens = caller.exchange(code).json()

    kept = [
        f"{row.provider.__dict__} {row.__dict__}"
        for row in IssuedToken.objects.select_related("token").order_by("pk")
    ]
    opens = [code, tokens["access_token"], tokens["refresh_token"], VERIFIER]

    assert len(kept) == 3
    assert not [secret for secret in opens for row in kept if secret in row]
    assert caller.secret not in str(caller.application.client.__dict__)


@pytest.mark.parametrize(
    ("asked", "known", "is_same"),
    [
        ("https://a.example/x", "https://a.example/x", True),
        ("https://a.example/x/", "https://a.example/x", False),
        ("https://A.example/x", "https://a.example/x", False),
        ("https://a.example:443/x", "https://a.example/x", False),
        ("http://127.0.0.1:5001/x", "http://127.0.0.1/x", True),
        ("http://127.0.0.1:5001/x", "http://127.0.0.1:80/x", True),
        ("http://[::1]:5001/x", "http://[::1]/x", True),
        ("http://127.0.0.1:5001/y", "http://127.0.0.1/x", False),
        ("http://127.0.0.1:99999/x", "http://127.0.0.1/x", False),
        ("https://evil.example:99998/", "http://127.0.0.1:99999/x", False),
        ("http://u@127.0.0.1:5001/x", "http://127.0.0.1/x", False),
        ("https://127.0.0.1:5001/x", "http://127.0.0.1/x", False),
        ("http://localhost:5001/x", "http://localhost/x", False),
    ],
)
def test_an_address_is_compared_to_the_letter(asked: str, known: str, is_same: bool):
    assert is_same_address(asked, known) is is_same


def test_a_token_opens_no_page(as_bob: Any, client: Any, alice: Membership):
    caller = register(alice)
    tokens = caller.tokens(as_bob)

    page = DoorClient().get("/w/ours/", headers=bearer(tokens["access_token"]))

    assert page.status_code == 302


def test_what_is_over_is_forgotten(as_bob: Any, alice: Membership):
    caller, service = register(alice), register(alice, kind="service")
    service.fetch(grant_type="client_credentials")
    caller.tokens(as_bob)
    now, grants = timezone.now(), Grant.objects.filter(ended_at__isnull=True)

    forget_tokens(workspace_id=alice.workspace_id, now=now + timedelta(days=2))
    with_refresh_token = (IssuedToken.objects.count(), grants.count())
    forget_tokens(workspace_id=alice.workspace_id, now=now + timedelta(days=32))

    assert with_refresh_token == (1, 2)
    assert not IssuedToken.objects.exists()
    assert grants.get().application == service.application
