"""The API about the tree of teams: who belongs where, and who coaches whom."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

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
from accounts.models import Membership, Team, TeamMember, TeamPart
from accounts.rest import (
    Act,
    Change,
    Creation,
    Filter,
    Reader,
    Removal,
    Resource,
    everything,
)
from accounts.rest import fields as body
from accounts.rest.columns import ID, TEXT, column, list_of, reference


class TeamBody(body.Body):
    name = body.Text(max_length=80)
    parent: Any = body.Id(required=False, allow_null=True)


class PlaceBody(body.Body):
    member = body.Id()


class TakeOutBody(PlaceBody):
    part = body.Choice(TeamPart.choices)


def _create(given: Mapping[str, Any], reader: Reader) -> Team:
    return create_team(
        name=given["name"],
        parent=_row(Team.objects, given.get("parent"), field="parent"),
        by=reader.membership,
        now=reader.now,
    )


def _change(team: Team, given: Mapping[str, Any], reader: Reader) -> Team:
    return change_team(
        team=team,
        name=given.get("name", team.name),
        parent=_row(Team.objects, given.get("parent", team.parent_id), field="parent"),
        version=team.version,
        by=reader.membership,
        now=reader.now,
    )


def _delete(team: Team, reader: Reader) -> None:
    delete_team(team=team, by=reader.membership, now=reader.now)


def _place(team: Team, given: Mapping[str, Any], reader: Reader) -> Team:
    member = _member(given, reader)
    place_member(team=team, membership=member, by=reader.membership, now=reader.now)
    return team


def _attach(team: Team, given: Mapping[str, Any], reader: Reader) -> Team:
    member = _member(given, reader)
    attach_coach(team=team, membership=member, by=reader.membership, now=reader.now)
    return team


def _take_out(team: Team, given: Mapping[str, Any], reader: Reader) -> Team:
    places = TeamMember.objects.filter(team=team, part=given["part"])
    place = places.filter(membership=given["member"]).first()
    if place is None:
        raise ValidationError({"member": [_("There is no row with this id.")]})
    leave_team(place=place, by=reader.membership, now=reader.now)
    return team


def _member(given: Mapping[str, Any], reader: Reader) -> Membership:
    here = Membership.objects.of(reader.workspace)
    member: Membership = _row(here, given["member"], field="member")
    return member


def _row(rows: Any, id: UUID | None, *, field: str) -> Any:
    if id is None:
        return None
    row = rows.filter(pk=id).first()
    if row is None:
        raise ValidationError({field: [_("There is no row with this id.")]})
    return row


def _people_of(ids: Sequence[UUID], reader: Reader) -> dict[UUID, dict[str, Any]]:
    people: dict[UUID, dict[str, Any]] = {
        pk: {"members": [], "coaches": []} for pk in ids
    }
    for place in TeamMember.objects.filter(team__in=ids).order_by("pk"):
        part = "coaches" if place.part == TeamPart.COACH else "members"
        people[place.team_id][part].append(place.membership_id)
    return people


TEAMS = Resource(
    name="teams",
    noun="team",
    about="The tree of teams. A member belongs to one, a coach is attached to some.",
    permission="team.see",
    rows=everything(Team),
    columns={
        "id": column("pk", ID),
        "name": column("name"),
        "parent": reference("parent_id", "parent__name", null=True),
    },
    loaded={"members": list_of(ID), "coaches": list_of(ID)},
    load=_people_of,
    filters={"name": Filter(TEXT, "name"), "parent": Filter(ID, "parent")},
    orderings={"id": "pk", "name": "name"},
    creation=Creation(TeamBody, _create, "team.manage", (TeamNameTaken,)),
    change=Change(TeamBody, _change, "team.manage", (TeamInACircle, TeamNameTaken)),
    removal=Removal(_delete, "team.manage", (TeamNotEmpty,)),
    version="version",
    row_acts=(
        Act(
            "place",
            "Put a member into the team; they leave the one they were in.",
            _place,
            "team.manage",
            PlaceBody,
        ),
        Act(
            "attach-coach",
            "Let a coach see and coach the team.",
            _attach,
            "team.manage",
            PlaceBody,
            (NotACoach,),
        ),
        Act(
            "take-out",
            "Take a member out of the team, or detach a coach from it.",
            _take_out,
            "team.manage",
            TakeOutBody,
        ),
    ),
)
