"""The signals of a version, and of a draft to be changed."""

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
from readiness.actions.editing.phases import phases_of
from readiness.actions.editing.signal_types import (
    LastDefault,
    StillLogged,
    add_signal_type,
    change_signal_type,
    remove_signal_type,
)
from readiness.forms.editing import SignalFilter, SignalTypeForm
from readiness.models import PhaseModel, SignalType
from readiness.views.drafts import is_saved, page_of, taken_out

FORM = "readiness/draft_form.html"
NEUTRAL = 3


@require_safe
@member("model.manage")
def signals(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    draft = get_object_or_404(PhaseModel, pk=id)
    rows = list(SignalType.objects.filter(model=draft).order_by("code"))
    form = SignalFilter(request.GET)
    context = {
        "draft": draft,
        "phases": phases_of(draft),
        "rows": form.narrow(rows),
        "all": len(rows),
        "form": form,
    }
    return render_page(request, "readiness/draft_signals.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member("model.manage")
def new(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    draft = get_object_or_404(PhaseModel, pk=id)
    phases = phases_of(draft)
    form = SignalTypeForm(
        posted(request),
        phases=phases,
        is_new=True,
        initial={
            **SignalTypeForm.places_of([NEUTRAL] * len(phases)),
            "evidence_class": "T",
            "revision": draft.revision,
        },
    )
    if form.is_valid() and is_saved(
        form,
        draft,
        lambda: add_signal_type(
            draft=draft,
            code=form.cleaned_data["code"],
            spec=form.spec,
            revision=form.cleaned_data["revision"],
            by=request.membership,
            now=timezone.now(),
        ),
    ):
        return see_other("readiness:model-signals", slug=slug, id=draft.pk)
    page = page_of(
        draft,
        slug,
        title=_("New signal"),
        back=reverse("readiness:model-signals", args=[slug, draft.pk]),
        template=FORM,
        note=_(
            "A signal of your own is measured against the default ones, so it moves nobody"
            " who has not shown it."
        ),
    )
    return page.answer(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
@member("model.manage")
def change(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    row = get_object_or_404(SignalType.objects.select_related("model"), pk=id)
    form = SignalTypeForm(
        posted(request),
        phases=phases_of(row.model),
        is_new=False,
        initial={**SignalTypeForm.values_of(row), "revision": row.model.revision},
    )
    back = reverse("readiness:model-signals", args=[slug, row.model_id])
    if form.is_valid() and is_saved(
        form,
        row.model,
        lambda: change_signal_type(
            row=row,
            spec=form.spec,
            revision=form.cleaned_data["revision"],
            by=request.membership,
            now=timezone.now(),
        ),
    ):
        messages.success(request, _("“%(name)s” is saved.") % {"name": row})
        return see_other(back)
    is_learned = row.code in row.model.parameters.get("chances", {})
    page = page_of(
        row.model,
        slug,
        title=f"{row.code} · {row}",
        back=back,
        template=FORM,
        note=_(
            "What computes is what was learned from closed deals. Other steps come in its"
            " place."
        )
        if is_learned
        else "",
        danger=Danger(
            title=_("Remove the signal"),
            text=_("Only what was never logged can be removed; the rest is retired."),
            label=_("Remove"),
            action=reverse("readiness:signal-type-remove", args=[slug, row.pk]),
            name="revision",
            value=row.model.revision,
        ),
    )
    return page.answer(request, form)


@require_POST
@member("model.manage")
def remove(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    row = get_object_or_404(SignalType.objects.select_related("model"), pk=id)
    return taken_out(
        request,
        row,
        remove_signal_type,
        refusals=(StillLogged, LastDefault),
        page="readiness:signal-type",
        listing="readiness:model-signals",
    )
