"""Every role at every page: refused exactly where its role lacks the permission."""

from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Role, Workspace
from accounts.permissions import PERMISSIONS, permissions_of_roles
from tests.conftest import DoorClient
from tests.factories import create_membership, create_user, give_defaults
from tests.test_urls_with_an_id import FOREIGN
from tests.urls import Door, our_doors

SEES = {
    *("workspace.enter", "member.see", "team.see", "deal.see", "person.see"),
    *("forecast.see", "prompt.answer"),
}
WRITES = {"deal.write", "person.write"}
COACHES = {"case.write", "help.answer"}

PAGES = [door for door in our_doors() if door.is_a_page]

every_page = pytest.mark.parametrize("door", PAGES, ids=lambda door: door.name)


def sign_in(client: Any, ours: Workspace, *roles: Role) -> None:
    # Whose rows a role sees is another question: here everybody's.
    levels = ("rep_visibility", "manager_visibility", "coach_visibility")
    Workspace.objects.filter(pk=ours.pk).update(**dict.fromkeys(levels, "all"))
    user = create_user(email="dana@example.com", name="Dana")
    create_membership(workspace=ours, user=user, roles=roles)
    client.force_login(user)


def address_of(door: Door) -> str:
    """The page's address, about a row of ours where it is about one."""
    if door.name.startswith(("readiness:", "coaching:")):
        give_defaults()
    about = {"id": FOREIGN[door.name]().pk} if door.has_id else {}
    return reverse(door.name, kwargs={"slug": "ours", **about})


@pytest.mark.django_db
@pytest.mark.parametrize("role", Role)
@every_page
def test_a_page_refuses_exactly_who_lacks_its_permission(
    client: Any, ours: Workspace, door: Door, role: Role
):
    sign_in(client, ours, role)
    address = address_of(door)

    statuses = {client.get(address).status_code, client.post(address).status_code} - {
        405
    }

    if role in PERMISSIONS[door.guard]:
        assert statuses <= {200, 204, 302, 303, 404, 409, 422}
    else:
        assert statuses == {403}


@pytest.mark.django_db
@every_page
def test_a_page_asks_every_writer_for_the_csrf_token(ours: Workspace, door: Door):
    client = DoorClient(enforce_csrf_checks=True)
    sign_in(client, ours, *Role)
    address = address_of(door)

    answers = [client.post(address), client.delete(address), client.put(address)]

    assert {answer.status_code for answer in answers} == {403}


def test_every_permission_guards_something():
    guards = {door.guard for door in PAGES}

    assert set(PERMISSIONS) == guards


@pytest.mark.parametrize(
    ("roles", "permissions"),
    [
        ((), set()),
        ((Role.REP,), SEES | WRITES),
        (
            (Role.MANAGER,),
            SEES | WRITES | {"accuracy.ask", "call.make", "money.manage", "view.share"},
        ),
        ((Role.COACH,), SEES | COACHES),
        ((Role.ADMIN,), set(PERMISSIONS)),
        ((Role.REP, Role.ADMIN), set(PERMISSIONS)),
    ],
)
def test_rights_are_the_union_over_the_roles(
    roles: tuple[Role, ...], permissions: set[str]
):
    assert permissions_of_roles(roles) == permissions
