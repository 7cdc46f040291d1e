"""What was done in a workspace, newest first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpResponse
from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.forms.audit import SOURCES, AuditFilter
from accounts.http.guards import member
from accounts.http.pages import render_page
from accounts.http.request import WorkspaceRequest
from accounts.models import (
    ApplicationKind,
    AuditEvent,
    Membership,
    MembershipStatus,
    Period,
    Role,
    Visibility,
)

PAGE_SIZE = 50

VERBS = {
    "workspace.created": _("made the workspace"),
    "workspace.changed": _("changed the settings"),
    "workspace.confirmed": _("confirmed the settings"),
    "member.added": _("added a member"),
    "member.changed": _("changed a member"),
    "member.invited": _("invited a member"),
    "member.invitation_withdrawn": _("withdrew an invitation"),
    "member.joined": _("joined"),
    "member.active": _("reinstated a member"),
    "member.suspended": _("suspended a member"),
    "member.removed": _("removed a member"),
    "team.created": _("made a team"),
    "team.changed": _("changed a team"),
    "team.deleted": _("deleted a team"),
    "team.member_placed": _("placed a member in a team"),
    "team.coach_attached": _("attached a coach to a team"),
    "team.left": _("took somebody out of a team"),
    "api_key.created": _("made an API key"),
    "api_key.revoked": _("revoked an API key"),
    "application.registered": _("registered an application"),
    "application.secret_renewed": _("gave an application a new secret"),
    "application.revoked": _("revoked an application"),
    "application.let_in": _("let an application in"),
    "application.sent_away": _("sent an application away"),
    "import.uploaded": _("gave a file to import"),
    "import.committed": _("imported"),
    "import.discarded": _("threw an import away"),
    "export.asked": _("asked for an export"),
    "export.downloaded": _("took an export"),
    "company.created": _("added a company"),
    "company.merged": _("merged two companies"),
    "company.told_apart": _("said that two companies are not the same"),
    "person.merged": _("merged two people"),
    "person.told_apart": _("said that two people are not the same"),
    "stakeholder.merged": _("merged two seats of a deal"),
    "opportunity.created": _("added an opportunity"),
    "opportunity.handed_over": _("handed over an opportunity"),
    "view.saved": _("saved a view"),
    "view.changed": _("changed a view"),
    "view.removed": _("removed a view"),
    "view.passed_on": _("passed a view on"),
    "practice_case.written": _("wrote a practice case"),
    "practice_case.withdrawn": _("took a practice case off the list"),
    "permission.refused": _("was refused"),
}
FIELDS = {
    "name": _("name"),
    "email": _("e-mail address"),
    "roles": _("roles"),
    "status": _("status"),
    "heir": _("new owner"),
    "owner": _("owner"),
    "parent": _("part of"),
    "shared": _("shared with"),
    "member": _("member"),
    "part": _("as"),
    "scopes": _("scopes"),
    "kind": _("kind"),
    "base_currency": _("base currency"),
    "time_zone": _("time zone"),
    "fiscal_month": _("first month of the fiscal year"),
    "period": _("forecast period"),
    "cost_per_hour": _("cost of an hour"),
    "languages": _("languages"),
    "rep_visibility": _("reps see"),
    "manager_visibility": _("managers see"),
    "coach_visibility": _("coaches see"),
}
_SEEN = {level.value: level.label for level in Visibility}
WORDS: dict[str, dict[Any, Any]] = {
    "roles": {role.value: role.label for role in Role},
    "status": {status.value: status.label for status in MembershipStatus},
    "period": {period.value: period.label for period in Period},
    "languages": dict(settings.LANGUAGES),
    "fiscal_month": dict(MONTHS),
    "kind": {kind.value: kind.label for kind in ApplicationKind},
    "part": {"member": _("member"), "coach": Role.COACH.label},
    "shared": {"own": _("the owner only"), "workspace": _("everybody")},
    "rep_visibility": _SEEN,
    "manager_visibility": _SEEN,
    "coach_visibility": _SEEN,
}


@dataclass(frozen=True, slots=True)
class Change:
    """One field, before and after, in words."""

    label: Any
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the trail."""

    at: datetime
    who: str
    verb: Any
    subject: str
    is_refusal: bool
    changes: list[Change]
    source: Any
    program: str


@require_safe
@member("audit.see")
def audit(request: WorkspaceRequest, slug: str) -> HttpResponse:
    people = Membership.objects.filter(workspace=request.workspace)
    form = AuditFilter(
        request.GET,
        people=people.order_by("name", "pk"),
        zone=ZoneInfo(request.workspace.time_zone),
    )
    events = form.narrow(AuditEvent.objects.order_by("-at", "-id"))
    page = list(events[: PAGE_SIZE + 1])
    context = {
        "form": form,
        "entries": entries_of(page[:PAGE_SIZE]),
        "next": _older(form, page),
        "first": _newest(form) if form.data.get("before") else "",
    }
    status = 200 if form.is_valid() else 422
    return render_page(
        request, "accounts/audit.html", context, partial="rows", status=status
    )


def entries_of(events: Iterable[AuditEvent]) -> list[Entry]:
    """Say each event in words."""
    return [
        Entry(
            at=event.at,
            who=event.actor_name,
            verb=VERBS.get(event.verb) or _spoken(event.verb),
            subject=event.subject_name,
            is_refusal=event.subject_kind == "refusal",
            changes=changes_of(event),
            source=SOURCES.get(event.source, event.source),
            program=event.program,
        )
        for event in events
    ]


def changes_of(event: AuditEvent) -> list[Change]:
    before, after = event.before, event.after
    return [
        Change(
            label=FIELDS.get(name) or name.replace("_", " "),
            before=in_words(name, before[name]) if name in before else "",
            after=in_words(name, after[name]) if name in after else "",
        )
        for name in dict.fromkeys([*before, *after])
        if before.get(name) or after.get(name)
    ]


def in_words(name: str, value: Any) -> str:
    words = WORDS.get(name, {})
    if isinstance(value, list):
        return ", ".join(str(words.get(one, one)) for one in value)
    if value is None or value == "":
        return "—"
    return str(words.get(value, value))


def _spoken(verb: str) -> str:
    return verb.replace(".", " ").replace("_", " ")


def _older(form: AuditFilter, page: list[AuditEvent]) -> str:
    if len(page) <= PAGE_SIZE:
        return ""
    last = page[PAGE_SIZE - 1]
    return _address(form, before=f"{last.at.isoformat()},{last.pk}")


def _newest(form: AuditFilter) -> str:
    return _address(form)


def _address(form: AuditFilter, **more: str) -> str:
    kept = {
        name: form.data[name]
        for name in form.fields
        if name != "before" and form.data.get(name)
    }
    return "?" + urlencode(kept | more)
