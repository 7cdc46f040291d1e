"""Today: what to do first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.http.guards import member
from accounts.http.navigation import LAST_WORKSPACE
from accounts.http.pages import render_page
from accounts.http.request import WorkspaceRequest
from accounts.models import Membership, Team
from accounts.permissions import permissions_of

NOON, EVENING = 12, 18


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to set up, and whether the data says it is done."""

    title: str
    why: str
    href: str
    is_done: bool


@require_safe
@member("workspace.enter")
def today(request: WorkspaceRequest, slug: str) -> HttpResponse:
    now = timezone.now()
    if request.session.get(LAST_WORKSPACE) != slug:
        request.session[LAST_WORKSPACE] = slug
    steps = _steps(request)
    context = {
        "greeting": _greeting(timezone.localtime(now), request.user.get_short_name()),
        "day": request.workspace.today(now),
        "steps": steps,
        "done": sum(step.is_done for step in steps),
    }
    return render_page(request, "coaching/today.html", context)


def _greeting(moment: datetime, name: str) -> str:
    words: dict[str, Any] = {"name": name}
    if moment.hour < NOON:
        return _("Good morning, %(name)s") % words
    if moment.hour < EVENING:
        return _("Good afternoon, %(name)s") % words
    return _("Good evening, %(name)s") % words


def _steps(request: WorkspaceRequest) -> list[Step]:
    held = permissions_of(request.membership)
    steps = []
    if "workspace.settings" in held:
        steps.append(_settings_step(request))
    if "member.manage" in held:
        steps.append(_members_step(request))
    if "team.manage" in held:
        steps.append(_teams_step(request))
    return [*steps, _profile_step(request), _second_factor_step(request)]


def _settings_step(request: WorkspaceRequest) -> Step:
    return Step(
        title=_("Look over the settings"),
        why=_("Currency, time zone, fiscal year, and who sees whose opportunities."),
        href=reverse("accounts:settings", args=[request.workspace.slug]),
        is_done=request.workspace.version > 1,
    )


def _members_step(request: WorkspaceRequest) -> Step:
    others = Membership.objects.of(request.workspace).exclude(pk=request.membership.pk)
    return Step(
        title=_("Invite your colleagues"),
        why=_("Or add a seat: a name that can own deals and be invited later."),
        href=reverse("accounts:members", args=[request.workspace.slug]),
        is_done=others.exists(),
    )


def _teams_step(request: WorkspaceRequest) -> Step:
    return Step(
        title=_("Draw the teams"),
        why=_(
            "A rep sees their team, a manager the teams below, a coach those coached."
        ),
        href=reverse("accounts:teams", args=[request.workspace.slug]),
        is_done=Team.objects.exists(),
    )


def _profile_step(request: WorkspaceRequest) -> Step:
    return Step(
        title=_("Choose your language and time zone"),
        why=_("Until then the product follows your browser and the workspace."),
        href=reverse("accounts:profile"),
        is_done=bool(request.user.language and request.user.time_zone),
    )


def _second_factor_step(request: WorkspaceRequest) -> Step:
    return Step(
        title=_("Turn on the second factor"),
        why=_("A code from your phone keeps a stolen password from being enough."),
        href=reverse("mfa_index"),
        is_done=Authenticator.objects.filter(user=request.user).exists(),
    )
