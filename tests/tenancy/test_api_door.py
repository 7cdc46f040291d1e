"""The door of the API: by key, or by session and X-Workspace."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.actions.keys import create_api_key, revoke_api_key
from accounts.models import ApiKey, Membership, Role
from accounts.tenancy import inside
from tests.conftest import DoorClient
from tests.factories import NOW

pytestmark = pytest.mark.django_db

ME = "/api/v1/me"
PROBLEM = "application/problem+json"


def create_key(member: Membership, **fields: Any) -> tuple[ApiKey, str]:
    with inside(connection, member.workspace_id):
        return create_api_key(
            name="script",
            membership=member,
            by=member,
            now=NOW,
            **{"scopes": ["me:read"]} | fields,
        )


def by_key(client: Any, secret: str, **headers: str) -> Any:
    headers = {"Authorization": f"Bearer {secret}"} | headers
    return client.get(ME, headers=headers)


def test_a_key_opens_its_own_workspace(client: Any, alice: Membership):
    _key, secret = create_key(alice)

    response = by_key(client, secret)

    assert response.status_code == 200
    assert response.json()["workspace"]["slug"] == "ours"
    assert response.json()["scopes"] == ["me:read"]


def test_a_key_of_another_workspace_opens_that_one_whatever_is_asked(
    client: Any, alice: Membership, charlie: Membership
):
    _key, secret = create_key(charlie)

    response = by_key(client, secret, **{"X-Workspace": "ours"})

    assert response.json()["workspace"]["slug"] == "theirs"


def test_a_key_is_remembered_as_used(client: Any, alice: Membership):
    key, secret = create_key(alice)

    by_key(client, secret)

    key.refresh_from_db()
    assert key.last_used_at is not None


BAD_KEYS = {
    "of another shape": "secret",
    "empty": "",
    "with a wrong checksum": "brk_" + "a" * 46,
    "that nobody made": "brk_" + "a" * 40 + "5f2d3b",
}


@pytest.mark.parametrize("name", BAD_KEYS)
def test_a_bad_key_is_refused(client: Any, alice: Membership, name: str):
    response = by_key(client, BAD_KEYS[name])

    assert_problem(response, 401)


def test_a_bad_key_is_not_made_good_by_a_session(client: Any, alice: Membership):
    client.force_login(alice.user)

    response = by_key(client, "secret", **{"X-Workspace": "ours"})

    assert_problem(response, 401)


def test_a_revoked_key_is_refused(client: Any, alice: Membership):
    key, secret = create_key(alice)
    revoke_api_key(key=key, by=alice, now=NOW)

    response = by_key(client, secret)

    assert_problem(response, 401)


def test_an_expired_key_is_refused(client: Any, alice: Membership):
    over = timezone.now() - timedelta(seconds=1)
    _key, secret = create_key(alice, expires_at=over)

    response = by_key(client, secret)

    assert_problem(response, 401)


def test_a_key_that_will_expire_is_good_until_then(client: Any, alice: Membership):
    later = timezone.now() + timedelta(hours=1)
    _key, secret = create_key(alice, expires_at=later)

    response = by_key(client, secret)

    assert response.status_code == 200


@pytest.mark.parametrize("status", ["suspended", "removed"])
def test_a_key_dies_with_its_membership(client: Any, alice: Membership, status: str):
    _key, secret = create_key(alice)
    removed_at = NOW if status == "removed" else None
    Membership.objects.filter(pk=alice.pk).update(status=status, removed_at=removed_at)

    response = by_key(client, secret)

    assert_problem(response, 401)


def test_a_key_without_the_scope_is_refused(client: Any, alice: Membership):
    _key, secret = create_key(alice, scopes=["other:read"])

    response = by_key(client, secret)

    assert_problem(response, 403)


def test_a_session_names_its_workspace(client: Any, alice: Membership):
    client.force_login(alice.user)

    response = client.get(ME, headers={"X-Workspace": "ours"})

    assert response.json()["roles"] == [Role.ADMIN, Role.REP]
    assert response.json()["scopes"] is None


@pytest.mark.parametrize("slug", ["", "theirs", "nowhere"])
def test_a_session_enters_no_workspace_it_has_no_seat_in(
    client: Any, alice: Membership, charlie: Membership, slug: str
):
    client.force_login(alice.user)

    response = client.get(ME, headers={"X-Workspace": slug})

    assert_problem(response, 401)


def test_a_session_of_a_suspended_member_is_refused(client: Any, alice: Membership):
    client.force_login(alice.user)
    Membership.objects.filter(pk=alice.pk).update(status="suspended")

    response = client.get(ME, headers={"X-Workspace": "ours"})

    assert_problem(response, 401)


def test_who_is_signed_out_is_refused(client: Any, alice: Membership):
    response = client.get(ME, headers={"X-Workspace": "ours"})

    assert_problem(response, 401)
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="api"'


def test_a_session_writes_only_with_its_csrf_token(alice: Membership):
    client: Any = DoorClient(enforce_csrf_checks=True)
    client.force_login(alice.user)

    response = client.post(ME, headers={"X-Workspace": "ours"})

    assert_problem(response, 403)


def test_a_key_needs_no_csrf_token(alice: Membership):
    client = DoorClient(enforce_csrf_checks=True)
    _key, secret = create_key(alice)

    response = client.post(ME, headers={"Authorization": f"Bearer {secret}"})

    assert_problem(response, 405)


def test_a_missing_endpoint_is_a_problem_too(client: Any, alice: Membership):
    response = client.get("/api/v1/nothing")

    assert_problem(response, 404)


def assert_problem(response: Any, status: int) -> None:
    assert response.status_code == status
    assert response.headers["Content-Type"] == PROBLEM
    assert response.json()["status"] == status
