"""One-to-ones: what to speak about, what was noted and promised; read by two only."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from accounts.http.guards import member
from accounts.http.pages import render_page, see_other
from accounts.http.request import WorkspaceRequest
from accounts.models import Membership
from accounts.queries import coached_by
from coaching.actions.meetings import (
    DueInThePast,
    NothingSaid,
    NotYourNote,
    commit_to,
    keep,
    retract_note,
    write_note,
)
from coaching.engine.reading_skill import runs_of
from coaching.forms.meetings import CommitmentForm, NoteForm
from coaching.models import CoachingNote, Commitment
from coaching.queries.agenda import (
    agenda_for,
    notes_of,
    promised_by,
    promises_of,
    questions_of,
)
from coaching.queries.help import help_of
from coaching.queries.practice import anchor_names, answers_of, reads_of
from coaching.queries.skill_page import skill_page
from coaching.queries.wording import Reader
from opportunities.models import Opportunity
from readiness.queries.catalogue import catalogue_of
from readiness.queries.models import active_model

NOTE, COMMITMENT = "note", "commitment"


@dataclass(frozen=True, slots=True)
class MemberLine:
    """Somebody one may sit down with, and what is open between the two."""

    member: Membership
    due: int
    missed: int
    questions: int


@require_safe
@member("workspace.enter")
def meetings(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """Oneself and whom one coaches, by name: never an order of merit."""
    coached = coached_by(request.membership)
    whose = {request.membership.pk, *coached}
    today = request.workspace.today(timezone.now())
    members = Membership.objects.of(request.workspace).filter(pk__in=whose)
    promised = promised_by(whose, today=today)
    asked = questions_of(whose)
    lines = [
        MemberLine(
            member=each,
            due=promised.get(each.pk, (0, 0))[0],
            missed=promised.get(each.pk, (0, 0))[1],
            questions=asked.get(each.pk, 0),
        )
        for each in members
    ]
    context = {"lines": lines, "coaches": bool(coached)}
    return render_page(request, "coaching/meetings.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member("workspace.enter")
def meeting(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    other = _other(request, id)
    wants = request.POST.get("do", "") if request.method == "POST" else ""
    note = NoteForm(request.POST if wants == NOTE else None)
    promise = CommitmentForm(request.POST if wants == COMMITMENT else None)
    if _is_written(request, other, note=note, promise=promise):
        return see_other("coaching:meeting", slug=slug, id=id)
    context = {"note": note, "promise": promise, **_shown(request, other)}
    status = 200 if request.method != "POST" else 422
    return render_page(request, "coaching/meeting.html", context, status=status)


def _is_written(
    request: WorkspaceRequest,
    other: Membership,
    *,
    note: NoteForm,
    promise: CommitmentForm,
) -> bool:
    now, by = timezone.now(), request.membership
    try:
        if note.is_valid():
            write_note(member=other, text=note.cleaned_data["text"], by=by, now=now)
            messages.success(request, _("Noted, for the two of you."))
            return True
        if promise.is_valid():
            commit_to(
                member=other,
                text=promise.cleaned_data["what"],
                due_on=promise.cleaned_data["due_on"],
                today=request.workspace.today(now),
                by=by,
                now=now,
            )
            messages.success(request, _("Promised."))
            return True
    except DueInThePast as refusal:
        promise.add_error("due_on", str(refusal))
    except NothingSaid as refusal:
        (note if note.is_bound else promise).add_error(None, str(refusal))
    return False


def _shown(request: WorkspaceRequest, other: Membership) -> dict[str, Any]:
    now = timezone.now()
    reader = Reader(get_language() or "en", request.workspace, now)
    reads = reads_of(answers_of(other))
    return {
        "other": other,
        "is_own": other.pk == request.membership.pk,
        "agenda": agenda_for(
            Opportunity.objects.visible_to(request.membership),
            member=other,
            reader=reader,
        ),
        "notes": notes_of(other),
        "promises": promises_of(other, reader=reader),
        "help": help_of(other, reader=request.membership),
        "skill": skill_page(reads, names=anchor_names(catalogue_of(active_model()))),
        "runs": runs_of(reads),
        "me": request.membership,
        "back": request.path,
        "now": now,
    }


@require_POST
@member("workspace.enter")
def note_retract(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    note = get_object_or_404(CoachingNote, pk=id, member__in=_whose(request))
    try:
        retract_note(note=note, by=request.membership, now=timezone.now())
    except NotYourNote as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("The note is taken back."))
    return see_other(reverse("coaching:meeting", args=[slug, note.member_id]))


@require_POST
@member("workspace.enter")
def commitment_kept(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    row = get_object_or_404(Commitment, pk=id, member__in=_whose(request))
    keep(commitment=row, by=request.membership, now=timezone.now())
    messages.success(request, _("Done, and noted when."))
    return see_other(reverse("coaching:meeting", args=[slug, row.member_id]))


def _whose(request: WorkspaceRequest) -> set[UUID]:
    """Whose papers one may see: one's own and those of whom one coaches."""
    return {request.membership.pk, *coached_by(request.membership)}


def _other(request: WorkspaceRequest, pk: UUID) -> Membership:
    if pk not in _whose(request):
        raise Http404
    return get_object_or_404(Membership.objects.of(request.workspace), pk=pk)
