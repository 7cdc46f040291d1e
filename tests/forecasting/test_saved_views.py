"""Views of the list of deals: saved, opened, changed, shared, passed on."""

from urllib.parse import urlencode

import pytest
from django.db import connection
from django.urls import reverse

from accounts.actions.members import HeirNeeded, holdings_of, remove_member
from accounts.actions.teams import delete_team
from accounts.models import AuditEvent, Membership, Role, TeamMember, TeamPart
from accounts.queries import teams_around
from accounts.tenancy import inside
from forecasting.actions import saved_views as actions
from forecasting.models import SavedView
from tests.conftest import signed_in
from tests.factories import NOW, create_membership, create_team, create_user
from tests.forecasting.test_opportunities_page import HERE, kept, now

__all__ = ["now"]  # the fixture that stops the clock

pytestmark = pytest.mark.django_db

VIEWS, NEW = f"{HERE}/views", f"{HERE}/views/new"


def address(view: SavedView, act: str = "") -> str:
    return f"{VIEWS}/{view.pk}{act}"


def view_of(owner: Membership, name: str = "Blocked", **fields) -> SavedView:
    return SavedView.objects.create(
        owner=owner, name=name, **{"query": "limited=veto"} | fields
    )


def place(member: Membership, team, part: TeamPart = TeamPart.MEMBER) -> None:
    TeamMember.objects.create(team=team, membership=member, part=part)


def offered(client) -> list[str]:
    return [view.name for view in client.get(HERE).context["views"]]


def test_what_the_list_shows_is_saved_and_opened_by_its_address(as_alice, alice):
    kept(alice, name="Blocked deal", constraint_kind="veto")
    kept(alice, name="Other")
    asked = "after=&group=constraint&least=0500.00&limited=veto&sort=-chance&q="
    link = as_alice.get(f"{HERE}?{asked}").content.decode()

    query = "limited=veto&least=500&group=constraint"
    assert urlencode({"query": query}) in link
    page = as_alice.get(NEW, {"query": query}).content.decode()
    assert "Limited by: veto · Amount from: 500 · Group by: what limits them" in page
    saved = as_alice.post(NEW, {"name": " Blocked ", "shared": "own", "query": query})

    view = SavedView.objects.get()
    assert (view.name, view.query, view.reach) == ("Blocked", query, "own")
    assert saved.status_code == 303
    assert saved.url == f"{HERE}?{query}&view={view.pk}"
    opened = as_alice.get(saved.url)
    assert [row.name for row in opened.context["rows"]] == ["Blocked deal"]
    assert "View <strong>Blocked</strong>" in opened.content.decode()
    assert not opened.context["opened"].is_changed


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("status=all", "There is no such parameter here."),
        ("limited=price", "Select a valid choice."),
        ("q=a%00", "Null characters are not allowed."),
        ("team=0190a6d4-0000-7000-8000-000000000000", "There is no row with this id."),
        ("q=" + "%F0%9F%99%82" * 120, "That is more than a view can keep."),
        ("&" * 1_500, "That is more than a view can keep."),
        ("q=" + "x" * 3_000, "That is more than a view can keep."),
    ],
)
def test_a_question_the_list_does_not_know_is_not_saved(as_alice, query, sentence):
    asked = as_alice.get(NEW, {"query": query})
    told = as_alice.post(NEW, {"name": "X", "shared": "own", "query": query})

    assert (asked.status_code, told.status_code) == (200, 422)
    assert sentence in asked.content.decode()
    assert sentence in told.content.decode()
    assert not SavedView.objects.exists()


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"name": "Blocked"}, "There is a view “Blocked” already."),
        ({"name": " "}, "This field is required."),
        ({"name": "x" * 81}, "at most 80 characters"),
        ({"name": "a\0b"}, "Null characters are not allowed."),
        ({"shared": "workspace"}, "Select a valid choice."),
        ({"shared": "0190a6d4-0000-7000-8000-000000000000"}, "Select a valid choice."),
    ],
)
def test_a_refusal_keeps_what_was_typed(as_bob, bob, body, sentence):
    view_of(bob)

    answer = as_bob.post(
        NEW, {"name": "Mine", "shared": "own", "query": "limited=quorum"} | body
    )

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert answer.context["form"]["query"].value() == "limited=quorum"
    assert SavedView.objects.count() == 1


def test_one_keeps_so_many_views_and_no_more(as_bob, bob, monkeypatch):
    monkeypatch.setattr(actions, "MOST_VIEWS", 1)
    view_of(bob)

    answer = as_bob.post(NEW, {"name": "Second", "shared": "own", "query": ""})

    assert answer.status_code == 422
    assert "Remove one you do not use." in answer.content.decode()


