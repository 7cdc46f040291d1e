"""Answer a piece of advice."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import (
    require_POST,
)

from accounts.http.guards import member
from accounts.http.pages import render_page
from accounts.http.request import WorkspaceRequest
from coaching.models import Prompt
from opportunities.models import Opportunity


@require_POST
@member("prompt.answer")
def answer(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    get_object_or_404(
        Prompt,
        pk=id,
        opportunity__in=Opportunity.objects.visible_to(request.membership),
    )
    return render_page(request, "coming.html", {})
