"""The page of connected applications, and what a profile shows of them."""

import re
from typing import Any

import pytest

from accounts.models import Application, AuditEvent, Grant, Membership
from tests.accounts.urls import address
from tests.oauth.flow import BACK, refused, register

pytestmark = pytest.mark.django_db

PAGE, PROFILE = address("applications"), "/profile"
SECRET = re.compile(r'value="(brs_[\w-]{43})"')


def make(client: Any, **values: Any) -> Any:
    values = {"name": "Nightly import", "kind": "service", "reach": "read"} | values
    return client.post(PAGE, values)


def test_a_service_is_registered_and_its_secret_shown_once(
    as_alice: Any, alice: Membership
):
    page = make(as_alice)

    secret = SECRET.search(page.content.decode())
    assert secret
    assert "no-store" in page.headers["Cache-Control"]
    assert secret[1] not in as_alice.get(PAGE).content.decode()
    application = Application.objects.get(workspace=alice.workspace)
    assert f"{application.client_id}:{secret[1]}" in page.content.decode()
    assert all(scope.endswith(":read") for scope in application.scopes)
    assert Grant.objects.get(application=application).membership == alice
    event = AuditEvent.objects.get(verb="application.registered")
    assert secret[1] not in str(event.after)


def test_an_app_on_peoples_devices_gets_no_secret(as_alice: Any, alice: Membership):
    page = make(as_alice, kind="device", redirect_uris="http://127.0.0.1/back")

    assert not SECRET.search(page.content.decode())
    assert "PKCE stands in for it" in page.content.decode()
    assert not Grant.objects.exists()


def test_an_application_is_held_to_its_scopes_and_addresses(
    as_alice: Any, alice: Membership
):
    make(
        as_alice,
        kind="web",
        redirect_uris=f" {BACK}\r\n\r\nhttps://b.example/\n{BACK}",
        reach="some",
        scopes=["companies:write", "me:read"],
    )

    application = Application.objects.get(workspace=alice.workspace)
    assert application.scopes == ["companies:write", "me:read"]
    assert application.client.get_scopes() == application.scopes
    assert application.client.get_redirect_uris() == [BACK, "https://b.example/"]
    assert application.client.get_response_types() == ["code"]


@pytest.mark.parametrize(
    "values",
    [
        {"name": ""},
        {"kind": "other"},
        {"reach": "some"},
        {"kind": "web"},
        *(
            {"kind": "web", "redirect_uris": each}
            for each in [
                "http://app.example.com/",
                "http://localhost:5000/",
                "https://*.example.com/",
                "https://app.example.com/#x",
                "https://user@app.example.com/",
                "https://app.example.com;script-src/",
                "javascript:alert(1)",
                "com.example.app:/back",
                "/back",
                "\n".join(f"https://a.example/{n}" for n in range(11)),
            ]
        ),
    ],
    ids=str,
)
def test_an_application_that_is_not_valid_is_not_made(
    as_alice: Any, values: dict[str, Any]
):
    assert make(as_alice, **values).status_code == 422
    assert not Application.objects.exists()


def test_a_new_secret_is_shown_once_and_the_old_one_ends(
    as_alice: Any, alice: Membership
):
    caller = register(alice, kind="service")
    caller.application.refresh_from_db()

    page = as_alice.post(f"{PAGE}/{caller.application.pk}/secret")

    secret = SECRET.search(page.content.decode())
    assert secret
    own = {"grant_type": "client_credentials"}
    assert refused(caller.fetch(**own))[0] == 401
    assert caller.fetch(**own, client_secret=secret[1]).status_code == 200


@pytest.mark.parametrize("kind", ["device", "web"])
def test_no_new_secret_for_what_has_none_or_is_revoked(
    as_alice: Any, alice: Membership, kind: str
):
    application = register(alice, kind=kind).application
    if kind == "web":
        as_alice.post(f"{PAGE}/{application.pk}/revoke")

    assert as_alice.post(f"{PAGE}/{application.pk}/secret").status_code == 303
    assert not AuditEvent.objects.filter(verb="application.secret_renewed").exists()


def test_a_revoked_application_is_said_to_be_so(as_alice: Any, alice: Membership):
    application = register(alice).application

    for _each in range(2):
        answer = as_alice.post(f"{PAGE}/{application.pk}/revoke")
        assert answer.status_code == 303

    assert "revoked" in as_alice.get(PAGE).content.decode()
    assert AuditEvent.objects.filter(verb="application.revoked").count() == 1


def test_the_list_says_who_lets_it_in(
    as_bob: Any, bob: Membership, alice: Membership, client: Any
):
    caller = register(alice)
    caller.tokens(as_bob)
    caller.tokens(as_bob)
    client.force_login(alice.user)

    page = client.get(PAGE).content.decode()

    assert "1 member<" in page
    assert "active" in page


def test_the_list_costs_the_same_for_one_and_three(as_alice: Any, cost_of: Any):
    make(as_alice)
    one = len(cost_of(as_alice, PAGE))
    make(as_alice)
    make(as_alice)

    assert len(cost_of(as_alice, PAGE)) == one <= 9


# --- In the profile -------------------------------------------------------------------


def test_a_profile_shows_what_was_let_in_until_it_is_sent_away(
    as_bob: Any, bob: Membership, alice: Membership
):
    caller = register(alice)
    first, second = caller.tokens(as_bob), caller.tokens(as_bob)
    caller.call(second["access_token"])

    shown = as_bob.get(PROFILE).content.decode()
    answer = as_bob.post(f"{PAGE}/{caller.application.pk}/send-away")

    assert shown.count("Route planner</strong>") == 1
    assert answer.status_code == 303
    assert "Applications you let in" not in as_bob.get(PROFILE).content.decode()
    assert caller.call(first["access_token"]).status_code == 401
    assert caller.call(second["access_token"]).status_code == 401
    assert AuditEvent.objects.get(verb="application.sent_away").actor == bob


def test_a_profile_shows_nobody_elses_and_no_service(
    as_bob: Any, alice: Membership, client: Any
):
    register(alice).tokens(as_bob)
    register(alice, kind="service")
    client.force_login(alice.user)

    assert "Applications you let in" not in client.get(PROFILE).content.decode()


def test_a_profile_costs_the_same_for_one_and_three(
    as_bob: Any, alice: Membership, cost_of: Any
):
    register(alice).tokens(as_bob)
    one = len(cost_of(as_bob, PROFILE))
    register(alice, name="Second").tokens(as_bob)
    register(alice, name="Third").tokens(as_bob)

    assert len(cost_of(as_bob, PROFILE)) == one


def test_a_consent_costs_the_same_whatever_is_asked(
    as_bob: Any, alice: Membership, cost_of: Any
):
    caller = register(alice)
    path = "/w/ours/oauth/authorize"
    asked = caller.question()

    statements = cost_of(AskingClient(as_bob, asked), path)

    assert len(statements) <= 8


class AskingClient:
    """Asks with the same parameters each time."""

    def __init__(self, client: Any, asked: dict[str, Any]) -> None:
        self.client, self.asked = client, asked

    def get(self, path: str, **more: Any) -> Any:
        return self.client.get(path, self.asked, **more)
