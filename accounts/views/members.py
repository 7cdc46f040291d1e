"""Members and seats: the list, each one's page, and how they come and go."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from accounts.actions.invitations import (
    InvitationOver,
    NotASeat,
    SeatHasNoEmail,
    invite,
    withdraw_invitation,
)
from accounts.actions.members import (
    AlreadyAMember,
    AlreadyRemoved,
    HeirNeeded,
    LastAdministrator,
    add_seat,
    change_roles,
    holdings_of,
    reinstate,
    remove_member,
    suspend,
)
from accounts.forms.members import (
    AddMemberForm,
    ChangeMemberForm,
    HeirForm,
    InviteForm,
    MembersFilter,
)
from accounts.http.guards import member
from accounts.http.pages import posted, render_page, see_other
from accounts.http.request import WorkspaceRequest
from accounts.models import (
    Invitation,
    Membership,
    MembershipStatus,
    Team,
    TeamMember,
    TeamPart,
    Workspace,
)
from accounts.models.base import StaleVersion
from accounts.models.membership import MembershipQuerySet
from accounts.permissions import permissions_of

PAGE_SIZE = 100
LIST, PAGE, REMOVE = (
    "accounts/members.html",
    "accounts/member.html",
    "accounts/member_remove.html",
)


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody stands in the workspace: a word, a colour and an icon."""

    word: str
    tone: str = ""
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list."""

    member: Membership
    team: Team | None
    standing: Standing


@require_safe
@member("member.see")
def members(request: WorkspaceRequest, slug: str) -> HttpResponse:
    form = AddMemberForm() if may_manage(request) else None
    return _list(request, form, status=200)


@require_POST
@member("member.manage")
def add(request: WorkspaceRequest, slug: str) -> HttpResponse:
    form = AddMemberForm(request.POST)
    if form.is_valid():
        try:
            seat = _add(request, form)
        except AlreadyAMember as refusal:
            form.add_error("email", str(refusal))
        else:
            messages.success(request, _("%(name)s is added.") % {"name": seat.name})
            return see_other("accounts:members", slug=slug)
    return _list(request, form, status=422)


def _add(request: WorkspaceRequest, form: AddMemberForm) -> Membership:
    now, asked = timezone.now(), form.cleaned_data
    seat = add_seat(
        workspace=request.workspace, by=request.membership, now=now, **asked
    )
    if form.wants_invitation:
        invite(
            membership=seat,
            email=asked["email"],
            by=request.membership,
            now=now,
            origin=origin_of(request),
        )
    return seat


def _list(
    request: WorkspaceRequest, form: AddMemberForm | None, *, status: int
) -> HttpResponse:
    now = timezone.now()
    filters = MembersFilter(request.GET)
    everybody = Membership.objects.of(request.workspace)
    narrowed = filters.narrow(everybody, now=now)
    page = list(_after(filters, request.workspace, narrowed)[: PAGE_SIZE + 1])
    context: dict[str, Any] = {
        "filters": filters,
        "rows": rows_of(page[:PAGE_SIZE], now=now),
        "count": _count(everybody),
        "next": _address(filters, after=page[PAGE_SIZE - 1].pk)
        if len(page) > PAGE_SIZE
        else "",
        "first": _address(filters) if filters.after_id else "",
    }
    if form is not None:
        context["form"] = form
    return render_page(request, LIST, context, partial="rows", status=status)


def _after(filters: MembersFilter, here: Workspace, members: Any) -> Any:
    """Those that come after the last one shown, by name."""
    if filters.after_id is None:
        return members
    last = Membership.objects.filter(workspace=here, pk=filters.after_id).first()
    if last is None:
        return members
    return members.filter(Q(name__gt=last.name) | Q(name=last.name, pk__gt=last.pk))


def _address(filters: MembersFilter, **more: Any) -> str:
    kept = {name: filters.data.get(name, "") for name in ("q", "status")}
    return "?" + urlencode(kept | more)


def _count(everybody: MembershipQuerySet) -> str:
    counts = everybody.aggregate(
        members=Count("pk", filter=Q(user__isnull=False)),
        seats=Count("pk", filter=Q(user__isnull=True)),
    )
    members = ngettext(
        "%(n)s member with sign-in", "%(n)s members with sign-in", counts["members"]
    ) % {"n": counts["members"]}
    seats = ngettext("%(n)s seat", "%(n)s seats", counts["seats"])
    return f"{members}, {seats % {'n': counts['seats']}}"


def rows_of(members: Iterable[Membership], *, now: datetime) -> list[Row]:
    """Each member with team and standing, in two queries for all of them."""
    members = list(members)
    ids = [member.pk for member in members]
    places = TeamMember.objects.filter(membership__in=ids, part=TeamPart.MEMBER)
    teams = {place.membership_id: place.team for place in places.select_related("team")}
    waiting = Invitation.objects.filter(
        membership__in=ids, accepted_at__isnull=True, revoked_at__isnull=True
    )
    invitations = {invitation.membership_id: invitation for invitation in waiting}
    return [
        Row(
            member=each,
            team=teams.get(each.pk),
            standing=standing_of(each, invitations.get(each.pk), now=now),
        )
        for each in members
    ]


def standing_of(
    membership: Membership, invitation: Invitation | None, *, now: datetime
) -> Standing:
    """Say how a member stands; `invitation` is the one that still waits, if any."""
    if membership.status == MembershipStatus.SUSPENDED:
        return Standing(_("suspended"), tone="warn", icon="lock")
    if not membership.is_seat:
        return Standing(_("active"), tone="good", icon="check")
    if invitation is None:
        return Standing(_("seat"))
    if invitation.sent_at is None:
        return Standing(_("invitation not sent"), tone="bad", icon="warning")
    if invitation.expires_at <= now:
        return Standing(_("invitation expired"), tone="warn", icon="clock")
    return Standing(_("invited"), tone="accent", icon="mail")


@require_safe
@member("member.see")
def member_page(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    return _page(request, _find(request, id))


@require_http_methods(["GET", "HEAD", "POST"])
@member("member.manage")
def change(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    person = _find(request, id)
    form = ChangeMemberForm(posted(request), initial=_initial_of(person))
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return _page(request, person, form=form, status=status)
    status = 422
    try:
        change_roles(
            membership=person,
            by=request.membership,
            now=timezone.now(),
            **form.cleaned_data,
        )
    except StaleVersion as stale:
        form, status = _retyped(form, person), 412
        form.add_error(None, str(stale))
    except (LastAdministrator, AlreadyRemoved) as refusal:
        form.add_error(None, str(refusal))
    else:
        messages.success(request, _("%(name)s is saved.") % {"name": person.name})
        return see_other("accounts:member", slug=slug, id=id)
    return _page(request, person, form=form, status=status)


def _retyped(form: ChangeMemberForm, person: Membership) -> ChangeMemberForm:
    """What was typed, on top of what somebody else saved: saving again is a choice."""
    person.refresh_from_db(fields=["name", "roles", "version"])
    typed = {**form.cleaned_data, "version": person.version}
    return ChangeMemberForm(typed, initial=_initial_of(person))


@require_POST
@member("member.manage")
def suspend_member(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    done = _("%(name)s can't come in any more.")
    return _one_step(request, _find(request, id), action=suspend, done=done)


@require_POST
@member("member.manage")
def reinstate_member(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    done = _("%(name)s can come in again.")
    return _one_step(request, _find(request, id), action=reinstate, done=done)


def _one_step(
    request: WorkspaceRequest,
    person: Membership,
    *,
    action: Callable[..., Membership],
    done: str,
) -> HttpResponse:
    try:
        action(membership=person, by=request.membership, now=timezone.now())
    except (LastAdministrator, AlreadyRemoved) as refusal:
        return _page(request, person, refusal=str(refusal), status=422)
    messages.success(request, done % {"name": person.name})
    return see_other("accounts:member", slug=request.workspace.slug, id=person.pk)


@require_POST
@member("member.manage")
def invite_member(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    person = _find(request, id)
    form = InviteForm(request.POST)
    if form.is_valid():
        try:
            invite(
                membership=person,
                email=form.cleaned_data["email"],
                by=request.membership,
                now=timezone.now(),
                origin=origin_of(request),
            )
        except (AlreadyAMember, NotASeat, SeatHasNoEmail) as refusal:
            form.add_error("email", str(refusal))
        else:
            # Whether it left is seen by its standing: the letter goes after the commit.
            said = _("%(name)s is invited.") % {"name": person.name}
            messages.success(request, said)
            return see_other("accounts:member", slug=slug, id=id)
    return _page(request, person, invite_form=form, status=422)


@require_POST
@member("member.manage")
def withdraw(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    person = _find(request, id)
    invitation = _waiting_invitation(person)
    if invitation is None:
        refusal = _("There is no invitation to withdraw.")
        return _page(request, person, refusal=refusal, status=422)
    try:
        withdraw_invitation(
            invitation=invitation, by=request.membership, now=timezone.now()
        )
    except InvitationOver as over:
        return _page(request, person, refusal=str(over), status=422)
    messages.success(request, _("The invitation is withdrawn; its link is dead."))
    return see_other("accounts:member", slug=slug, id=id)


@require_http_methods(["GET", "HEAD", "POST"])
@member("member.manage")
def remove(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    person = _find(request, id)
    if person == request.membership:
        return see_other("accounts:leave", slug=slug)
    done = _("%(name)s is removed.") % {"name": person.name}
    to = reverse("accounts:members", args=[slug])
    return _remove(request, person, done=done, to=to)


@require_http_methods(["GET", "HEAD", "POST"])
@member("workspace.enter")
def leave(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """One's own way out; an heir is asked for as when somebody is removed."""
    done = _("You have left %(name)s.") % {"name": request.workspace.name}
    return _remove(request, request.membership, done=done, to="/")


