import pytest
from django.test import Client

from accounts.actions.invitations import invite
from accounts.models import Invitation, Membership, MembershipStatus, Role
from tests.accounts.urls import address
from tests.factories import (
    NOW,
    create_membership,
    create_opportunity,
    create_team,
    create_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(time_machine):
    time_machine.move_to(NOW, tick=False)


def add(client: Client, **data):
    told = {"name": "Dora", "email": "", "roles": ["rep"], "then": "add"}
    return client.post(address("member-add"), told | data)


def edit(client: Client, member: Membership, **data):
    told = {"name": member.name, "roles": member.roles, "version": member.version}
    return client.post(address("member-edit", id=member.pk), told | data)


# --- The list --------------------------------------------------------------------------


def test_list_says_how_many_of_each(as_alice, bob):
    create_membership(name="Seat")

    page = as_alice.get(address("members")).content.decode()

    assert "2 members with sign-in, 1 seat" in page


@pytest.mark.parametrize(
    ("status", "names"),
    [
        ("", ["Alice", "Bob", "Invited", "Old", "Seat", "Sus"]),
        ("active", ["Alice", "Bob"]),
        ("seat", ["Old", "Seat"]),
        ("invited", ["Invited"]),
        ("suspended", ["Sus"]),
        ("nonsense", []),
    ],
)
def test_list_is_narrowed_by_status(as_alice, alice, bob, status, names):
    create_membership(name="Seat")
    create_membership(
        name="Sus",
        status=MembershipStatus.SUSPENDED,
        user=create_user(email="s@example.com"),
    )
    create_membership(name="Gone", status=MembershipStatus.REMOVED, removed_at=NOW)
    for name in ("Invited", "Old"):
        invite(
            membership=create_membership(name=name),
            email=f"{name}@example.com",
            by=alice,
            now=NOW,
            origin="",
        )
    Invitation.objects.filter(membership__name="Old").update(expires_at=NOW)

    response = as_alice.get(address("members"), {"status": status})

    assert [row.member.name for row in response.context["rows"]] == names


@pytest.mark.parametrize("text", ["bob", "BOB@", "example.com"])
def test_list_is_narrowed_by_words(as_alice, bob, text):
    rows = as_alice.get(address("members"), {"q": text}).context["rows"]

    assert "Bob" in [row.member.name for row in rows]


def test_list_says_when_none_match(as_alice):
    page = as_alice.get(address("members"), {"q": "xyz"}).content.decode()

    assert "None match" in page


def test_list_answers_htmx_with_its_rows_only(as_alice, bob):
    page = as_alice.get(address("members"), headers={"HX-Request": "true"})

    assert page.content.decode().strip().startswith('<div id="rows">')
    assert "HX-Request" in page["Vary"]


def test_list_goes_on_after_a_hundred(as_alice, alice):
    Membership.objects.bulk_create(
        Membership(
            workspace=alice.workspace, name=f"N{i:03}", roles=["rep"], created_at=NOW
        )
        for i in range(120)
    )

    first = as_alice.get(address("members")).context
    second = as_alice.get(address("members") + first["next"]).context

    assert len(first["rows"]) == 100
    assert [row.member.name for row in second["rows"]][-1] == "N119"
    assert len(second["rows"]) == 21
    assert (second["next"], second["first"]) == ("", "?q=&status=")


def test_list_does_not_go_on_after_a_stranger(as_alice, bob, charlie):
    response = as_alice.get(address("members"), {"after": charlie.pk})

    assert [row.member.name for row in response.context["rows"]] == ["Alice", "Bob"]


@pytest.mark.parametrize("rows", [1, 3])
def test_list_costs_the_same_for_any_number(as_alice, cost_of, alice, rows):
    team = create_team()
    for i in range(rows):
        seat = create_membership(name=f"Seat {i}")
        team.places.create(membership=seat, part="member")
        invite(membership=seat, email=f"{i}@example.com", by=alice, now=NOW, origin="")

    assert len(cost_of(as_alice, address("members"))) == 8


def test_who_may_not_manage_gets_no_controls(as_bob, alice):
    listed = as_bob.get(address("members"))
    paged = as_bob.get(address("member", id=alice.pk))

    assert "form" not in listed.context
    assert not [n for n in ("form", "invite_form", "invitation") if n in paged.context]
    assert b'method="post" action="/w/' not in listed.content + paged.content


# --- Adding ----------------------------------------------------------------------------


def test_seat_is_added(as_alice):
    response = add(as_alice)

    assert (response.status_code, response["Location"]) == (303, address("members"))
    assert Membership.objects.get(name="Dora").is_seat
    assert b"Dora is added." in as_alice.get(address("members")).content


def test_seat_is_added_and_invited(as_alice):
    add(as_alice, email="dora@example.com", then="invite")

    assert Invitation.objects.get().email == "dora@example.com"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"name": ""}, "This field is required."),
        ({"roles": []}, "Choose at least one role."),
        ({"roles": ["king"]}, "king is not one of the available choices."),
        ({"email": "dora"}, "Enter a valid email address."),
        ({"name": "D\x00ra"}, "Null characters are not allowed."),
        ({"then": "invite"}, "An invitation needs an e-mail address."),
        ({"email": "bob@example.com"}, "bob@example.com belongs to this workspace"),
    ],
)
def test_refused_addition_keeps_what_was_typed(as_alice, bob, data, sentence):
    before = Membership.objects.count()

    response = add(as_alice, **{"name": "Dora Typed"} | data)

    page = response.content.decode()
    assert response.status_code == 422
    assert sentence in page
    assert ("Dora Typed" in page) == ("name" not in data)
    assert Membership.objects.count() == before


