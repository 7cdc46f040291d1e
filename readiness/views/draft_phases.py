"""The phases of a draft: their words, their numbers, two of one, one of two."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.http.guards import member
from accounts.http.pages import posted, see_other
from accounts.http.request import WorkspaceRequest
from readiness.actions.editing.parts import (
    merge_with_next,
    merged_name,
    part_names,
    split_in_two,
)
from readiness.actions.editing.phases import describe_phase, phases_of, set_numbers
from readiness.forms.editing import MergeForm, NumbersForm, PhaseForm, SplitForm
from readiness.models import Phase, PhaseModel
from readiness.views.drafts import is_saved, page_of

FORM = "readiness/draft_form.html"


@require_http_methods(["GET", "HEAD", "POST"])
@member("model.manage")
def numbers(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    draft = get_object_or_404(PhaseModel, pk=id)
    form = NumbersForm(
        posted(request),
        phases=phases_of(draft),
        initial={"revision": draft.revision},
    )
    if form.is_valid() and is_saved(
        form,
        draft,
        lambda: set_numbers(
            draft=draft,
            dwell_days=form.dwell_days,
            starts=form.starts,
            revision=form.cleaned_data["revision"],
            by=request.membership,
            now=timezone.now(),
        ),
    ):
        return see_other("readiness:model-edit", slug=slug, id=draft.pk)
    page = page_of(
        draft,
        slug,
        title=_("Starts and stays"),
        template="readiness/draft_numbers.html",
        note=_(
            "Starts add up to a hundred. Stays are those of a mid-size deal; other sizes are"
            " slower or faster by a factor."
        ),
    )
    return page.answer(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
@member("model.manage")
def describe(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    phase = _phase(id)
    form = PhaseForm(
        posted(request),
        initial={
            **PhaseForm.initial_of(phase.texts),
            "revision": phase.model.revision,
        },
    )
    if form.is_valid() and is_saved(
        form,
        phase.model,
        lambda: describe_phase(
            phase=phase,
            texts=form.texts,
            revision=form.cleaned_data["revision"],
            by=request.membership,
            now=timezone.now(),
        ),
    ):
        messages.success(request, _("“%(name)s” is saved.") % {"name": phase})
        return see_other("readiness:model-edit", slug=slug, id=phase.model_id)
    page = page_of(phase.model, slug, title=str(phase), template=FORM)
    return page.answer(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
@member("model.manage")
def split(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    phase = _phase(id)
    form = SplitForm(
        posted(request),
        initial={
            f"{part}_{language}": name
            for part, names in zip(("first", "second"), part_names(phase), strict=True)
            for language, name in names.items()
        }
        | {"revision": phase.model.revision},
    )
    if form.is_valid() and is_saved(
        form,
        phase.model,
        lambda: split_in_two(
            phase=phase,
            share=form.cleaned_data["share"] / 100,
            names=form.names,
            revision=form.cleaned_data["revision"],
            by=request.membership,
            now=timezone.now(),
        ),
    ):
        messages.success(request, _("“%(name)s” is two phases now.") % {"name": phase})
        return see_other("readiness:model-edit", slug=slug, id=phase.model_id)
    page = page_of(
        phase.model,
        slug,
        title=_("Split “%(name)s”") % {"name": phase},
        submit=_("Split"),
        template=FORM,
        note=_(
            "Both stand for the same default phase, and signals say the same of both until"
            " you tell them apart. Nobody's reading and no forecast changes by it. The"
            " second part is left as the whole was; who leaves the first goes on to the"
            " second or elsewhere, so that all together stay as long as before."
        ),
    )
    return page.answer(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
@member("model.manage")
def merge(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    phase = _phase(id)
    after = Phase.objects.filter(model=phase.model, position=phase.position + 1).first()
    initial = merged_name(phase, after) if after else {}
    form = MergeForm(
        posted(request),
        initial={
            **MergeForm.initial_of({"name": initial}),
            "revision": phase.model.revision,
        },
    )
    if form.is_valid() and is_saved(
        form,
        phase.model,
        lambda: merge_with_next(
            phase=phase,
            name=form.texts["name"],
            revision=form.cleaned_data["revision"],
            by=request.membership,
            now=timezone.now(),
        ),
    ):
        messages.success(request, _("The two phases are one now."))
        return see_other("readiness:model-edit", slug=slug, id=phase.model_id)
    page = page_of(
        phase.model,
        slug,
        title=_("Merge “%(first)s” and “%(second)s”")
        % {"first": phase, "second": after or "…"},
        submit=_("Merge"),
        template=FORM,
        note=_(
            "One phase, in which people stay as long as in both. Starts are added; steps"
            " and fits are averaged, a half away from neutral. It keeps the words of the"
            " first."
        ),
    )
    return page.answer(request, form)


def _phase(pk: UUID) -> Phase:
    return get_object_or_404(Phase.objects.select_related("model"), pk=pk)
