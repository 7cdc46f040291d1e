from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, connections

from accounts import tenancy
from accounts.actions.invitations import hash_of, invite
from accounts.actions.keys import create_api_key
from accounts.actions.members import (
    AlreadyAMember,
    AlreadyRemoved,
    HeirNeeded,
    LastAdministrator,
    add_seat,
    change_roles,
    holdings_of,
    reinstate,
    remove_member,
    suspend,
)
from accounts.actions.teams import attach_coach, place_member
from accounts.models import (
    ApiKey,
    AuditEvent,
    Invitation,
    Membership,
    MembershipStatus,
    Role,
    TeamMember,
    Token,
)
from accounts.models.base import StaleVersion
from opportunities.models import Opportunity, Outcome
from tests.factories import (
    DAY,
    NOW,
    create_membership,
    create_opportunity,
    create_team,
    create_user,
)

pytestmark = pytest.mark.django_db


def admin(**fields) -> Membership:
    user = create_user(email="second@example.com", name="Second")
    return create_membership(user=user, roles=(Role.ADMIN,), **fields)


def lose_role(member: Membership, by: Membership) -> None:
    change_roles(membership=member, name=member.name, roles=["rep"], by=by, now=NOW)


def be_suspended(member: Membership, by: Membership) -> None:
    suspend(membership=member, by=by, now=NOW)


def be_removed(member: Membership, by: Membership) -> None:
    remove_member(membership=member, heir=None, by=by, now=NOW)


WAYS_OUT = [lose_role, be_suspended, be_removed]


@pytest.mark.parametrize("way_out", WAYS_OUT)
def test_last_administrator_stays(alice, way_out):
    with pytest.raises(LastAdministrator) as refusal:
        way_out(alice, by=alice)

    assert str(refusal.value) == (
        "Alice is the only administrator. Make somebody else one first."
    )


@pytest.mark.parametrize("way_out", WAYS_OUT)
def test_administrator_may_go_when_another_stays(alice, way_out):
    way_out(admin(), by=alice)

    assert Membership.objects.with_role(Role.ADMIN).able_to_own().count() == 1


@pytest.mark.parametrize("way_out", WAYS_OUT)
def test_seat_does_not_count_as_administrator(alice, way_out):
    create_membership(name="Seat", roles=(Role.ADMIN,))

    with pytest.raises(LastAdministrator):
        way_out(alice, by=alice)


@pytest.mark.parametrize("way_out", WAYS_OUT)
def test_suspended_member_does_not_count_as_administrator(alice, way_out):
    admin(status=MembershipStatus.SUSPENDED)

    with pytest.raises(LastAdministrator):
        way_out(alice, by=alice)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way_out", WAYS_OUT)
def test_two_administrators_cannot_remove_each_other_at_once(committed, way_out):
    members = [
        create_membership(
            workspace=committed,
            user=create_user(email=f"{name}@example.com", name=name),
            roles=(Role.ADMIN,),
        )
        for name in ("one", "two")
    ]
    together = Barrier(2)

    def go(member: Membership) -> str:
        try:
            with tenancy.workspace(committed):
                mine = Membership.objects.get(pk=member.pk)
                together.wait(timeout=10)
                way_out(mine, by=mine)
        except LastAdministrator:
            return "refused"
        finally:
            connections.close_all()
        return "gone"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(go, members))

    assert outcomes == ["gone", "refused"]
    stays = Membership.objects.of(committed).able_to_own().with_role(Role.ADMIN)
    assert stays.count() == 1


def test_add_seat_normalises_and_orders(alice):
    seat = add_seat(
        workspace=alice.workspace,
        name="  Dora ",
        email=" Dora@Example.com ",
        roles=["coach", "rep"],
        by=alice,
        now=NOW,
    )

    assert (seat.name, seat.email) == ("Dora", "dora@example.com")
    assert seat.roles == ["rep", "coach"]
    assert seat.is_seat


def test_add_seat_refuses_a_taken_address(alice, bob):
    with pytest.raises(AlreadyAMember) as refusal:
        add_seat(
            workspace=alice.workspace,
            name="Bob again",
            email="BOB@example.com",
            roles=["rep"],
            by=alice,
            now=NOW,
        )

    assert str(refusal.value) == "bob@example.com belongs to this workspace already."


def test_removed_members_address_is_free_again(alice, bob):
    be_removed(bob, by=alice)

    seat = add_seat(
        workspace=alice.workspace,
        name="Bob",
        email="bob@example.com",
        roles=["rep"],
        by=alice,
        now=NOW,
    )

    assert seat.email == "bob@example.com"


def test_change_roles_writes_only_what_differs_into_the_trail(alice, bob):
    change_roles(
        membership=bob, name="Bob", roles=["manager", "rep"], by=alice, now=NOW
    )

    event = AuditEvent.objects.get(verb="member.changed")
    assert event.before == {"roles": ["rep"]}
    assert event.after == {"roles": ["rep", "manager"]}


