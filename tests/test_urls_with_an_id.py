"""A stranger's row and a missing one look the same, at every address with an id."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse
from uuid_utils.compat import uuid7

from accounts.models import Membership, TeamMember, TeamPart, Workspace
from accounts.tenancy import inside
from tests.factories import create_membership, create_team
from tests.urls import Door, our_doors


def create_place() -> TeamMember:
    return TeamMember.objects.create(
        team=create_team(), membership=create_membership(), part=TeamPart.MEMBER
    )


# A row the address could be about, made in the open workspace.
FOREIGN: dict[str, Callable[[], Any]] = {
    "accounts:member": create_membership,
    "accounts:member-edit": create_membership,
    "accounts:member-suspend": create_membership,
    "accounts:member-reinstate": create_membership,
    "accounts:member-invite": create_membership,
    "accounts:member-withdraw": create_membership,
    "accounts:member-remove": create_membership,
    "accounts:team": create_team,
    "accounts:team-edit": create_team,
    "accounts:team-delete": create_team,
    "accounts:team-place": create_team,
    "accounts:team-attach": create_team,
    "accounts:team-leave": create_place,
}

with_id = pytest.mark.parametrize(
    "door", [door for door in our_doors() if door.has_id], ids=lambda door: door.name
)


def test_every_url_with_an_id_is_listed():
    assert {door.name for door in our_doors() if door.has_id} == set(FOREIGN)


@with_id
@pytest.mark.django_db
def test_it_answers_for_a_row_of_ours(
    client: Any, alice: Membership, ours: Workspace, door: Door
):
    client.force_login(alice.user)

    response = ask(client, door, slug="ours", id=FOREIGN[door.name]().pk)

    assert response.status_code in {200, 204, 302, 303, 409, 422}


@with_id
@pytest.mark.django_db
def test_a_foreign_row_and_a_missing_one_get_the_same_bytes(
    client: Any, alice: Membership, charlie: Membership, door: Door
):
    with inside(connection, charlie.workspace_id):
        foreign = FOREIGN[door.name]().pk
    client.force_login(alice.user)

    answers = [ask(client, door, slug="ours", id=id) for id in (foreign, uuid7())]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content


@with_id
@pytest.mark.django_db
def test_a_stranger_learns_nothing(
    client: Any, alice: Membership, charlie: Membership, door: Door
):
    row = FOREIGN[door.name]().pk
    client.force_login(charlie.user)

    answers = [
        ask(client, door, slug=slug, id=id)
        for slug, id in [("ours", row), ("ours", uuid7()), ("nowhere", row)]
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1


def ask(client: Any, door: Door, *, slug: str, id: Any) -> Any:
    """GET the address, or POST where only that is answered."""
    is_page = door.is_a_page
    address = reverse(
        door.name, kwargs={"slug": slug, "id": id} if is_page else {"id": id}
    )
    headers = {} if is_page else {"X-Workspace": slug}
    response = client.get(address, headers=headers)
    if response.status_code == 405:
        response = client.post(address, headers=headers)
    return response
