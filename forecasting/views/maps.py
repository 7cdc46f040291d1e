"""The map put in force by a person, and taken out of it."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.http.guards import member
from accounts.http.pages import see_other
from accounts.http.request import WorkspaceRequest
from forecasting.actions.maps import (
    InForceAlready,
    activate_map,
    return_to_expert_map,
)
from forecasting.models import CalibrationVersion


@require_POST
@member("model.manage")
def activate(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    row = get_object_or_404(CalibrationVersion, pk=id)
    return _put_in_force(
        request,
        lambda: activate_map(row=row, by=request.membership, now=timezone.now()),
    )


@require_POST
@member("model.manage")
def back_to_expert(request: WorkspaceRequest, slug: str) -> HttpResponse:
    return _put_in_force(
        request,
        lambda: return_to_expert_map(by=request.membership, now=timezone.now()),
    )


def _put_in_force(request: WorkspaceRequest, act: Callable[[], None]) -> HttpResponse:
    try:
        act()
    except InForceAlready as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request, _("The map is in force. The open deals are being computed again.")
        )
    return see_other("forecasting:accuracy", slug=request.workspace.slug)