def test_a_view_that_was_changed_says_so_and_takes_the_change(as_alice, alice):
    view = view_of(alice)
    page = as_alice.get(f"{HERE}?limited=veto&heard=stale&view={view.pk}")
    assert page.context["opened"].is_changed
    assert "View <strong>Blocked</strong>, changed" in page.content.decode()
    told = {"query": "heard=stale&limited=veto", "version": 1}

    done, stale = (as_alice.post(address(view, "/ask"), told) for _time in range(2))

    view.refresh_from_db()
    assert (view.query, view.version) == ("limited=veto&heard=stale", 2)
    assert (done.status_code, stale.status_code) == (303, 303)
    assert done.url == HERE + view.address
    event = AuditEvent.objects.get(verb="view.changed")
    assert event.before == {"query": "limited=veto"}
    assert "Save the change" not in as_alice.get(done.url).content.decode()


@pytest.mark.parametrize(
    "told", [{}, {"query": "limited=price", "version": 1}, {"query": "", "version": 9}]
)
def test_a_change_that_can_not_be_leaves_the_view(as_alice, alice, told):
    view = view_of(alice)

    answer = as_alice.post(address(view, "/ask"), told, follow=True)

    view.refresh_from_db()
    assert view.query == "limited=veto"
    assert "toast-error" in answer.content.decode()


def test_a_view_is_renamed_and_an_old_form_keeps_what_was_typed(as_alice, alice):
    view = view_of(alice)
    told = {"name": "Vetoes", "shared": "own", "version": 1}

    done, stale = (
        as_alice.post(address(view), told | {"name": name})
        for name in ("Vetoes", "Nays")
    )

    view.refresh_from_db()
    assert (view.name, view.version) == ("Vetoes", 2)
    assert (done.status_code, stale.status_code) == (303, 412)
    assert 'value="Nays"' in stale.content.decode()


def test_an_unknown_view_is_said_and_the_filters_stay(as_bob, alice, bob):
    kept(bob, name="Mine", constraint_kind="veto")
    hers = view_of(alice)

    for pk in (hers.pk, "0190a6d4-0000-7000-8000-000000000000"):
        page = as_bob.get(f"{HERE}?limited=veto&view={pk}")
        assert [row.name for row in page.context["rows"]] == ["Mine"]
        assert "The view of this address is gone" in page.content.decode()
    assert as_bob.get(f"{HERE}?view=x").status_code == 422


def test_what_is_shared_is_found_and_widens_nothing(as_bob, alice, bob):
    kept(alice, name="Hers", constraint_kind="veto")
    kept(bob, name="His", constraint_kind="veto")
    view_of(alice, name="Own")
    shared = view_of(alice, name="All", is_for_all=True)

    page = as_bob.get(HERE + shared.address)

    assert offered(as_bob) == ["All"]
    assert [row.name for row in page.context["rows"]] == ["His"]
    assert "by Alice" in page.content.decode()
    assert (
        "Save the change" not in as_bob.get(f"{HERE}?view={shared.pk}").content.decode()
    )
    assert as_bob.get(address(shared)).status_code == 404
    for act in ("/ask", "/remove"):
        assert as_bob.post(address(shared, act), {"version": 1}).status_code == 404
    assert as_bob.post(address(shared, "/share")).status_code == 403


def test_a_view_about_somebody_one_may_not_see_is_answered_with_a_sentence(
    as_bob, alice
):
    shared = view_of(alice, query=f"owner={alice.pk}", is_for_all=True)

    assert as_bob.get(HERE + shared.address).status_code == 422
    assert "Owner: Select a valid choice." in as_bob.get(VIEWS).content.decode()


def test_a_team_finds_what_is_shared_with_it_or_a_team_above(as_bob, alice, bob):
    top, low, other = create_team(name="Benelux"), None, create_team(name="North")
    low = create_team(name="Ghent", parent=top)
    place(bob, low)
    for team in (top, low, other):
        view_of(alice, name=team.name, team=team)

    assert offered(as_bob) == ["Benelux", "Ghent"]


@pytest.mark.parametrize(
    ("role", "part", "found"),
    [
        (Role.REP, TeamPart.MEMBER, {"Benelux"}),
        (Role.MANAGER, TeamPart.MEMBER, {"Benelux", "Ghent"}),
        (Role.COACH, TeamPart.COACH, {"Benelux"}),
        (Role.ADMIN, TeamPart.MEMBER, None),
    ],
)
def test_the_teams_one_has_to_do_with(ours, role, part, found):
    top = create_team(name="Benelux")
    create_team(name="Ghent", parent=top)
    create_team(name="North")
    member = create_membership(workspace=ours, roles=(role,))
    place(member, top, part)

    around = teams_around(member)

    teams = type(top).objects.filter(pk__in=around or ())
    assert (around and {team.name for team in teams}) == found


