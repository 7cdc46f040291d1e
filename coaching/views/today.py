"""Today: what to do first."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import Exists
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.http.guards import member
from accounts.http.navigation import LAST_WORKSPACE
from accounts.http.pages import render_page
from accounts.http.request import WorkspaceRequest
from accounts.models import Membership, Role, Team, Workspace
from accounts.permissions import permissions_of
from coaching.queries.help import help_today
from coaching.queries.queue import prompts_for, queue_page
from coaching.queries.today import due_tasks, movements, silent_people
from coaching.queries.wording import Reader
from opportunities.models import Company, Opportunity
from stakeholders.models import Interaction, Stakeholder

NOON, EVENING = 12, 18
FIRST_FEW = 5
ONE_DAY = timedelta(days=1)
MINE, EVERYBODYS = "mine", "all"


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
    day = request.workspace.today(now)
    deals = Opportunity.objects.visible_to(request.membership)
    whose = _whose(request)
    mine = deals.still_open()
    if whose == MINE:
        mine = mine.filter(owner=request.membership)
    reader = Reader(get_language() or "en", request.workspace, now)
    queue = queue_page(
        prompts_for(
            deals, day=day, owner=request.membership.pk if whose == MINE else None
        ),
        reader=reader,
        now=now,
        size=FIRST_FEW,
    )
    steps = [*_first_hour(request), *_steps(request)]
    context = {
        "greeting": _greeting(timezone.localtime(now), request.user.get_short_name()),
        "day": day,
        "now": now,
        "back": request.get_full_path(),
        "whose": whose,
        "rows": queue.rows,
        "has_more": bool(queue.next),
        "tasks": due_tasks(mine, day=day),
        "silent": silent_people(mine, now=now),
        "movements": movements(mine, since=now - ONE_DAY),
        "asked": help_today(request.membership, now=now),
        "steps": steps,
        "done": sum(step.is_done for step in steps),
        "may_write": "deal.write" in permissions_of(request.membership),
    }
    return render_page(request, "coaching/today.html", context)


def _whose(request: WorkspaceRequest) -> str:
    """A rep begins with their own deals, everybody else with all they see."""
    default = MINE if Role.REP in request.membership.roles else EVERYBODYS
    asked = request.GET.get("whose", default)
    return asked if asked in {MINE, EVERYBODYS} else default


def _first_hour(request: WorkspaceRequest) -> list[Step]:
    """From an empty workspace to the first reading: one query."""
    if "deal.write" not in permissions_of(request.membership):
        return []
    slug = request.workspace.slug
    has = Workspace.objects.filter(pk=request.workspace.pk).values_list(
        Exists(Company.objects.all()),
        Exists(Opportunity.objects.standing()),
        Exists(Stakeholder.objects.all()),
        Exists(Interaction.objects.standing()),
    )[0]
    if all(has):
        return []
    names = (
        (
            _("Note the company"),
            _("The customer you want to understand first."),
            "opportunities:company-new",
        ),
        (
            _("Open a deal"),
            _("A name and a date are enough; there is no stage to choose."),
            "opportunities:opportunity-new",
        ),
        (
            _("Add its people"),
            _("Everybody whose yes or no counts, with their role: on the deal's page."),
            "forecasting:opportunities",
        ),
        (
            _("Log the first conversation"),
            _("What one of them said. The first phase shows a second later."),
            "readiness:log-anywhere",
        ),
    )
    return [
        Step(title, why, reverse(address, args=[slug]), is_done)
        for (title, why, address), is_done in zip(names, has, strict=True)
    ]


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
