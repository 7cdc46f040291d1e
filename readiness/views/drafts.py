"""Drafts of the phase model: made, brought in as a file, looked at, named, thrown away."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from accounts.http.form_pages import FormPage, retype
from accounts.http.guards import member
from accounts.http.pages import posted, render_page, see_other
from accounts.http.request import WorkspaceRequest
from accounts.models.base import StaleVersion
from readiness.actions.editing.codes import lacking_words
from readiness.actions.editing.drafts import (
    NameTaken,
    discard_draft,
    make_draft,
    rename_draft,
)
from readiness.actions.editing.packs import MOST_BYTES, import_pack
from readiness.actions.editing.parts import NeverLeft, NoSuchPair, TooManyPhases
from readiness.actions.editing.phases import BadStay, StartsDoNotAddUp
from readiness.actions.editing.rules import Malformed
from readiness.actions.editing.signal_types import CodeTaken
from readiness.actions.versions import NotADraft, free_version
from readiness.forms.editing import DraftForm, PackForm, RenameForm
from readiness.models import ActionType, ModelStatus, PhaseModel, SignalType
from readiness.queries.differences import differences_between
from readiness.queries.phase_rows import phase_rows

REFUSALS = (
    *(NotADraft, NameTaken, CodeTaken, NeverLeft, NoSuchPair, TooManyPhases),
    *(BadStay, StartsDoNotAddUp),
)


@require_http_methods(["GET", "HEAD", "POST"])
@member("model.manage")
def new(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    base = get_object_or_404(PhaseModel, pk=id)
    initial = {"name": free_version(base.version)}
    form = DraftForm(posted(request), initial=initial)
    if form.is_valid():
        try:
            draft = make_draft(
                base=base,
                by=request.membership,
                now=timezone.now(),
                **form.cleaned_data,
            )
        except NameTaken as refusal:
            form.add_error("name", str(refusal))
        else:
            return see_other("readiness:model-edit", slug=slug, id=draft.pk)
    page = FormPage(
        title=_("Make a draft of %(version)s") % {"version": base.version},
        back=reverse("readiness:model-version", args=[slug, base.pk]),
        back_text=base.version,
        submit=_("Make the draft"),
        note=_("A copy you can change. It computes nothing before it is activated."),
    )
    return page.answer(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
@member("model.manage")
def bring(request: WorkspaceRequest, slug: str) -> HttpResponse:
    form = PackForm(posted(request), request.FILES or None)
    if form.is_valid():
        try:
            draft = import_pack(
                content=form.cleaned_data["file"].read(MOST_BYTES + 1),
                by=request.membership,
                now=timezone.now(),
            )
        except Malformed as refusal:
            for reason in refusal.reasons:
                form.add_error("file", reason)
        else:
            messages.success(request, _("The file is read. It is a draft now."))
            return see_other("readiness:model-edit", slug=slug, id=draft.pk)
    page = FormPage(
        title=_("Bring in a phase model"),
        back=reverse("readiness:model", args=[slug]),
        back_text=_("Phase model"),
        submit=_("Make it a draft"),
        note=_(
            "The file is read strictly: what does not fit is told with its place, and"
            " nothing is written."
        ),
    )
    return page.answer(request, form)


@require_safe
@member("model.manage")
def edit(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    draft = get_object_or_404(PhaseModel, pk=id)
    if not draft.is_draft:
        return see_other("readiness:model-version", slug=slug, id=draft.pk)
    context = {
        "draft": draft,
        "rows": phase_rows(draft),
        "lacking": lacking_words(draft),
    }
    return render_page(request, "readiness/draft.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member("model.manage")
def rename(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    draft = get_object_or_404(PhaseModel, pk=id)
    form = RenameForm(
        posted(request),
        initial={
            "name": draft.version,
            "note": draft.note,
            "revision": draft.revision,
        },
    )
    if form.is_valid() and is_saved(
        form,
        draft,
        lambda: rename_draft(
            draft=draft, by=request.membership, now=timezone.now(), **form.cleaned_data
        ),
    ):
        return see_other("readiness:model-edit", slug=slug, id=draft.pk)
    return page_of(draft, slug, title=_("Name and purpose")).answer(request, form)


@require_POST
@member("model.manage")
def discard(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    draft = get_object_or_404(PhaseModel, pk=id)
    try:
        discard_draft(
            draft=draft,
            revision=revision_in(request),
            by=request.membership,
            now=timezone.now(),
        )
    except (NotADraft, StaleVersion) as refusal:
        messages.warning(request, str(refusal))
        return see_other("readiness:model-edit", slug=slug, id=draft.pk)
    messages.success(
        request, _("The draft “%(name)s” is discarded.") % {"name": draft.version}
    )
    return see_other("readiness:model", slug=slug)


@require_safe
@member("model.manage")
def diff(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    row = get_object_or_404(PhaseModel, pk=id)
    active = PhaseModel.objects.get(status=ModelStatus.ACTIVE)
    found = differences_between(active, row)
    context = {
        "draft": row,
        "active": active,
        "found": found,
        "topics": [
            (key, title, changes)
            for key, title, changes in (
                ("phases", _("Phases"), found.phases),
                ("signals", _("Signals"), found.signals),
                ("actions", _("Our actions"), found.actions),
                ("parameters", _("Other numbers"), found.parameters),
            )
            if changes
        ],
    }
    return render_page(request, "readiness/model_diff.html", context)


def is_saved(form: forms.Form, draft: PhaseModel, act: Callable[[], Any]) -> bool:
    """Act; else say in the form why not, on top of what was typed."""
    try:
        with transaction.atomic():
            act()
    except StaleVersion as refusal:
        retype(form, draft, refusal, counter="revision")
    except REFUSALS as refusal:
        form.add_error(None, str(refusal))
    except Malformed as refusal:
        for reason in refusal.reasons:
            form.add_error(None, reason)
    else:
        return True
    return False


def page_of(draft: PhaseModel, slug: str, *, title: str, **more: Any) -> FormPage:
    """A form about a draft; shut, with the way out, when the version is none."""
    address = reverse("readiness:model-edit", args=[slug, draft.pk])
    given: dict[str, Any] = {"back": address, "back_text": draft.version, **more}
    if not draft.is_draft:
        given |= {
            "note": _("Only a draft can be changed. Make one of this version."),
            "note_tone": "warn",
            "way_out": reverse("readiness:model-draft-new", args=[slug, draft.pk]),
            "way_out_text": _("Make a draft of it"),
            "danger": None,
        }
    return FormPage(title=title, **given)


def taken_out(
    request: WorkspaceRequest,
    row: SignalType | ActionType,
    remove: Callable[..., None],
    *,
    refusals: tuple[type[Exception], ...],
    page: str,
    listing: str,
) -> HttpResponse:
    """Remove a row of a draft and go to the others; else back to it, with the reason."""
    slug = request.workspace.slug
    refused: tuple[type[Exception], ...] = (NotADraft, StaleVersion, *refusals)
    try:
        remove(
            row=row,
            revision=revision_in(request),
            by=request.membership,
            now=timezone.now(),
        )
    except refused as refusal:
        messages.warning(request, str(refusal))
        return see_other(page, slug=slug, id=row.pk)
    messages.success(request, _("“%(name)s” is removed.") % {"name": row})
    return see_other(listing, slug=slug, id=row.model_id)


def revision_in(request: WorkspaceRequest) -> int:
    """The state of the draft that a button was drawn on; 0 when it says none."""
    given = request.POST.get("revision", "")
    return int(given) if given.isdecimal() and len(given) < 10 else 0
