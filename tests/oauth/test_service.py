"""A service of the workspace's own comes in by its secret."""

import base64
from typing import Any

import pytest

from accounts.actions.applications import renew_secret
from accounts.models import AuditEvent, Grant, Membership
from accounts.oauth.words import RESOURCES
from accounts.rest.views import described
from accounts.views.keys import scopes
from tests.conftest import DoorClient
from tests.factories import NOW
from tests.oauth.flow import ME, TOKEN, Caller, refused, register

pytestmark = pytest.mark.django_db
OWN = {"grant_type": "client_credentials"}


@pytest.fixture
def service(alice: Membership) -> Caller:
    return register(alice, kind="service", name="Nightly import")


def token_of(service: Caller, **more: str) -> str:
    return str(service.fetch(**OWN, **more).json()["access_token"])


def test_a_service_fetches_a_token_that_opens_the_api(
    service: Caller, alice: Membership
):
    answer = service.fetch(**OWN)

    assert answer.status_code == 200
    assert set(answer.json()) == {"access_token", "expires_in", "scope", "token_type"}
    told = service.call(answer.json()["access_token"]).json()
    assert told["id"] == str(alice.pk)
    assert told["scopes"] == ["companies:read", "companies:write", "me:read"]


def test_its_secret_may_come_in_the_header(service: Caller):
    named = f"{service.application.client_id}:{service.secret}".encode()
    basic = f"Basic {base64.b64encode(named).decode()}"

    answer = service.client.post(TOKEN, OWN, headers={"Authorization": basic})

    assert answer.status_code == 200


def test_a_token_may_be_asked_for_less(service: Caller):
    token = token_of(service, scope="me:read")

    assert service.call(token).status_code == 200
    assert service.call(token, "/api/v1/companies").status_code == 403


