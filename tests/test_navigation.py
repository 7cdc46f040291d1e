"""One list for rail, palette and keys."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from accounts.http.context import shell
from accounts.http.destinations import ACT, DESTINATIONS
from accounts.http.navigation import (
    commands_for,
    destinations_for,
    rail_of,
    seats_for,
    tabs_of,
)
from accounts.models import Membership, Role, User, Workspace
from tests.factories import create_membership, create_workspace

DELTA = Workspace(slug="delta", name="Delta")


def request_of(*, path="/", user=None, workspace=None, roles=(), status="active"):
    request: Any = RequestFactory().get(path)
    request.user = user or User(email="alice@example.com", name="Alice")
    request.workspace = workspace
    request.membership = workspace and Membership(
        workspace=workspace, user=request.user, roles=list(roles), status=status
    )
    return request


def names(links):
    return {link.name for link in links}


def test_every_destination_has_its_own_name_and_keys():
    keys = [destination.keys for destination in DESTINATIONS if destination.keys]

    assert len({destination.name for destination in DESTINATIONS}) == len(DESTINATIONS)
    assert len(set(keys)) == len(keys)
    assert all(
        d.keys.startswith("g ") for d in DESTINATIONS if d.keys and d.group != ACT
    )
    # What is typed first may not be a whole command, or the rest is never reached.
    assert not {key for key in keys for other in keys if other.startswith(f"{key} ")}


def test_destinations_are_those_the_roles_may_open():
    rep = request_of(workspace=DELTA, roles=[Role.REP])
    admin = request_of(workspace=DELTA, roles=[Role.ADMIN])

    hidden = names(destinations_for(admin)) - names(destinations_for(rep))
    assert hidden == {
        *("audit", "settings", "money", "import", "export", "api-keys"),
        *("phase-model", "plays", "applications", "webhooks"),
    }


def test_sections_are_one_line_of_the_rail_each():
    admin = request_of(path="/w/delta/audit", workspace=DELTA, roles=[Role.ADMIN])

    lines = rail_of(destinations_for(admin))

    assert [line.name for line in lines if line.is_current] == ["settings"]
    assert [link.name for link in tabs_of(destinations_for(admin))] == [
        *("settings", "money", "phase-model", "plays", "import", "export", "api-keys"),
        *("applications", "webhooks", "audit"),
    ]


def test_section_is_entered_by_the_first_page_that_is_open_to_the_member():
    manager = request_of(workspace=DELTA, roles=[Role.MANAGER])

    settings = {line.section: line for line in rail_of(destinations_for(manager))}[
        "settings"
    ]

    assert settings.label == "Settings"
    assert settings.href == "/w/delta/settings/money"


def test_destinations_outside_a_workspace_are_the_users_own():
    links = destinations_for(request_of())

    assert names(links) == {"profile", "workspace-new", "sign-out"}


def test_destinations_of_a_suspended_member_hold_nothing_of_the_workspace():
    suspended = request_of(workspace=DELTA, roles=[Role.ADMIN], status="suspended")

    assert names(destinations_for(suspended)) == {
        "profile",
        "workspace-new",
        "sign-out",
    }


def test_destinations_of_a_stranger_are_none():
    assert destinations_for(request_of(user=AnonymousUser())) == []


def test_one_page_is_current_and_its_children_keep_it_so():
    members = next(
        link
        for link in destinations_for(request_of(workspace=DELTA, roles=[Role.ADMIN]))
        if link.name == "members"
    )
    child = request_of(
        path=f"{members.href.rstrip('/')}/invite", workspace=DELTA, roles=[Role.ADMIN]
    )

    current = [link.name for link in destinations_for(child) if link.is_current]
    assert current == ["members"]


def test_commands_are_json_and_end_with_signing_out():
    request = request_of(workspace=DELTA, roles=[Role.ADMIN])

    commands = commands_for(request, links=destinations_for(request), seats=[])

    assert json.loads(json.dumps(commands)) == commands
    assert commands[-1]["name"] == "sign-out"
    assert commands[-1]["post"] is True


def test_seats_are_the_users_other_workspaces(alice, ours):
    other = create_workspace(slug="other")
    create_membership(workspace=other, user=alice.user)

    seats = seats_for(request_of(user=alice.user, workspace=ours))

    assert [seat.label for seat in seats] == ["Other"]
    assert other.slug in seats[0].href


def test_shell_asks_the_database_nothing_until_a_page_does(
    alice, ours, django_assert_num_queries
):
    request = request_of(user=alice.user, workspace=ours, roles=[Role.ADMIN])

    with django_assert_num_queries(0):
        context = shell(request)
        context["navigation"]()
    with django_assert_num_queries(1):
        context["seats"]()
        context["commands"]()


@pytest.mark.parametrize("name", ["workspace", "membership"])
def test_shell_works_for_a_request_that_never_met_the_door(name):
    context = shell(RequestFactory().get("/"))

    assert context[name] is None
    assert context["theme"]() == "system"
    assert context["home_url"]() == "/"
