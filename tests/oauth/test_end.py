"""Whatever ends an application's access ends it at once; and none reaches elsewhere."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from accounts.actions.applications import revoke_application, send_away
from accounts.actions.members import reinstate, remove_member, suspend
from accounts.models import Application, Grant, Membership, Role, User
from accounts.tenancy import inside
from tests.conftest import DoorClient, signed_in
from tests.factories import NOW, create_membership
from tests.oauth.flow import REVOKE, Caller, refused, register

pytestmark = pytest.mark.django_db
INVALID = (400, "invalid_grant")


def revoked(caller: Caller, member: Membership, by: Membership) -> None:
    revoke_application(application=caller.application, by=by, now=NOW)


def sent_away(caller: Caller, member: Membership, by: Membership) -> None:
    send_away(application=caller.application, by=member, now=NOW)


def suspended(caller: Caller, member: Membership, by: Membership) -> None:
    suspend(membership=member, by=by, now=NOW)


def removed(caller: Caller, member: Membership, by: Membership) -> None:
    remove_member(membership=member, heir=by, by=by, now=NOW)


def user_closed(caller: Caller, member: Membership, by: Membership) -> None:
    assert member.user_id
    User.objects.filter(pk=member.user_id).update(is_active=False)


ENDS: list[Callable[..., None]] = [revoked, sent_away, suspended, removed, user_closed]


@pytest.mark.parametrize("end", ENDS)
def test_tokens_are_worthless_at_once(
    as_bob: Any, bob: Membership, alice: Membership, end: Any
):
    caller = register(alice)
    tokens, code = caller.tokens(as_bob), caller.code(as_bob)

    end(caller, bob, alice)

    unknown = (401, "invalid_client") if end is revoked else INVALID
    assert caller.call(tokens["access_token"]).status_code == 401
    assert refused(caller.refresh(tokens["refresh_token"])) == unknown
    assert refused(caller.exchange(code)) == unknown


@pytest.mark.parametrize("end", [revoked, suspended, removed, user_closed])
def test_a_service_ends_with_its_member(alice: Membership, bob: Membership, end: Any):
    Membership.objects.filter(pk=bob.pk).update(roles=[Role.ADMIN])
    bob.refresh_from_db()
    service = register(bob, kind="service")
    token = service.fetch(grant_type="client_credentials").json()["access_token"]

    end(service, bob, alice)

    again = service.fetch(grant_type="client_credentials")
    assert service.call(token).status_code == 401
    assert again.status_code in {400, 401}


def test_who_is_reinstated_need_not_let_it_in_again(
    as_bob: Any, bob: Membership, alice: Membership
):
    caller = register(alice)
    tokens = caller.tokens(as_bob)

    suspend(membership=bob, by=alice, now=NOW)
    reinstate(membership=bob, by=alice, now=NOW)

    assert caller.call(tokens["access_token"]).status_code == 200


def test_a_right_that_is_lost_is_lost_to_its_applications(
    as_bob: Any, bob: Membership, alice: Membership
):
    caller = register(alice)
    tokens = caller.tokens(as_bob, scope="companies:write")
    Membership.objects.filter(pk=bob.pk).update(roles=[Role.COACH])

    answer = caller.client.post(
        "/api/v1/companies",
        {"name": "Delta"},
        content_type="application/json",
        headers={"Authorization": f"Bearer {tokens['access_token']}"},
    )

    assert answer.status_code == 403


def test_an_application_may_give_its_tokens_back(as_bob: Any, alice: Membership):
    caller = register(alice)
    tokens = caller.tokens(as_bob)
    give_back = caller.identity | {"token": tokens["access_token"]}

    answer = caller.client.post(REVOKE, give_back)

    assert answer.status_code == 200
    assert caller.call(tokens["access_token"]).status_code == 401
    refreshed = caller.refresh(tokens["refresh_token"]).json()
    caller.client.post(REVOKE, caller.identity | {"token": refreshed["refresh_token"]})
    assert caller.call(refreshed["access_token"]).status_code == 401
    assert refused(caller.refresh(refreshed["refresh_token"])) == INVALID


def test_nobody_gives_back_the_tokens_of_another(as_bob: Any, alice: Membership):
    caller, other = register(alice), register(alice)
    tokens = caller.tokens(as_bob)

    answer = other.client.post(
        REVOKE, other.identity | {"token": tokens["access_token"]}
    )
    unknown = other.client.post(REVOKE, {"token": "x", "client_id": "0" * 32})

    assert answer.status_code == 200  # as for any token it has not
    assert refused(unknown) == (401, "invalid_client")
    assert caller.call(tokens["access_token"]).status_code == 200


# --- Tenancy --------------------------------------------------------------------------


def test_a_token_opens_one_workspace_whatever_else_its_member_may_enter(
    as_bob: Any, bob: Membership, alice: Membership, charlie: Membership
):
    with inside(connection, charlie.workspace_id):
        create_membership(workspace=charlie.workspace, user=bob.user)
    tokens = register(alice).tokens(as_bob)
    client: Any = DoorClient()
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}

    told = client.get("/api/v1/me", headers=headers | {"X-Workspace": "theirs"})

    assert told.json()["workspace"]["slug"] == "ours"


def test_a_grant_over_two_workspaces_opens_none(
    as_bob: Any, alice: Membership, charlie: Membership
):
    caller = register(alice)
    tokens = caller.tokens(as_bob)
    Application.objects.filter(pk=caller.application.pk).update(
        workspace=charlie.workspace
    )

    assert caller.call(tokens["access_token"]).status_code == 401


def test_nobody_sends_away_or_revokes_what_is_elsewhere(
    client: Any, as_bob: Any, alice: Membership, charlie: Membership
):
    caller = register(alice)
    tokens = caller.tokens(as_bob)
    stranger = signed_in(DoorClient(), charlie)

    answers = [
        stranger.post(f"/w/theirs/settings/applications/{caller.application.pk}/{what}")
        for what in ("revoke", "secret", "send-away")
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert caller.call(tokens["access_token"]).status_code == 200
    assert Grant.objects.get().ended_at is None
