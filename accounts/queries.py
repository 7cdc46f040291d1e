"""Pictures made of several models: who sees whose, what a search finds."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import (
    Membership,
    Role,
    SearchToken,
    Team,
    TeamMember,
    TeamPart,
    Visibility,
    Workspace,
)

_WORDS_IN_A_SEARCH = 6


def visible_owners(membership: Membership) -> frozenset[UUID] | None:
    """Whose opportunities a member sees, as ids of memberships; None means everybody's.

    The union over the roles held. Everybody sees their own.
    """
    return _seen_as(membership, membership.roles)


def skills_seen_by(membership: Membership) -> frozenset[UUID] | None:
    """Whose own skill a member may look into: a coach's people, an administrator's all.

    For everybody else only their own; None means everybody's.
    """
    helping = [role for role in membership.roles if role in {Role.COACH, Role.ADMIN}]
    return _seen_as(membership, helping)


def _seen_as(membership: Membership, roles: Collection[str]) -> frozenset[UUID] | None:
    levels = {level_of(Role(role), membership.workspace) for role in roles}
    if Visibility.ALL in levels:
        return None
    own = frozenset({membership.pk})
    if levels <= {Visibility.OWN}:
        return own
    teams = _teams_of(membership, roles)
    return own | frozenset(
        TeamMember.objects.filter(team__in=teams, part=TeamPart.MEMBER).values_list(
            "membership_id", flat=True
        )
    )


def level_of(role: Role, workspace: Workspace) -> Visibility:
    """What a role sees in this workspace."""
    levels = {
        Role.REP: workspace.rep_visibility,
        Role.MANAGER: workspace.manager_visibility,
        Role.COACH: workspace.coach_visibility,
        Role.ADMIN: Visibility.ALL,
    }
    return Visibility(levels[role])


# A rep and a manager look from the team they belong to, a coach from those they coach.
_LOOKS_FROM = {
    Role.REP: TeamPart.MEMBER,
    Role.MANAGER: TeamPart.MEMBER,
    Role.COACH: TeamPart.COACH,
}


def _teams_of(membership: Membership, roles: Collection[str]) -> set[UUID]:
    places = list(
        TeamMember.objects.filter(membership=membership).values_list("team_id", "part")
    )
    seen: set[UUID] = set()
    whole: set[UUID] = set()
    for role in roles:
        level, part = (
            level_of(Role(role), membership.workspace),
            _LOOKS_FROM.get(Role(role)),
        )
        from_here = {team for team, place in places if place == part}
        if level == Visibility.TEAM:
            seen |= from_here
        elif level == Visibility.TREE:
            whole |= from_here
    if whole:
        parents = dict(Team.objects.values_list("pk", "parent_id"))
        seen |= with_all_below(whole, parents)
    return seen


def with_all_below(
    teams: Iterable[UUID], parents: Mapping[UUID, UUID | None]
) -> set[UUID]:
    """These teams and every team below them; `parents` maps each team to its parent."""
    below = set(teams)
    while True:
        more = {team for team, parent in parents.items() if parent in below} - below
        if not more:
            return below
        below |= more


def teams_around(membership: Membership) -> frozenset[UUID] | None:
    """The teams a member has to do with; None means all of them. One query, or none.

    Those they stand in, those above, and those below for who sees the tree.
    """
    levels = {level_of(Role(role), membership.workspace) for role in membership.roles}
    if Visibility.ALL in levels:
        return None
    places = TeamMember.objects.filter(membership=membership, team=OuterRef("pk"))
    rows = list(
        Team.objects.annotate(is_mine=Exists(places)).values_list(
            "pk", "parent_id", "is_mine"
        )
    )
    parents = {pk: parent for pk, parent, _is_mine in rows}
    own = {pk for pk, _parent, is_mine in rows if is_mine}
    around = with_all_below(own, parents) if Visibility.TREE in levels else set(own)
    for team in own:
        while (above := parents.get(team)) is not None and above not in around:
            around.add(above)
            team = above
    return frozenset(around)


@dataclass(frozen=True, slots=True)
class Holding:
    """How many things of one kind a member owns, for the question "who takes them over?"."""

    label: str
    count: int


def words_of(text: str) -> list[str]:
    """The words a text is found by: lower case, no punctuation, at most 40 letters each."""
    letters = "".join(c if c.isalnum() else " " for c in text.casefold())
    return [word[:40] for word in letters.split()]


def matching(text: str, *, kind: str) -> "QuerySet[SearchToken, UUID]":
    """The ids of what has, for each word asked, a word that starts with it: a subquery.

    Without a word it matches nothing. Whether the asker may see them is for the caller.
    """
    words = words_of(text)[:_WORDS_IN_A_SEARCH]
    if not words:
        return SearchToken.objects.none().values_list("object_id", flat=True)
    first, *more = [_starting_with(word, kind=kind) for word in words]
    # Joins would let the planner walk a whole list by name for two words few have.
    return first.intersection(*more) if more else first


def _starting_with(word: str, *, kind: str) -> "QuerySet[SearchToken, UUID]":
    return SearchToken.objects.filter(
        kind=kind, token__gte=word, token__lt=word + "\U0010ffff"
    ).values_list("object_id", flat=True)


def places_coached_by(membership: Membership) -> "QuerySet[TeamMember]":
    """The places of those in a team a member is attached to as coach, their own apart.

    Not what they may see of deals (`visible_owners`): what is between two people stays
    there, whatever a manager or an administrator sees.
    """
    attached = TeamMember.objects.filter(membership=membership, part=TeamPart.COACH)
    places = TeamMember.objects.filter(
        team__in=attached.values("team_id"), part=TeamPart.MEMBER
    )
    return places.exclude(membership=membership)


def coached_by(membership: Membership) -> frozenset[UUID]:
    """Whom a member coaches, as ids of memberships; one query."""
    places = places_coached_by(membership)
    return frozenset(places.values_list("membership_id", flat=True))
