"""The library of advice: read, put in one's own words, switched off, set back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from accounts.http.form_pages import retype
from accounts.http.guards import member
from accounts.http.pages import posted, render_page, see_other
from accounts.http.request import WorkspaceRequest
from accounts.models.base import StaleVersion
from coaching.actions.plays import (
    AlreadyForRole,
    NothingShipped,
    add_play_for_role,
    edit_play,
    reset_play,
)
from coaching.forms.plays import PlayForm, RoleForm
from coaching.models import Play
from coaching.queries.library import (
    NAMES,
    is_shipped,
    library,
    preview,
    role_name,
    roles_without,
    title_of,
)
from coaching.queries.wording import Reader
from opportunities.models import Opportunity


@require_safe
@member("model.manage")
def plays(request: WorkspaceRequest, slug: str) -> HttpResponse:
    return render_page(
        request, "coaching/plays.html", {"shelves": library(_reader(request))}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@member("model.manage")
def play(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    row = get_object_or_404(Play, pk=id)
    form = PlayForm(posted(request), play=row)
    status = 200
    if form.is_bound:
        if not form.is_valid():
            status = 422
        elif "preview" not in request.POST:
            try:
                edit_play(
                    play=row,
                    texts=form.texts,
                    is_on=form.cleaned_data["is_on"],
                    version=form.cleaned_data["version"],
                    by=request.membership,
                    now=timezone.now(),
                )
            except StaleVersion as refusal:
                retype(form, row, refusal)
                status = 412
            else:
                messages.success(request, _("Saved. Open advice reads so from now on."))
                return see_other("coaching:play", slug=slug, id=row.pk)
    return _page(request, row, form, status=status)


@require_POST
@member("model.manage")
def reset(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    row = get_object_or_404(Play, pk=id)
    try:
        reset_play(play=row, by=request.membership, now=timezone.now())
    except (NothingShipped, StaleVersion) as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("The shipped words are back."))
    return see_other("coaching:play", slug=slug, id=row.pk)


@require_POST
@member("model.manage")
def for_role(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    row = get_object_or_404(Play, pk=id)
    roles = RoleForm(request.POST, roles=roles_without(row))
    if not roles.is_valid():
        return _page(request, row, PlayForm(None, play=row), roles=roles, status=422)
    try:
        made = add_play_for_role(
            play=row,
            role=roles.cleaned_data["role"],
            by=request.membership,
            now=timezone.now(),
        )
    except AlreadyForRole as refusal:
        roles.add_error("role", str(refusal))
        return _page(request, row, PlayForm(None, play=row), roles=roles, status=422)
    messages.success(request, _("These words are for this role only. Change them."))
    return see_other("coaching:play", slug=slug, id=made.pk)


def _page(
    request: WorkspaceRequest,
    row: Play,
    form: PlayForm,
    *,
    roles: RoleForm | None = None,
    status: int = 200,
) -> HttpResponse:
    is_typed = form.is_bound and form.is_valid()
    context: dict[str, Any] = {
        "play": row,
        "title": title_of(row),
        "role_name": role_name(row),
        "form": form,
        "names": sorted(NAMES.get(row.situation, ())),
        "is_shipped": is_shipped(row),
        "preview": preview(
            row,
            texts=form.texts if is_typed else row.texts,
            deals=Opportunity.objects.visible_to(request.membership),
            reader=_reader(request),
        ),
    }
    if not row.role:
        context["roles"] = roles or RoleForm(None, roles=roles_without(row))
    return render_page(request, "coaching/play.html", context, status=status)


def _reader(request: WorkspaceRequest) -> Reader:
    return Reader(get_language() or "en", request.workspace, timezone.now())
