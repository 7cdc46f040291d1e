"""Who may do what: every page of ours, asked by every role."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from accounts.models import (
    AuditEvent,
    Membership,
    MembershipStatus,
    Role,
    Team,
    TeamMember,
    TeamPart,
    Workspace,
)
from accounts.permissions import PERMISSIONS, permissions_of, permissions_of_roles
from tests.accounts.urls import address
from tests.factories import create_membership, create_team, create_user

pytestmark = pytest.mark.django_db

EVERYBODY = set(Role)
ADMINS = {Role.ADMIN}


@dataclass
class Scene:
    """A workspace with an administrator, the asker, a peer, a seat and a team."""

    alice: Membership
    asker: Membership
    peer: Membership
    seat: Membership
    team: Team
    place: TeamMember


@pytest.fixture
def scene(alice: Membership) -> Callable[[Role], Scene]:
    def set_up(role: Role) -> Scene:
        asker = create_membership(
            user=create_user(email="asker@example.com", name="Asker"), roles=(role,)
        )
        peer = create_membership(
            user=create_user(email="peer@example.com", name="Peer"), roles=(Role.COACH,)
        )
        team = create_team()
        place = TeamMember.objects.create(
            team=team, membership=peer, part=TeamPart.MEMBER
        )
        seat = create_membership(name="Seat")
        return Scene(alice, asker, peer, seat, team, place)

    return set_up


SETTINGS = {
    "name": "Renamed",
    "base_currency": "USD",
    "time_zone": "UTC",
    "languages": "en",
    "fiscal_month": "4",
    "period": "month",
    "rep_visibility": "all",
    "cost_per_hour": "80.50",
    "manager_visibility": "all",
    "coach_visibility": "all",
    "version": "1",
}
ROLES = {"name": "Risen", "roles": ["admin"], "version": "1"}

# page, who may, whose id is in its address, what is posted; without that it is read
Row = tuple[str, set[Role], str, dict[str, Any] | None]
ROWS: list[Row] = [
    ("members", EVERYBODY, "", None),
    ("member", EVERYBODY, "seat", None),
    ("member", EVERYBODY, "asker", None),
    ("teams", EVERYBODY, "", None),
    ("team", EVERYBODY, "team", None),
    ("leave", EVERYBODY, "", None),
    ("settings", ADMINS, "", None),
    ("audit", ADMINS, "", None),
    ("member-edit", ADMINS, "asker", None),
    ("member-remove", ADMINS, "seat", None),
    ("team-edit", ADMINS, "team", None),
    ("settings", ADMINS, "", SETTINGS),
    ("member-add", ADMINS, "", {"name": "Spy", "roles": ["admin"], "then": "add"}),
    ("member-edit", ADMINS, "asker", ROLES),
    ("member-edit", ADMINS, "peer", ROLES),
    ("member-edit", ADMINS, "alice", ROLES),
    ("member-suspend", ADMINS, "peer", {}),
    ("member-suspend", ADMINS, "alice", {}),
    ("member-reinstate", ADMINS, "peer", {}),
    ("member-invite", ADMINS, "seat", {"email": "spy@example.com"}),
    ("member-withdraw", ADMINS, "seat", {}),
    ("member-remove", ADMINS, "peer", {}),
    ("member-remove", ADMINS, "alice", {}),
    ("team-new", ADMINS, "", {"name": "Iberia"}),
    ("team-edit", ADMINS, "team", {"name": "Iberia", "version": "1"}),
    ("team-place", ADMINS, "team", {"membership": "asker"}),
    ("team-attach", ADMINS, "team", {"membership": "peer"}),
    ("team-leave", ADMINS, "place", {}),
    ("team-delete", ADMINS, "team", {}),
]


def ask(client: Client, scene: Scene, row: Row, **kwargs: Any) -> Any:
    name, _allowed, about, data = row
    if about:
        kwargs["id"] = getattr(scene, about).pk
    if data is None:
        return client.get(address(name, **kwargs))
    if "membership" in data:
        data = data | {"membership": str(getattr(scene, data["membership"]).pk)}
    return client.post(address(name, **kwargs), data)


def powers() -> dict[str, Any]:
    """Every row that says who may do or see what."""
    return {
        "members": list(
            Membership.objects.order_by("pk").values_list(
                "pk", "name", "email", "roles", "status", "version"
            )
        ),
        "places": list(
            TeamMember.objects.order_by("pk").values_list("team", "membership", "part")
        ),
        "teams": list(Team.objects.order_by("pk").values_list("pk", "name", "parent")),
        "workspaces": list(Workspace.objects.order_by("pk").values()),
    }


def label(row: Row) -> str:
    return f"{row[0]} {row[2]}"


@pytest.mark.parametrize("role", sorted(EVERYBODY - ADMINS))
def test_who_lacks_the_right_is_refused_and_changes_nothing(client, scene, role):
    stage = scene(role)
    client.force_login(stage.asker.user)
    before, rows = powers(), [row for row in ROWS if role not in row[1]]

    answers = {label(row): ask(client, stage, row).status_code for row in rows}

    assert answers == dict.fromkeys(map(label, rows), 403)
    assert powers() == before
    refused = AuditEvent.objects.filter(verb="permission.refused", actor=stage.asker)
    assert refused.count() == len(rows)


@pytest.mark.parametrize("role", Role)
def test_what_is_open_to_all_is_open_to_each_role(client, scene, role):
    stage = scene(role)
    client.force_login(stage.asker.user)
    rows = [row for row in ROWS if row[1] == EVERYBODY]

    answers = {label(row): ask(client, stage, row).status_code for row in rows}

    assert answers == dict.fromkeys(map(label, rows), 200)


@pytest.mark.parametrize("row", [row for row in ROWS if row[1] == ADMINS], ids=label)
def test_administrator_may(client, scene, row):
    stage = scene(Role.ADMIN)
    client.force_login(stage.asker.user)

    assert ask(client, stage, row).status_code in {200, 303, 422}


@pytest.mark.parametrize(
    ("who", "status"),
    [("stranger", 404), ("removed", 404), ("suspended", 403), ("nobody", 302)],
)
def test_who_is_no_member_gets_nowhere(client, scene, charlie, who, status):
    stage = scene(Role.ADMIN)
    if who in {"removed", "suspended"}:
        gone_at = stage.alice.created_at if who == "removed" else None
        theirs = Membership.objects.filter(pk=stage.asker.pk)
        theirs.update(status=who, removed_at=gone_at)
    if who != "nobody":
        client.force_login(charlie.user if who == "stranger" else stage.asker.user)
    before = powers()

    answers = [ask(client, stage, row) for row in ROWS]

    assert {answer.status_code for answer in answers} == {status}
    assert [answer for answer in answers if b"Peer" in answer.content] == []
    assert powers() == before


def test_id_of_another_workspace_is_missing(client, scene, charlie):
    """Charlie asks in his own workspace, with the ids of ours."""
    stage = scene(Role.REP)
    client.force_login(charlie.user)
    before, rows = powers(), [row for row in ROWS if row[2]]

    answers = [ask(client, stage, row, slug="theirs").status_code for row in rows]

    assert answers == [404] * len(rows)
    assert powers() == before


@pytest.mark.parametrize("permission", PERMISSIONS)
@pytest.mark.parametrize("role", Role)
def test_table_is_the_whole_truth(role, permission):
    assert (permission in permissions_of_roles([role])) == (
        role in PERMISSIONS[permission]
    )


def test_rights_are_the_union_of_the_roles():
    assert permissions_of_roles(["rep", "admin"]) == set(PERMISSIONS)


@pytest.mark.parametrize("status", [MembershipStatus.SUSPENDED, "removed"])
def test_who_is_not_active_may_nothing(status):
    assert permissions_of(Membership(roles=["admin"], status=status)) == frozenset()
    assert permissions_of(None) == frozenset()


def test_role_taken_away_counts_from_the_next_request(client: Client, scene):
    stage = scene(Role.ADMIN)
    client.force_login(stage.asker.user)
    assert client.get(address("audit")).status_code == 200

    Membership.objects.filter(pk=stage.asker.pk).update(roles=["rep"])

    assert client.get(address("audit")).status_code == 403


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
@pytest.mark.parametrize(("action", "status"), [("suspend", 403), ("remove", 404)])
def test_member_with_an_open_page_is_refused_at_the_next_request(
    client: Client, scene, action, status, headers
):
    stage = scene(Role.REP)
    theirs = type(client)()
    theirs.force_login(stage.asker.user)
    assert theirs.get(address("members"), headers=headers).status_code == 200
    client.force_login(stage.alice.user)

    client.post(address(f"member-{action}", id=stage.asker.pk))

    refused = theirs.get(address("members"), headers=headers)
    assert refused.status_code == status
    assert b"Peer" not in refused.content