# --- One member ------------------------------------------------------------------------


def test_member_is_renamed_and_gets_roles(as_alice, bob):
    response = edit(as_alice, bob, name="Rob", roles=["coach", "rep"])

    bob.refresh_from_db()
    assert response.status_code == 303
    assert (bob.name, bob.roles) == ("Rob", ["rep", "coach"])


def test_last_administrator_is_told_so(as_alice, alice):
    response = edit(as_alice, alice, roles=["rep"])

    assert response.status_code == 422
    assert b"Alice is the only administrator." in response.content


def test_old_form_shows_what_was_typed_and_can_be_saved_again(as_alice, bob):
    edit(as_alice, bob, roles=["manager"])

    stale = edit(as_alice, bob, name="Rob")
    again = edit(as_alice, bob, name="Rob", version=2)

    assert stale.status_code == 412
    page = stale.content.decode()
    assert "Somebody else changed this member meanwhile." in page
    assert 'value="Rob"' in page
    assert 'name="version" value="2"' in page
    assert again.status_code == 303


@pytest.mark.parametrize("version", ["", "x", "0", "99999999999999"])
def test_tampered_version_is_refused(as_alice, bob, version):
    assert edit(as_alice, bob, version=version).status_code == 422


def test_member_is_suspended_and_reinstated(as_alice, bob):
    as_alice.post(address("member-suspend", id=bob.pk))
    assert b"suspended" in as_alice.get(address("member", id=bob.pk)).content

    as_alice.post(address("member-reinstate", id=bob.pk))
    bob.refresh_from_db()
    assert bob.is_active


def test_suspending_the_last_administrator_is_refused(as_alice, alice):
    response = as_alice.post(address("member-suspend", id=alice.pk))

    assert response.status_code == 422
    assert b"Alice is the only administrator." in response.content


def test_seat_is_invited_later_and_the_invitation_withdrawn(as_alice):
    seat = create_membership(name="Seat")
    as_alice.post(address("member-invite", id=seat.pk), {"email": "seat@example.com"})
    invited = as_alice.get(address("member", id=seat.pk)).content.decode()

    as_alice.post(address("member-withdraw", id=seat.pk))

    assert "Withdraw the invitation" in invited
    assert not Invitation.objects.open(NOW).exists()
    assert as_alice.post(address("member-withdraw", id=seat.pk)).status_code == 422


def test_member_is_not_invited(as_alice, bob):
    data = {"email": "new@example.com"}
    response = as_alice.post(address("member-invite", id=bob.pk), data)

    assert response.status_code == 422


def test_removal_asks_who_takes_over(as_alice, bob):
    create_opportunity(owner=bob)

    asked = as_alice.get(address("member-remove", id=bob.pk)).content.decode()
    refused = as_alice.post(address("member-remove", id=bob.pk))

    assert "1 open opportunity" in asked
    assert refused.status_code == 422
    assert b"This field is required." in refused.content


def test_removal_hands_over(as_alice, alice, bob):
    create_opportunity(owner=bob)

    response = as_alice.post(
        address("member-remove", id=bob.pk), {"heir": str(alice.pk)}
    )

    assert (response.status_code, response["Location"]) == (303, address("members"))
    assert as_alice.get(address("member", id=bob.pk)).status_code == 404


def test_heir_of_another_workspace_is_no_choice(as_alice, bob, charlie):
    create_opportunity(owner=bob)

    response = as_alice.post(
        address("member-remove", id=bob.pk), {"heir": str(charlie.pk)}
    )

    assert response.status_code == 422


def test_one_leaves_by_the_own_door(as_alice, alice):
    response = as_alice.get(address("member-remove", id=alice.pk))

    assert (response.status_code, response["Location"]) == (303, address("leave"))


def test_member_leaves(as_bob, alice, bob):
    asked = as_bob.get(address("leave")).content
    response = as_bob.post(address("leave"))

    assert b"Leave Ours?" in asked
    assert (response.status_code, response["Location"]) == (303, "/")
    assert as_bob.get(address("members")).status_code == 404


def test_last_administrator_cannot_leave(as_alice):
    response = as_alice.post(address("leave"))

    assert response.status_code == 422
    assert b"Alice is the only administrator." in response.content


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("name", "budget"), [("member", 7), ("member-remove", 8)])
def test_member_page_costs_the_same(as_alice, cost_of, alice, name, budget, rows):
    coach = create_membership(name="Carla", roles=(Role.COACH,))
    for i in range(rows):
        create_opportunity(owner=coach, name=f"Deal {i}")
        create_membership(name=f"Heir {i}")
        create_team(name=f"T{i}").places.create(membership=coach, part="coach")

    assert len(cost_of(as_alice, address(name, id=coach.pk))) == budget
