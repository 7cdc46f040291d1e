"""The page of API keys: made, shown once, revoked; and what the API offers."""

import re
from typing import Any

import pytest

from accounts.models import ApiKey, AuditEvent, Membership
from tests.conftest import DoorClient

pytestmark = pytest.mark.django_db

KEYS, DOCS = "/w/ours/settings/keys", "/w/ours/settings/keys/api"


def make(client: Any, **values: Any) -> Any:
    values = {"name": "Nightly import", "expires": "90", "reach": "read"} | values
    return client.post(KEYS, values)


def test_a_key_is_shown_once_and_opens_the_api(as_alice: Any, alice: Membership):
    response = make(as_alice)

    secret = re.search(r"brk_[A-Za-z0-9]{46}", response.content.decode())
    assert secret
    assert "no-store" in response.headers["Cache-Control"]
    assert secret[0] not in as_alice.get(KEYS).content.decode()
    key = ApiKey.objects.get(workspace=alice.workspace)
    assert key.expires_at
    assert all(scope.endswith(":read") for scope in key.scopes)
    assert AuditEvent.objects.filter(verb="api_key.created").exists()

    headers = {"Authorization": f"Bearer {secret[0]}"}
    client: Any = DoorClient()
    assert client.get("/api/v1/companies", headers=headers).status_code == 200
    assert client.post("/api/v1/companies", {}, headers=headers).status_code == 403
    assert b"never" not in as_alice.get(KEYS).content.split(b"<tbody>")[1]


def test_a_key_may_be_held_to_single_scopes(as_alice: Any, alice: Membership):
    make(as_alice, reach="some", scopes=["companies:write", "me:read"], expires="0")

    key = ApiKey.objects.get(workspace=alice.workspace)
    assert key.scopes == ["companies:write", "me:read"]
    assert key.expires_at is None


@pytest.mark.parametrize(
    "values",
    [
        {"name": ""},
        {"name": "x" * 81},
        {"reach": "some"},
        {"reach": "some", "scopes": ["users:delete"]},
        {"reach": "all"},
        {"expires": "100000"},
    ],
    ids=str,
)
def test_a_key_that_is_not_valid_is_not_made(as_alice: Any, values: dict[str, Any]):
    response = make(as_alice, **values)

    assert response.status_code == 422
    assert not ApiKey.objects.filter(workspace__slug="ours").exists()


def test_a_revoked_key_is_worthless_at_once(as_alice: Any, alice: Membership):
    secret = re.search(r"brk_[A-Za-z0-9]{46}", make(as_alice).content.decode())
    assert secret
    key = ApiKey.objects.get(workspace=alice.workspace)

    response = as_alice.post(f"{KEYS}/{key.pk}/revoke")

    assert response.status_code == 303
    headers = {"Authorization": f"Bearer {secret[0]}"}
    client: Any = DoorClient()
    assert client.get("/api/v1/me", headers=headers).status_code == 401
    assert "revoked" in as_alice.get(KEYS).content.decode()


def test_the_list_costs_the_same_for_one_and_three(as_alice: Any, cost_of: Any):
    make(as_alice)
    one = len(cost_of(as_alice, KEYS))
    make(as_alice)
    make(as_alice)

    assert len(cost_of(as_alice, KEYS)) == one <= 8


def test_the_page_of_the_api_shows_every_operation(as_bob: Any):
    page = as_bob.get(DOCS).content.decode()

    assert page.count('class="operation"') >= 50
    assert "style=" not in page
    assert "/api/v1/interactions" in page
    assert "brk_" in page