def _remove(
    request: WorkspaceRequest, person: Membership, *, done: str, to: str
) -> HttpResponse:
    holdings = holdings_of(person)
    others = Membership.objects.of(request.workspace).able_to_own()
    candidates = others.exclude(pk=person.pk)
    form = HeirForm(posted(request), candidates=candidates) if holdings else None
    refusal, status = "", 200
    if request.method == "POST":
        status = 422
        if form is None or form.is_valid():
            try:
                remove_member(
                    membership=person,
                    heir=form.cleaned_data["heir"] if form else None,
                    by=request.membership,
                    now=timezone.now(),
                )
            except (LastAdministrator, HeirNeeded, AlreadyRemoved) as error:
                refusal = str(error)
            else:
                messages.success(request, done)
                return see_other(to)
    context = {
        "person": person,
        "is_self": person == request.membership,
        "holdings": holdings,
        "form": form,
        "refusal": refusal,
    }
    return render_page(request, REMOVE, context, status=status)


def _page(
    request: WorkspaceRequest,
    person: Membership,
    *,
    form: ChangeMemberForm | None = None,
    invite_form: InviteForm | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    """Show one member; what may be done with them only to those who may do it."""
    now = timezone.now()
    invitation = _waiting_invitation(person)
    places = TeamMember.objects.filter(membership=person).select_related("team")
    by_part = sorted(places, key=lambda place: place.team.name)
    context: dict[str, Any] = {
        "person": person,
        "is_self": person == request.membership,
        "standing": standing_of(person, invitation, now=now),
        "team": next((p.team for p in by_part if p.part == TeamPart.MEMBER), None),
        "coached": [p.team for p in by_part if p.part == TeamPart.COACH],
    }
    if may_manage(request):
        seat_is_open = person.is_seat and person.is_active
        context |= {
            "form": form or ChangeMemberForm(initial=_initial_of(person)),
            "invitation": invitation,
            "invitation_is_old": invitation is not None
            and invitation.expires_at <= now,
            "refusal": refusal,
            "invite_form": (invite_form or InviteForm(initial={"email": person.email}))
            if seat_is_open
            else None,
        }
    return render_page(request, PAGE, context, status=status)


def _find(request: WorkspaceRequest, id: UUID) -> Membership:
    person: Membership = get_object_or_404(
        Membership.objects.of(request.workspace).select_related("workspace"), pk=id
    )
    return person


def _waiting_invitation(person: Membership) -> Invitation | None:
    """The invitation that is neither used nor withdrawn; it may be too old."""
    waiting = person.invitations.filter(
        accepted_at__isnull=True, revoked_at__isnull=True
    )
    found: Invitation | None = waiting.select_related("membership").first()
    return found


def _initial_of(person: Membership) -> dict[str, Any]:
    return {
        "name": person.name,
        "roles": person.roles,
        "version": person.version,
    }


def may_manage(request: WorkspaceRequest) -> bool:
    return "member.manage" in permissions_of(request.membership)


def origin_of(request: WorkspaceRequest) -> str:
    """The product's address as this visitor knows it."""
    return f"{request.scheme}://{request.get_host()}"
