"""The tree of teams, and who stands where in it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from accounts.actions.audit import differences, record
from accounts.models import Membership, Role, Team, TeamMember, TeamPart
from accounts.models.base import replace_version
from accounts.queries import with_all_below


class TeamNameTaken(Exception):
    """Another team of the workspace has this name."""


class TeamInACircle(Exception):
    """A team would lie below itself."""


class TeamNotEmpty(Exception):
    """A team with teams below it can't be deleted."""


class NotACoach(Exception):
    """Only a member with the role of coach is attached to a team."""


@transaction.atomic
def create_team(
    *, name: str, parent: Team | None, by: Membership | None, now: datetime
) -> Team:
    """:raises TeamNameTaken: when the workspace has a team of this name."""
    _refuse_taken_name(name)
    team = Team.objects.create(name=name.strip(), parent=parent)
    record(
        verb="team.created",
        subject=team,
        by=by,
        at=now,
        after={"parent": parent.name if parent else None},
    )
    return team


@transaction.atomic
def change_team(
    *,
    team: Team,
    name: str,
    parent: Team | None,
    version: int,
    by: Membership,
    now: datetime,
) -> Team:
    """Rename a team or move it in the tree.

    :raises TeamNameTaken: when another team has this name.
    :raises TeamInACircle: when the new parent lies below the team.
    :raises StaleVersion: when somebody else changed the team since `version`.
    """
    _refuse_taken_name(name, but=team)
    # All teams are held: two moves at once could close a circle neither of them sees.
    rows = Team.objects.select_for_update().order_by("pk")
    parents = dict(rows.values_list("pk", "parent_id"))
    if parent is not None and parent.pk in with_all_below({team.pk}, parents):
        raise TeamInACircle(
            _("“%(parent)s” lies below “%(team)s”.")
            % {"parent": parent.name, "team": team.name}
        )
    new = {"name": name.strip(), "parent_id": parent.pk if parent else None}
    before, after = differences(team, new)
    if not after:
        return team
    before_parent = team.parent.name if team.parent else None
    replace_version(
        team,
        version=version,
        fields=new,
        stale=_("Somebody else changed this team meanwhile. Look again, then save."),
    )
    if "parent_id" in after:
        # The trail is read by people: names, as they were then.
        before["parent"], after["parent"] = before_parent, parent and parent.name
        del before["parent_id"], after["parent_id"]
    record(verb="team.changed", subject=team, by=by, at=now, before=before, after=after)
    return team


@transaction.atomic
def delete_team(*, team: Team, by: Membership, now: datetime) -> None:
    """:raises TeamNotEmpty: when teams lie below it."""
    if team.children.exists():
        raise TeamNotEmpty(
            _("“%(team)s” has teams below it. Move those first.") % {"team": team.name}
        )
    record(verb="team.deleted", subject=team, by=by, at=now)
    team.delete()


@transaction.atomic
def place_member(
    *, team: Team, membership: Membership, by: Membership | None, now: datetime
) -> TeamMember:
    """Put a member into a team; they leave the team they were in."""
    # The member is held: of two placements at once the later one counts.
    Membership.objects.select_for_update(of=("self",)).get(pk=membership.pk)
    places = TeamMember.objects.filter(membership=membership, part=TeamPart.MEMBER)
    if there := places.filter(team=team).first():
        return there
    vacate(places)
    place = TeamMember.objects.create(
        team=team, membership=membership, part=TeamPart.MEMBER
    )
    _count_up(team.pk)
    _record_place("team.member_placed", place, by=by, now=now)
    return place


@transaction.atomic
def attach_coach(
    *, team: Team, membership: Membership, by: Membership, now: datetime
) -> TeamMember:
    """Let a coach see and coach a team.

    :raises NotACoach: when the member has no such role.
    """
    if Role.COACH not in membership.roles:
        raise NotACoach(_("%(name)s is not a coach.") % {"name": membership.name})
    place, made = TeamMember.objects.get_or_create(
        team=team, membership=membership, part=TeamPart.COACH
    )
    if made:
        _count_up(team.pk)
        _record_place("team.coach_attached", place, by=by, now=now)
    return place


@transaction.atomic
def leave_team(*, place: TeamMember, by: Membership, now: datetime) -> None:
    """Take a member out of a team, or detach a coach from it."""
    _record_place("team.left", place, by=by, now=now)
    place.delete()
    _count_up(place.team_id)


def vacate(places: "QuerySet[TeamMember]") -> None:
    """Empty some places; a team is another one when other people are in it."""
    teams = list(places.values_list("team_id", flat=True))
    places.delete()
    _count_up(*teams)


def _count_up(*teams: UUID) -> None:
    if teams:
        Team.objects.filter(pk__in=teams).update(version=F("version") + 1)


def _record_place(
    verb: str, place: TeamMember, *, by: Membership | None, now: datetime
) -> None:
    after = {"member": place.membership.name, "part": str(place.part)}
    record(verb=verb, subject=place.team, by=by, at=now, after=after)


def _refuse_taken_name(name: str, *, but: Team | None = None) -> None:
    same = Team.objects.filter(name=name.strip())
    if but is not None:
        same = same.exclude(pk=but.pk)
    if same.exists():
        raise TeamNameTaken(_("There is a team “%(name)s” already.") % {"name": name})
