import pytest

from accounts.models import Role, Team, TeamMember, TeamPart
from tests.accounts.urls import address
from tests.factories import create_membership, create_team

pytestmark = pytest.mark.django_db


def edit(client, team: Team, **data):
    told = {"name": team.name, "parent": team.parent_id or "", "version": team.version}
    return client.post(address("team-edit", id=team.pk), told | data)


def test_tree_shows_members_coaches_and_those_without(as_bob, bob):
    top = create_team(name="Top")
    low = create_team(name="Low", parent=top)
    TeamMember.objects.create(team=low, membership=bob, part=TeamPart.MEMBER)
    coach = create_membership(name="Carla", roles=(Role.COACH,))
    TeamMember.objects.create(team=low, membership=coach, part=TeamPart.COACH)

    response = as_bob.get(address("teams"))

    (branch,) = response.context["tree"]
    assert (branch.team, branch.branches[0].team) == (top, low)
    assert "coached by" in response.content.decode()
    assert response.context["without_team"] == [coach]
    assert "form" not in response.context


def test_tree_says_when_there_is_none(as_alice):
    assert b"No teams yet" in as_alice.get(address("teams")).content


def test_team_is_made_below_another(as_alice):
    top = create_team(name="Top")

    response = as_alice.post(address("team-new"), {"name": "Low", "parent": top.pk})

    assert response.status_code == 303
    assert Team.objects.get(name="Low").parent == top


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"name": ""}, "This field is required."),
        ({"name": "Top"}, "There is a team “Top” already."),
        ({"name": "Low", "parent": "x"}, "Select a valid choice."),
    ],
)
def test_refused_team_keeps_what_was_typed(as_alice, data, sentence):
    create_team(name="Top")

    response = as_alice.post(address("team-new"), data)

    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert Team.objects.count() == 1


def test_team_is_renamed_and_moved(as_alice):
    top, low = create_team(name="Top"), create_team(name="Low")

    response = edit(as_alice, low, name="Lower", parent=top.pk)

    low.refresh_from_db()
    assert response.status_code == 303
    assert (low.name, low.parent) == ("Lower", top)


def test_circle_is_refused_with_a_sentence(as_alice):
    top = create_team(name="Top")
    low = create_team(name="Low", parent=top)

    response = edit(as_alice, top, parent=low.pk)

    assert response.status_code == 422
    assert "“Low” lies below “Top”." in response.content.decode()


def test_old_form_keeps_what_was_typed(as_alice):
    team = create_team(name="Top")
    edit(as_alice, team, name="Other")

    stale = edit(as_alice, team, name="Mine")
    again = edit(as_alice, team, name="Mine", version=2)

    page = stale.content.decode()
    assert stale.status_code == 412
    assert "Somebody else changed this team meanwhile." in page
    assert 'value="Mine"' in page
    assert 'name="version" value="2"' in page
    assert again.status_code == 303


def test_team_is_deleted_unless_teams_lie_below(as_alice):
    top = create_team(name="Top")
    low = create_team(name="Low", parent=top)

    refused = as_alice.post(address("team-delete", id=top.pk))
    as_alice.post(address("team-delete", id=low.pk))

    assert refused.status_code == 422
    assert "has teams below it" in refused.content.decode()
    assert list(Team.objects.all()) == [top]


def test_member_is_placed_moved_and_taken_out(as_alice, bob):
    first, second = create_team(name="First"), create_team(name="Second")
    for team in (first, second):
        as_alice.post(address("team-place", id=team.pk), {"membership": bob.pk})
    place = TeamMember.objects.get()
    assert place.team == second

    response = as_alice.post(address("team-leave", id=place.pk))

    assert response["Location"] == address("team", id=second.pk)
    assert not TeamMember.objects.exists()


def test_coach_is_attached_and_who_is_none_is_no_choice(as_alice, bob):
    team = create_team()
    coach = create_membership(name="Carla", roles=(Role.COACH,))

    as_alice.post(address("team-attach", id=team.pk), {"membership": coach.pk})
    refused = as_alice.post(address("team-attach", id=team.pk), {"membership": bob.pk})

    assert TeamMember.objects.get().part == TeamPart.COACH
    assert refused.status_code == 422


def test_member_of_another_workspace_is_no_choice(as_alice, charlie):
    data = {"membership": charlie.pk}
    response = as_alice.post(address("team-place", id=create_team().pk), data)

    assert response.status_code == 422
    assert not TeamMember.objects.exists()


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("name", "budget"), [("teams", 7), ("team", 11)])
def test_team_pages_cost_the_same(as_alice, cost_of, name, budget, rows):
    top = create_team(name="Top")
    for i in range(rows):
        below = create_team(name=f"T{i}", parent=top)
        for team in (below, top):
            member = create_membership(name=f"{team.name} {i}", roles=(Role.COACH,))
            team.places.create(membership=member, part=TeamPart.MEMBER)
            team.places.create(membership=member, part=TeamPart.COACH)

    path = address(name) if name == "teams" else address(name, id=top.pk)
    assert len(cost_of(as_alice, path)) == budget
