from typing import Any

import pytest

from accounts.actions.teams import (
    NotACoach,
    TeamInACircle,
    TeamNameTaken,
    TeamNotEmpty,
    attach_coach,
    change_team,
    create_team,
    delete_team,
    leave_team,
    place_member,
)
from accounts.models import AuditEvent, Role, Team, TeamMember
from accounts.models.base import StaleVersion
from tests import factories
from tests.factories import NOW, create_membership

pytestmark = pytest.mark.django_db


def move(team: Team, parent: Team | None, by, **fields) -> Team:
    told: dict[str, Any] = {"name": team.name, "version": team.version} | fields
    return change_team(team=team, parent=parent, by=by, now=NOW, **told)


def test_create_team_refuses_a_taken_name(alice):
    factories.create_team(name="Benelux")

    with pytest.raises(TeamNameTaken):
        create_team(name=" Benelux ", parent=None, by=alice, now=NOW)


def test_same_name_in_another_workspace_is_free(alice, charlie):
    create_team(name="Benelux", parent=None, by=alice, now=NOW)

    assert Team.objects.get().name == "Benelux"


def test_change_team_writes_names_into_the_trail(alice):
    benelux = factories.create_team(name="Benelux")
    team = factories.create_team(name="Ghent", parent=benelux)

    move(team, None, alice)

    event = AuditEvent.objects.get()
    assert (event.before, event.after) == ({"parent": "Benelux"}, {"parent": None})


def test_team_does_not_lie_below_itself(alice):
    top = factories.create_team(name="Top")
    middle = factories.create_team(name="Middle", parent=top)
    low = factories.create_team(name="Low", parent=middle)

    with pytest.raises(TeamInACircle) as refusal:
        move(top, low, alice)

    assert str(refusal.value) == "“Low” lies below “Top”."
    with pytest.raises(TeamInACircle):
        move(top, top, alice)


def test_change_team_refuses_an_old_form(alice):
    team = factories.create_team()
    move(team, None, alice, name="Iberia")

    with pytest.raises(StaleVersion):
        move(team, None, alice, name="Nordics", version=1)


def test_team_with_teams_below_stays(alice):
    top = factories.create_team(name="Top")
    factories.create_team(name="Low", parent=top)

    with pytest.raises(TeamNotEmpty):
        delete_team(team=top, by=alice, now=NOW)


def test_deleted_team_sets_its_people_free(alice, bob):
    team = factories.create_team()
    place_member(team=team, membership=bob, by=alice, now=NOW)

    delete_team(team=team, by=alice, now=NOW)

    assert not TeamMember.objects.exists()


def test_member_is_in_one_team(alice, bob):
    first, second = factories.create_team(), factories.create_team(name="Iberia")
    place_member(team=first, membership=bob, by=alice, now=NOW)

    place_member(team=second, membership=bob, by=alice, now=NOW)

    assert TeamMember.objects.get().team == second


def test_placing_twice_is_placing_once(alice, bob):
    team = factories.create_team()
    for _time in range(2):
        place_member(team=team, membership=bob, by=alice, now=NOW)

    assert TeamMember.objects.count() == 1
    assert AuditEvent.objects.count() == 1


def test_only_a_coach_is_attached(alice, bob):
    with pytest.raises(NotACoach) as refusal:
        attach_coach(team=factories.create_team(), membership=bob, by=alice, now=NOW)

    assert str(refusal.value) == "Bob is not a coach."


def test_coach_of_several_teams_leaves_one(alice):
    coach = create_membership(name="Carla", roles=(Role.COACH,))
    teams = factories.create_team(), factories.create_team(name="Iberia")
    places = [
        attach_coach(team=team, membership=coach, by=alice, now=NOW) for team in teams
    ]

    leave_team(place=places[0], by=alice, now=NOW)

    assert TeamMember.objects.get().team == teams[1]
    assert AuditEvent.objects.filter(verb="team.left").count() == 1
