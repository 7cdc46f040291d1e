import pytest
from uuid_utils.compat import uuid7

from accounts.actions.teams import change_team
from accounts.models import (
    Membership,
    Role,
    Team,
    TeamMember,
    TeamPart,
    Visibility,
    Workspace,
)
from accounts.queries import visible_owners, with_all_below
from tests.factories import NOW, create_membership, create_team

pytestmark = pytest.mark.django_db


def place(member: Membership, team: Team, part: TeamPart = TeamPart.MEMBER) -> None:
    TeamMember.objects.create(team=team, membership=member, part=part)


@pytest.fixture
def tree(ours: Workspace) -> dict[str, Team]:
    """Benelux > Flanders > Ghent, and Iberia beside it."""
    benelux = create_team(name="Benelux")
    flanders = create_team(name="Flanders", parent=benelux)
    ghent = create_team(name="Ghent", parent=flanders)
    return {
        "benelux": benelux,
        "flanders": flanders,
        "ghent": ghent,
        "iberia": create_team(name="Iberia"),
    }


@pytest.fixture
def seats(tree: dict[str, Team]) -> dict[str, Membership]:
    """A seat without sign-in in each team."""
    seats = {name: create_membership(name=name) for name in tree}
    for name, team in tree.items():
        place(seats[name], team)
    return seats


def seen_by(member: Membership, seats: dict[str, Membership]) -> set[str] | None:
    """Whose opportunities a member sees besides their own, by team; None for all."""
    owners = visible_owners(member)
    if owners is None:
        return None
    assert member.pk in owners
    names = {seat.pk: name for name, seat in seats.items()}
    return {names[owner] for owner in owners - {member.pk}}


def member_in(team: Team | None, *roles: Role) -> Membership:
    member = create_membership(roles=roles)
    if team is not None:
        place(member, team)
    return member


@pytest.mark.parametrize("role", [Role.REP, Role.MANAGER])
@pytest.mark.parametrize(
    ("level", "expected"),
    [
        (Visibility.OWN, set()),
        (Visibility.TEAM, {"flanders"}),
        (Visibility.TREE, {"flanders", "ghent"}),
        (Visibility.ALL, None),
    ],
)
def test_each_level_shows_from_ones_own_team(ours, tree, seats, role, level, expected):
    setattr(ours, f"{role}_visibility", level)
    ours.save()

    assert seen_by(member_in(tree["flanders"], role), seats) == expected


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        (Visibility.OWN, set()),
        (Visibility.TEAM, {"flanders", "iberia"}),
        (Visibility.TREE, {"flanders", "ghent", "iberia"}),
        (Visibility.ALL, None),
    ],
)
def test_coach_looks_from_the_teams_coached(ours, tree, seats, level, expected):
    ours.coach_visibility = level
    ours.save()
    coach = member_in(tree["benelux"], Role.COACH)
    place(coach, tree["flanders"], TeamPart.COACH)
    place(coach, tree["iberia"], TeamPart.COACH)

    assert seen_by(coach, seats) == expected


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        ({Role.REP}, {"flanders"}),
        ({Role.MANAGER}, {"flanders", "ghent"}),
        ({Role.COACH}, {"iberia"}),
        ({Role.REP, Role.COACH}, {"flanders", "iberia"}),
        ({Role.REP, Role.MANAGER, Role.COACH}, {"flanders", "ghent", "iberia"}),
        ({Role.ADMIN}, None),
        ({Role.REP, Role.ADMIN}, None),
    ],
)
def test_roles_show_their_union(tree, seats, roles, expected):
    member = member_in(tree["flanders"], *roles)
    place(member, tree["iberia"], TeamPart.COACH)

    assert seen_by(member, seats) == expected


def test_attachment_without_the_role_shows_nothing(tree, seats):
    member = member_in(None, Role.REP)
    place(member, tree["iberia"], TeamPart.COACH)

    assert seen_by(member, seats) == set()


def test_member_without_a_team_sees_their_own_only(tree, seats):
    assert seen_by(member_in(None, Role.REP, Role.MANAGER), seats) == set()


def test_moving_a_team_moves_what_a_manager_sees(alice, tree, seats):
    manager = member_in(tree["benelux"], Role.MANAGER)

    change_team(
        team=tree["flanders"],
        name="Flanders",
        parent=tree["iberia"],
        version=1,
        by=alice,
        now=NOW,
    )

    assert seen_by(manager, seats) == {"benelux"}


def test_with_all_below_ends_on_a_circle():
    one, two, three = (uuid7() for _team in range(3))

    assert with_all_below({one}, {one: two, two: one, three: None}) == {one, two}


@pytest.mark.parametrize(
    ("roles", "queries"),
    [((Role.REP,), 2), ((Role.REP, Role.MANAGER, Role.COACH), 3)],
)
def test_visible_owners_costs_three_queries_at_most(
    tree, roles, queries, django_assert_num_queries
):
    member = member_in(tree["flanders"], *roles)

    with django_assert_num_queries(queries):
        visible_owners(member)
