"""The door of the pages: what is kept, what is rolled back, who comes in."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from uuid_utils.compat import uuid7

from accounts import tenancy
from accounts.models import AuditEvent, Membership, Role, User, Workspace
from opportunities.models import Company
from tests.factories import (
    NOW,
    create_company,
    create_membership,
    create_user,
    create_workspace,
)
from tests.tenancy.door_urls import seen_by_hooks
from tests.tenancy.world import open_here

pytestmark = pytest.mark.urls("tests.tenancy.door_urls")


@dataclass(frozen=True)
class House:
    """Two workspaces with one company each, and Alice, who belongs to both."""

    north: Workspace
    south: Workspace
    alice: User
    client: Any

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(path, headers=headers)


KINDS = [
    pytest.param("in one transaction", marks=pytest.mark.django_db),
    pytest.param("for real", marks=pytest.mark.django_db(transaction=True)),
]


@pytest.fixture(params=KINDS)
def house(request: pytest.FixtureRequest, client: Any) -> House:
    return build_house(client)


def build_house(client: Any) -> House:
    seen_by_hooks.clear()
    alice = create_user()
    north, south = create_workspace(slug="north"), create_workspace(slug="south")
    for place in (north, south):
        with within(place):
            create_membership(workspace=place, user=alice, roles=(Role.REP,))
            create_company(name=f"of {place.slug}")
    client.force_login(alice)
    return House(north=north, south=south, alice=alice, client=client)


@contextmanager
def within(workspace: Workspace) -> Iterator[None]:
    """As the test's own code: in the test's transaction, or in one that is committed."""
    if connection.in_atomic_block:
        with tenancy.inside(connection, workspace.pk):
            yield
    else:
        with tenancy.workspace(workspace):
            yield


def companies_of(workspace: Workspace) -> list[str]:
    with within(workspace):
        return sorted(Company.objects.values_list("name", flat=True))


def refusals_of(workspace: Workspace) -> list[tuple[str, str, str]]:
    with within(workspace):
        return list(AuditEvent.objects.values_list("verb", "actor_name", "source"))


def test_a_page_is_rendered_inside_its_workspace(house: House):
    pages = [
        house.get(f"/w/{slug}/test/").content for slug in ("north", "south", "north")
    ]

    assert pages == [b"of north;", b"of south;", b"of north;"]


def test_nothing_stays_open_behind_a_request(house: House):
    open_before = open_here()

    house.get("/w/north/test/")
    house.get("/w/north/test/write/500/")

    assert open_here() == open_before


@pytest.mark.parametrize("status", [200, 201, 302, 303])
def test_a_success_is_kept(house: House, status: int):
    response = house.get(f"/w/north/test/write/{status}/")

    assert response.status_code == status
    assert companies_of(house.north) == ["of north", "written"]
    assert refusals_of(house.north) == []


@pytest.mark.parametrize("status", [400, 403, 404, 409, 422, 429, 500, 503])
def test_a_refusal_is_rolled_back_and_audited(house: House, status: int):
    response = house.get(f"/w/north/test/write/{status}/")

    assert response.status_code == status
    assert companies_of(house.north) == ["of north"]
    assert refusals_of(house.north) == [("test.refused", "Alice", "page")]


@pytest.mark.parametrize("status", [400, 403, 404, 409, 422])
def test_session_and_messages_outlive_a_refusal(house: House, status: int):
    refused = house.get(f"/w/north/test/write/{status}/").content.decode()
    next_page = house.get("/w/north/test/").content.decode()

    assert house.client.session["touched"] == status
    assert f"answered {status}" in refused + next_page  # an error page may show it


def test_a_swallowed_database_error_is_no_success(house: House):
    response = house.get("/w/north/test/swallow/")

    assert response.status_code == 500
    assert companies_of(house.north) == ["of north"]


def test_a_database_error_within_a_savepoint_is_one(house: House):
    response = house.get("/w/north/test/savepoint/")

    assert response.status_code == 200
    assert companies_of(house.north) == ["of north", "written"]


def test_a_streaming_body_is_refused(house: House):
    response = house.get("/w/north/test/stream/")

    assert response.status_code == 500
    assert companies_of(house.north) == ["of north"]


def test_a_page_of_no_workspace_sees_no_rows(house: House):
    response = house.get("/test/outside/")

    assert response.status_code == 500


@pytest.mark.claim(52)
def test_a_foreign_id_and_a_missing_one_get_the_same_bytes(house: House):
    with within(house.south):
        foreign = Company.objects.get().pk

    answers = [house.get(f"/w/north/test/companies/{id}/") for id in (foreign, uuid7())]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content
    assert house.get(f"/w/south/test/companies/{foreign}/").content == b"of south"


@pytest.mark.django_db(transaction=True)
def test_hooks_run_after_the_commit_with_no_workspace_open(client: Any):
    house = build_house(client)

    response = house.get("/w/north/test/hook/")

    assert response.status_code == 200
    assert seen_by_hooks == ["no workspace"]


@pytest.mark.django_db(transaction=True)
def test_hooks_of_a_refusal_never_run(client: Any):
    house = build_house(client)

    for status in (200, 409, 500):
        house.get(f"/w/north/test/write/{status}/")

    assert seen_by_hooks == ["committed 200"]


def test_a_page_the_role_may_not_see_is_refused_and_audited(house: House):
    response = house.get("/w/north/test/settings/")

    assert response.status_code == 403
    assert refusals_of(house.north) == [("permission.refused", "Alice", "page")]


def test_a_suspended_member_is_told_so(house: House):
    Membership.objects.filter(workspace=house.north).update(status="suspended")

    response = house.get("/w/north/test/")

    assert response.status_code == 403
    assert "Your access to North is suspended." in response.content.decode()


def test_a_removed_member_an_outsider_and_an_unknown_address_get_the_same(house: House):
    Membership.objects.filter(workspace=house.north).update(
        status="removed", removed_at=NOW
    )
    create_workspace(slug="east")

    answers = [house.get(f"/w/{slug}/test/") for slug in ("north", "east", "nowhere")]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1


def test_a_member_who_is_removed_keeps_no_open_page(house: House):
    before = house.get("/w/north/test/").status_code
    Membership.objects.filter(workspace=house.north).update(
        status="removed", removed_at=NOW
    )

    after = house.get("/w/north/test/").status_code

    assert (before, after) == (200, 404)


def test_who_is_signed_out_is_sent_to_sign_in(house: House):
    house.client.logout()

    response = house.get("/w/north/test/")

    assert response.status_code == 302
    assert response.headers["Location"] == "/accounts/login/?next=/w/north/test/"


def test_htmx_is_told_where_to_sign_in(house: House):
    house.client.logout()

    response = house.get("/w/north/test/", **{"HX-Request": "true"})

    assert response.status_code == 401
    assert response.headers["HX-Redirect"] == "/accounts/login/?next=/w/north/test/"
    assert response.content == b""


def test_an_unknown_address_looks_like_a_known_one_to_who_is_signed_out(house: House):
    house.client.logout()

    known, unknown = house.get("/w/north/test/"), house.get("/w/nowhere/test/")

    assert (known.status_code, unknown.status_code) == (302, 302)


@pytest.mark.parametrize("header", ["X-Workspace", "Authorization"])
def test_no_header_changes_a_page_s_workspace(house: House, header: str):
    response = house.get("/w/north/test/", **{header: "south"})

    assert response.content == b"of north;"


def test_ids_are_stamped_with_the_page_s_workspace(house: House):
    house.get("/w/south/test/write/200/")

    with within(house.south):
        ids: list[UUID] = list(Company.objects.values_list("workspace_id", flat=True))
    assert ids == [house.south.pk, house.south.pk]