REFUSED: dict[str, tuple[dict[str, str], tuple[int, str]]] = {
    "a wrong secret": ({"client_secret": "x"}, (401, "invalid_client")),
    "an empty secret": ({"client_secret": ""}, (401, "invalid_client")),
    "another client": ({"client_id": "0" * 32}, (401, "invalid_client")),
    "an odd client": ({"client_id": "\0"}, (401, "invalid_client")),
    "a scope beyond": ({"scope": "people:read"}, (400, "invalid_scope")),
    "a password": (
        {"grant_type": "password", "username": "alice@example.com", "password": "x"},
        (400, "unsupported_grant_type"),
    ),
    "a device code": (
        {"grant_type": "urn:ietf:params:oauth:grant-type:device_code"},
        (400, "unsupported_grant_type"),
    ),
    "nothing": ({"grant_type": ""}, (400, "unsupported_grant_type")),
    "a code": (
        {"grant_type": "authorization_code", "code": "x"},
        (400, "unauthorized_client"),
    ),
    "names of ours": (
        {"found": "x", "grant": "x", "user": "x", "scopes": "people:read"},
        (200, ""),
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_asked_otherwise_is_refused(service: Caller, name: str):
    changed, told = REFUSED[name]

    answer = service.fetch(**(OWN | changed))

    assert (answer.status_code, answer.json().get("error", "")) == told


def test_unknown_revoked_and_wrong_get_the_same_bytes(
    service: Caller, as_alice: Any, alice: Membership
):
    revoked = register(alice, kind="service")
    address = f"/w/ours/settings/applications/{revoked.application.pk}/revoke"
    as_alice.post(address)

    answers = [
        service.fetch(**OWN, client_secret="x"),
        service.fetch(**OWN, client_id="0" * 32),
        revoked.fetch(**OWN),
    ]

    assert {answer.content for answer in answers} == {b'{"error": "invalid_client"}'}
    assert {answer.status_code for answer in answers} == {401}
    assert {a.headers["WWW-Authenticate"] for a in answers} == {'Basic realm="oauth"'}


def test_an_address_with_parameters_is_refused(service: Caller):
    answer = service.client.post(f"{TOKEN}?x=%zz", service.identity | OWN)

    assert refused(answer) == (400, "invalid_request")


def test_a_website_is_no_service(alice: Membership):
    assert refused(register(alice).fetch(**OWN)) == (400, "unauthorized_client")


def test_an_app_without_a_secret_is_no_service(alice: Membership):
    assert refused(register(alice, kind="device").fetch(**OWN))[0] == 401


def test_a_new_secret_ends_the_old_one(service: Caller, alice: Membership):
    new = renew_secret(application=service.application, by=alice, now=NOW)

    assert refused(service.fetch(**OWN)) == (401, "invalid_client")
    assert service.fetch(**OWN, client_secret=new).status_code == 200


# --- At the API, as a key --------------------------------------------------------------


def test_what_it_writes_is_its_members_and_by_its_name(
    service: Caller, alice: Membership
):
    headers = {"Authorization": f"Bearer {token_of(service)}"}

    made = service.client.post(
        "/api/v1/companies",
        {"name": "Delta Metalworks"},
        content_type="application/json",
        headers=headers,
    )

    assert made.status_code == 201
    event = AuditEvent.objects.get(verb="company.created")
    assert (event.actor, event.source) == (alice, "api")
    assert event.program == "Nightly import"


def test_the_trail_says_which_program_it_was(service: Caller, as_alice: Any):
    headers = {"Authorization": f"Bearer {token_of(service)}"}
    service.client.post(
        "/api/v1/companies",
        {"name": "Delta"},
        content_type="application/json",
        headers=headers,
    )

    page = as_alice.get("/w/ours/audit?kind=company")

    assert b"Nightly import" in page.content


def test_it_is_counted_by_application(
    service: Caller, as_bob: Any, alice: Membership, settings: Any
):
    settings.API_LIMIT_PER_CALLER = 2
    website = register(alice)
    tokens = [website.tokens(as_bob)["access_token"] for _each in range(2)]

    answers = [website.call(token).status_code for token in [*tokens, *tokens]]

    assert answers == [200, 200, 429, 429]
    assert service.call(token_of(service)).status_code == 200


def test_an_answer_is_remembered_for_one_member_only(
    as_bob: Any, client: Any, alice: Membership, bob: Membership
):
    website = register(alice, scopes=["companies:write"])
    tokens = []
    for member in (alice, bob):
        client.force_login(member.user)
        tokens.append(website.tokens(client, scope=None)["access_token"])

    answers = [
        website.client.post(
            "/api/v1/companies",
            {"name": "Delta"},
            content_type="application/json",
            headers={"Authorization": f"Bearer {token}", "Idempotency-Key": "one"},
        )
        for token in [tokens[0], tokens[0], tokens[1]]
    ]

    ids = [answer.json()["id"] for answer in answers]
    assert ids[0] == ids[1] != ids[2]
    assert answers[1].headers["Idempotency-Replayed"] == "true"


def test_a_call_costs_as_many_statements_as_by_a_key(service: Caller, cost_of: Any):
    token = token_of(service)
    headers = {"Authorization": f"Bearer {token}"}
    service.call(token)  # remembers its use

    statements = cost_of(DoorHeaders(headers), ME)

    assert len(statements) == 1
    assert "accounts_issuedtoken" in statements[0]


class DoorHeaders(DoorClient):
    """Sends the same header with every request."""

    def __init__(self, headers: dict[str, str]) -> None:
        super().__init__(headers=headers)


def test_its_use_is_remembered(service: Caller):
    service.call(token_of(service))

    assert Grant.objects.get().last_used_at is not None


def test_tokens_are_fetched_so_often_and_no_more(service: Caller, settings: Any):
    settings.IDP_OIDC_RATE_LIMITS = {"token": "2/5m/ip"}

    answers = [service.fetch(**OWN) for _each in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].json() == {"error": "temporarily_unavailable"}
    assert answers[2].headers["Retry-After"] == "60"


def test_the_server_says_what_it_can(service: Caller):
    told = service.client.get("/.well-known/oauth-authorization-server").json()

    assert told["issuer"] == "http://testserver"
    assert told["token_endpoint"] == "http://testserver/oauth/token"
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert told["response_types_supported"] == ["code"]
    assert "password" not in told["grant_types_supported"]
    assert "companies:read" in told["scopes_supported"]


def test_the_description_says_how_to_come_in_by_oauth():
    told = described()
    flows = told["components"]["securitySchemes"]["oauth2"]["flows"]

    assert list(flows) == ["clientCredentials", "authorizationCode"]
    assert set(flows["clientCredentials"]["scopes"]) == scopes()
    operation = told["paths"]["/api/v1/companies"]["get"]
    assert {"oauth2": ["companies:read"]} in operation["security"]


def test_every_scope_has_words_for_whoever_is_asked():
    assert {scope.partition(":")[0] for scope in scopes()} == set(RESOURCES)