def test_change_roles_without_a_change_writes_nothing(alice, bob):
    change_roles(membership=bob, name="Bob", roles=["rep"], by=alice, now=NOW)

    assert not AuditEvent.objects.filter(verb="member.changed").exists()


def test_change_roles_refuses_an_old_form(alice, bob):
    change_roles(
        membership=bob, name="Bob", roles=["manager"], by=alice, now=NOW, version=1
    )

    with pytest.raises(StaleVersion):
        change_roles(
            membership=bob, name="Rob", roles=["rep"], by=alice, now=NOW, version=1
        )


def test_coach_who_is_none_any_more_is_detached(alice):
    coach = create_membership(name="Carla", roles=(Role.COACH,))
    attach_coach(team=create_team(), membership=coach, by=alice, now=NOW)

    change_roles(membership=coach, name="Carla", roles=["rep"], by=alice, now=NOW)

    assert not TeamMember.objects.exists()


def test_suspended_member_comes_back(alice, bob):
    be_suspended(bob, by=alice)
    reinstate(membership=bob, by=alice, now=NOW)

    bob.refresh_from_db()
    assert bob.is_active


def test_removed_member_does_not_come_back(alice, bob):
    be_removed(bob, by=alice)

    with pytest.raises(AlreadyRemoved):
        reinstate(membership=bob, by=alice, now=NOW)


def test_remove_member_asks_for_an_heir(alice, bob):
    create_opportunity(owner=bob)

    with pytest.raises(HeirNeeded) as refusal:
        be_removed(bob, by=alice)

    assert str(refusal.value) == "Bob still owns things. Say who takes them over."


@pytest.mark.parametrize("status", [MembershipStatus.SUSPENDED, "self", "stranger"])
def test_heir_is_another_active_member(alice, bob, charlie, status):
    create_opportunity(owner=bob)
    heirs = {"self": lambda: bob, "stranger": lambda: charlie}
    heir = heirs.get(status, lambda: create_membership(status=status))()

    with pytest.raises(HeirNeeded):
        remove_member(membership=bob, heir=heir, by=alice, now=NOW)


def test_heir_takes_over_what_is_open(alice, bob):
    open_one = create_opportunity(owner=bob)
    won = create_opportunity(owner=bob, outcome=Outcome.WON, closed_on=DAY)

    remove_member(membership=bob, heir=alice, by=alice, now=NOW)

    owners = dict(Opportunity.objects.values_list("pk", "owner__name"))
    assert owners == {open_one.pk: "Alice", won.pk: "Bob"}


def test_heir_may_be_a_seat(alice, bob):
    create_opportunity(owner=bob)
    seat = create_membership(name="Seat")

    remove_member(membership=bob, heir=seat, by=alice, now=NOW)

    assert Opportunity.objects.get().owner == seat


def test_holdings_say_what_and_how_many(alice, bob):
    create_opportunity(owner=bob)
    create_opportunity(owner=bob, name="Another")
    create_opportunity(owner=bob, outcome=Outcome.LOST, closed_on=DAY)

    assert [(each.label, each.count) for each in holdings_of(bob)] == [
        ("open opportunities", 2)
    ]
    assert holdings_of(alice) == []


def test_remove_member_revokes_keys_tokens_and_invitations_at_once(alice, bob):
    seat = create_membership(name="Dora")
    _key, secret = create_api_key(
        name="feed", scopes=["read"], membership=seat, by=alice, now=NOW
    )
    Token.objects.create(
        workspace=seat.workspace,
        membership=seat,
        secret_hash="x" * 64,
        created_at=NOW,
        kind="calendar",
    )
    invite(
        membership=seat, email="dora@example.com", by=alice, now=NOW, origin="http://x"
    )

    be_removed(seat, by=alice)

    assert not ApiKey.objects.by_hash(hash_of(secret)).live(NOW).exists()
    assert not Token.objects.of(seat).live(NOW).exists()
    assert not Invitation.objects.open(NOW).exists()


def test_remove_member_keeps_the_name_on_what_was_written(alice, bob):
    add_seat(workspace=bob.workspace, name="Dora", roles=["rep"], by=bob, now=NOW)
    place_member(team=create_team(), membership=bob, by=alice, now=NOW)

    be_removed(bob, by=alice)

    event = AuditEvent.objects.get(verb="member.added")
    assert (event.actor_name, event.actor.name) == ("Bob", "Bob")
    assert not TeamMember.objects.exists()
    removed = AuditEvent.objects.get(verb="member.removed")
    assert removed.after == {"status": "removed"}


def test_last_administrator_of_one_workspace_does_not_guard_another(alice, charlie):
    with pytest.raises(LastAdministrator):
        be_suspended(alice, by=alice)

    with (
        tenancy.inside(connection, charlie.workspace_id),
        pytest.raises(LastAdministrator),
    ):
        be_suspended(charlie, by=charlie)
