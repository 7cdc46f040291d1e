"""The tree of teams: who stands where, and who coaches whom."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

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
from accounts.forms.teams import ChangeTeamForm, PlaceForm, TeamForm
from accounts.http.guards import member
from accounts.http.pages import posted, render_page, see_other
from accounts.http.request import WorkspaceRequest
from accounts.models import Membership, Role, Team, TeamMember, TeamPart
from accounts.models.base import StaleVersion
from accounts.permissions import permissions_of

TREE, PAGE = "accounts/teams.html", "accounts/team.html"


@dataclass(slots=True)
class Branch:
    """A team with its people and the teams below it."""

    team: Team
    members: list[TeamMember] = field(default_factory=list)
    coaches: list[TeamMember] = field(default_factory=list)
    branches: list["Branch"] = field(default_factory=list)

    def walk(self, depth: int = 0) -> Iterator[tuple["Branch", int]]:
        yield self, depth
        for branch in self.branches:
            yield from branch.walk(depth + 1)


def tree_of(teams: Iterable[Team], places: Iterable[TeamMember]) -> list[Branch]:
    """The teams without a team above them, each with all that is below."""
    branches = {team.pk: Branch(team) for team in teams}
    for place in places:
        branch = branches[place.team_id]
        is_coach = place.part == TeamPart.COACH
        (branch.coaches if is_coach else branch.members).append(place)
    tops: list[Branch] = []
    for branch in branches.values():
        parent = branch.team.parent_id
        (branches[parent].branches if parent else tops).append(branch)
    return tops


def the_tree() -> list[Branch]:
    places = TeamMember.objects.select_related("membership")
    return tree_of(
        Team.objects.order_by("name", "pk"),
        places.order_by("membership__name", "pk"),
    )


@require_safe
@member("team.see")
def teams(request: WorkspaceRequest, slug: str) -> HttpResponse:
    return _tree(request)


@require_POST
@member("team.manage")
def create(request: WorkspaceRequest, slug: str) -> HttpResponse:
    form = TeamForm(request.POST, teams=choices_of(the_tree()))
    if form.is_valid():
        try:
            team = create_team(
                by=request.membership, now=timezone.now(), **form.cleaned_data
            )
        except TeamNameTaken as refusal:
            form.add_error("name", str(refusal))
        else:
            said = _("The team “%(name)s” is there.") % {"name": team.name}
            messages.success(request, said)
            return see_other("accounts:teams", slug=slug)
    return _tree(request, form=form, status=422)


def _tree(
    request: WorkspaceRequest, *, form: TeamForm | None = None, status: int = 200
) -> HttpResponse:
    tree = the_tree()
    placed = {
        place.membership_id
        for top in tree
        for b, _d in top.walk()
        for place in b.members
    }
    everybody = Membership.objects.of(request.workspace)
    context: dict[str, Any] = {
        "tree": tree,
        "without_team": [each for each in everybody if each.pk not in placed],
    }
    if may_manage(request):
        context["form"] = form or TeamForm(teams=choices_of(tree))
    return render_page(request, TREE, context, status=status)


@require_safe
@member("team.see")
def team_page(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    return _page(request, _find(id))


@require_http_methods(["GET", "HEAD", "POST"])
@member("team.manage")
def change(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    team = _find(id)
    form = ChangeTeamForm(
        posted(request), teams=_may_be_above(team), initial=_initial_of(team)
    )
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return _page(request, team, form=form, status=status)
    status = 422
    try:
        change_team(
            team=team, by=request.membership, now=timezone.now(), **form.cleaned_data
        )
    except TeamNameTaken as refusal:
        form.add_error("name", str(refusal))
    except TeamInACircle as refusal:
        form.add_error("parent", str(refusal))
    except StaleVersion as stale:
        form, status = _retyped(request, team), 412
        form.add_error(None, str(stale))
    else:
        messages.success(request, _("The team is saved."))
        return see_other("accounts:team", slug=slug, id=id)
    return _page(request, team, form=form, status=status)


def _retyped(request: WorkspaceRequest, team: Team) -> ChangeTeamForm:
    """What was typed, on top of what somebody else saved: saving again is a choice."""
    team.refresh_from_db()
    typed = {**request.POST.dict(), "version": team.version}
    return ChangeTeamForm(typed, teams=_may_be_above(team), initial=_initial_of(team))


@require_POST
@member("team.manage")
def delete(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    team = _find(id)
    name = team.name
    try:
        delete_team(team=team, by=request.membership, now=timezone.now())
    except TeamNotEmpty as refusal:
        return _page(request, team, refusal=str(refusal), status=422)
    messages.success(request, _("The team “%(name)s” is deleted.") % {"name": name})
    return see_other("accounts:teams", slug=slug)


@require_POST
@member("team.manage")
def place(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    team = _find(id)
    form = _place_form(request, team, request.POST)
    if not form.is_valid():
        return _page(request, team, place_form=form, status=422)
    placed = place_member(
        team=team, by=request.membership, now=timezone.now(), **form.cleaned_data
    )
    said = _("%(name)s is in “%(team)s” now.")
    names = {"name": placed.membership.name, "team": team.name}
    messages.success(request, said % names)
    return see_other("accounts:team", slug=slug, id=id)


@require_POST
@member("team.manage")
def attach(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    team = _find(id)
    form = _coach_form(request, request.POST)
    if form.is_valid():
        try:
            attached = attach_coach(
                team=team,
                by=request.membership,
                now=timezone.now(),
                **form.cleaned_data,
            )
        except NotACoach as refusal:
            form.add_error("membership", str(refusal))
        else:
            said = _("%(name)s coaches “%(team)s” now.")
            names = {"name": attached.membership.name, "team": team.name}
            messages.success(request, said % names)
            return see_other("accounts:team", slug=slug, id=id)
    return _page(request, team, coach_form=form, status=422)


@require_POST
@member("team.manage")
def take_out(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    """Here `id` is the place, not the team."""
    places = TeamMember.objects.select_related("membership", "team")
    place = get_object_or_404(places, pk=id)
    names = {"name": place.membership.name, "team": place.team.name}
    leave_team(place=place, by=request.membership, now=timezone.now())
    messages.success(request, _("%(name)s is out of “%(team)s”.") % names)
    return see_other("accounts:team", slug=slug, id=place.team_id)


def _page(
    request: WorkspaceRequest,
    team: Team,
    *,
    form: ChangeTeamForm | None = None,
    place_form: PlaceForm | None = None,
    coach_form: PlaceForm | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    """Show one team; what may be done with it only to those who may do it."""
    places = team.places.select_related("membership").order_by("membership__name", "pk")
    everybody = list(places)
    context: dict[str, Any] = {
        "team": team,
        "members": [p for p in everybody if p.part == TeamPart.MEMBER],
        "coaches": [p for p in everybody if p.part == TeamPart.COACH],
        "below": team.children.order_by("name", "pk"),
    }
    if may_manage(request):
        context |= {
            "form": form
            or ChangeTeamForm(teams=_may_be_above(team), initial=_initial_of(team)),
            "place_form": place_form or _place_form(request, team),
            "coach_form": coach_form or _coach_form(request),
            "refusal": refusal,
        }
    return render_page(request, PAGE, context, status=status)


def _find(id: UUID) -> Team:
    team: Team = get_object_or_404(Team.objects.select_related("parent"), pk=id)
    return team


def _initial_of(team: Team) -> dict[str, Any]:
    return {"name": team.name, "parent": team.parent_id, "version": team.version}


def choices_of(tree: Iterable[Branch]) -> list[tuple[Team, str]]:
    """Every team of the tree, those below another one moved in."""
    return [
        (branch.team, "\N{EM SPACE}" * depth + branch.team.name)
        for top in tree
        for branch, depth in top.walk()
    ]


def _may_be_above(team: Team) -> list[tuple[Team, str]]:
    """All teams but itself; those below it are refused by the action, with a sentence."""
    tree = tree_of(Team.objects.order_by("name", "pk"), [])
    return [(other, label) for other, label in choices_of(tree) if other != team]


def _place_form(request: WorkspaceRequest, team: Team, data: Any = None) -> PlaceForm:
    """Everybody who is not in this team, and where they are now."""
    places = TeamMember.objects.filter(part=TeamPart.MEMBER).select_related("team")
    teams = {place.membership_id: place.team for place in places}
    people = [
        (each, _where(each, teams.get(each.pk)))
        for each in Membership.objects.of(request.workspace)
        if teams.get(each.pk) != team
    ]
    return PlaceForm(data, people=people, auto_id="place_%s")


def _where(member: Membership, team: Team | None) -> str:
    if team is None:
        return member.name
    return _("%(name)s (now in %(team)s)") % {"name": member.name, "team": team.name}


def _coach_form(request: WorkspaceRequest, data: Any = None) -> PlaceForm:
    coaches = Membership.objects.of(request.workspace).with_role(Role.COACH)
    people = [(each, each.name) for each in coaches]
    return PlaceForm(data, people=people, label=_("Coach"), auto_id="coach_%s")


def may_manage(request: WorkspaceRequest) -> bool:
    return "team.manage" in permissions_of(request.membership)