def test_one_shares_with_the_teams_one_has_to_do_with(as_bob, bob):
    north, south = create_team(name="North"), create_team(name="South")
    place(bob, north)
    told = {"name": "Ours", "query": ""}

    refused = as_bob.post(NEW, told | {"shared": str(south.pk)})
    done = as_bob.post(NEW, told | {"shared": str(north.pk)})

    assert (refused.status_code, done.status_code) == (422, 303)
    assert SavedView.objects.get().team == north


def test_a_manager_shares_with_everybody(client, ours):
    user = create_user(email="dana@example.com", name="Dana")
    dana = create_membership(workspace=ours, user=user, roles=(Role.MANAGER,))
    as_dana, view = signed_in(client, dana), view_of(dana)
    assert "Share with everybody" in as_dana.get(VIEWS).content.decode()

    shared = as_dana.post(address(view, "/share"))
    view.refresh_from_db()
    everybody = view.reach
    told = {"name": view.name, "shared": "own", "version": view.version}
    back = as_dana.post(address(view), told)

    view.refresh_from_db()
    assert (shared.status_code, back.status_code) == (303, 303)
    assert (everybody, view.reach) == ("workspace", "own")
    events = AuditEvent.objects.filter(verb="view.changed").order_by("pk")
    assert [event.after for event in events] == [
        {"shared": "workspace"},
        {"shared": "own"},
    ]


def test_an_administrator_keeps_what_everybody_finds_in_order(as_alice, bob):
    shared, own = view_of(bob, is_for_all=True), view_of(bob, name="His")

    assert as_alice.post(address(shared, "/remove")).status_code == 303
    assert as_alice.post(address(own, "/remove")).status_code == 404
    assert list(SavedView.objects.all()) == [own]
    assert AuditEvent.objects.get(verb="view.removed").before["shared"] == "workspace"


def test_actions_refuse_who_may_not(alice, bob):
    view = view_of(alice)
    with pytest.raises(actions.NotYourView):
        actions.change_view(view=view, values={"query": ""}, version=1, by=bob, now=NOW)
    with pytest.raises(actions.NotYourView):
        actions.remove_view(view=view, by=bob, now=NOW)
    with pytest.raises(actions.MayNotShare):
        actions.save_view(name="X", query="", is_for_all=True, by=bob, now=NOW)
    with pytest.raises(actions.MayNotShare):
        actions.save_view(name="X", query="", team=create_team(), by=bob, now=NOW)


def test_when_a_team_goes_its_views_stay_with_their_owners(alice):
    team = create_team()
    view = view_of(alice, team=team)

    delete_team(team=team, by=alice, now=NOW)

    view.refresh_from_db()
    assert view.reach == "own"


def test_who_leaves_passes_on_what_others_use(alice, bob):
    view_of(bob, name="Own")
    view_of(bob, name="All", is_for_all=True)
    view_of(bob, name="Team", team=create_team())
    view_of(alice, name="All")
    assert [(each.label, each.count) for each in holdings_of(bob)] == [
        ("shared views", 2)
    ]
    with pytest.raises(HeirNeeded):
        remove_member(membership=bob, heir=None, by=alice, now=NOW)

    remove_member(membership=bob, heir=alice, by=alice, now=NOW)

    names = SavedView.objects.order_by("name").values_list("owner__name", "name")
    assert list(names) == [("Alice", "All"), ("Alice", "All (2)"), ("Alice", "Team")]
    assert AuditEvent.objects.filter(verb="view.passed_on").count() == 2


def test_who_leaves_with_views_of_their_own_needs_no_heir(alice, bob):
    view_of(bob)

    remove_member(membership=bob, heir=None, by=alice, now=NOW)

    assert not SavedView.objects.exists()


def test_another_workspace_has_other_views(as_alice, charlie):
    with inside(connection, charlie.workspace_id):
        view = view_of(charlie, is_for_all=True)

    assert offered(as_alice) == []
    assert as_alice.get(f"{HERE}?view={view.pk}").context["opened"].view is None


def test_the_page_of_views_costs_the_same_with_one_and_with_three(
    as_alice, alice, bob, cost_of
):
    view_of(alice)
    one = cost_of(as_alice, VIEWS)
    for name in ("A", "B"):
        view_of(bob, name=name, is_for_all=True)

    three = cost_of(as_alice, VIEWS)
    door = cost_of(as_alice, reverse("accounts:teams", kwargs={"slug": "ours"}))

    assert len(one) == len(three)
    assert len(three) <= 3 + len(door), three


def test_views_cost_the_list_one_question_and_a_second_for_the_teams(
    as_bob, alice, bob, cost_of
):
    view = view_of(bob)
    one = cost_of(as_bob, HERE)
    for name in ("A", "B"):
        view_of(alice, name=name, is_for_all=True)

    three = cost_of(as_bob, HERE + view.address)

    assert len(one) == len(three)
    asks = [sql for sql in three if "saved_view" in sql or "savedview" in sql]
    assert len(asks) == 1
