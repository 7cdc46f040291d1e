"""Our own actions in a version and how they fit its phases; of a draft to be changed."""

from uuid import UUID

from django.contrib import messages
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

from accounts.http.form_pages import Danger
from accounts.http.guards import member
from accounts.http.pages import posted, render_page, see_other
from accounts.http.request import WorkspaceRequest
from readiness.actions.editing.action_types import (
    StillDone,
    add_action_type,
    change_action_type,
    remove_action_type,
)
from readiness.actions.editing.phases import phases_of
from readiness.forms.editing import ActionTypeForm
from readiness.models import ActionType, PhaseModel
from readiness.views.drafts import is_saved, page_of, taken_out

FORM = "readiness/draft_form.html"


@require_safe
@member("model.manage")
def actions(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    draft = get_object_or_404(PhaseModel, pk=id)
    context = {
        "draft": draft,
        "phases": phases_of(draft),
        "rows": list(ActionType.objects.filter(model=draft).order_by("code")),
    }
    return render_page(request, "readiness/draft_actions.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member("model.manage")
def new(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    draft = get_object_or_404(PhaseModel, pk=id)
    phases = phases_of(draft)
    form = ActionTypeForm(
        posted(request),
        phases=phases,
        is_new=True,
        initial={
            **ActionTypeForm.places_of([0] * len(phases)),
            "revision": draft.revision,
        },
    )
    back = reverse("readiness:model-actions", args=[slug, draft.pk])
    if form.is_valid() and is_saved(
        form,
        draft,
        lambda: add_action_type(
            draft=draft,
            code=form.cleaned_data["code"],
            texts=form.texts,
            fits=form.places,
            revision=form.cleaned_data["revision"],
            by=request.membership,
            now=timezone.now(),
        ),
    ):
        return see_other(back)
    page = page_of(draft, slug, title=_("New action of ours"), back=back, template=FORM)
    return page.answer(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
@member("model.manage")
def change(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    row = get_object_or_404(ActionType.objects.select_related("model"), pk=id)
    form = ActionTypeForm(
        posted(request),
        phases=phases_of(row.model),
        is_new=False,
        initial={
            **ActionTypeForm.initial_of(row.texts),
            **ActionTypeForm.places_of(row.fits),
            "revision": row.model.revision,
        },
    )
    back = reverse("readiness:model-actions", args=[slug, row.model_id])
    if form.is_valid() and is_saved(
        form,
        row.model,
        lambda: change_action_type(
            row=row,
            texts=form.texts,
            fits=form.places,
            revision=form.cleaned_data["revision"],
            by=request.membership,
            now=timezone.now(),
        ),
    ):
        messages.success(request, _("“%(name)s” is saved.") % {"name": row})
        return see_other(back)
    page = page_of(
        row.model,
        slug,
        title=f"{row.code} · {row}",
        back=back,
        template=FORM,
        danger=Danger(
            title=_("Remove the action"),
            text=_("Only what was never logged can be removed."),
            label=_("Remove"),
            action=reverse("readiness:action-type-remove", args=[slug, row.pk]),
            name="revision",
            value=row.model.revision,
        ),
    )
    return page.answer(request, form)


@require_POST
@member("model.manage")
def remove(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    row = get_object_or_404(ActionType.objects.select_related("model"), pk=id)
    return taken_out(
        request,
        row,
        remove_action_type,
        refusals=(StillDone,),
        page="readiness:action-type",
        listing="readiness:model-actions",
    )
