"""Answer a piece of advice."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.http.guards import member
from accounts.http.pages import render_page, see_other
from accounts.http.request import WorkspaceRequest
from coaching.actions.prompts import (
    PromptOver,
    ReturnsInThePast,
    WhyNotNeeded,
    answer_prompt,
)
from coaching.forms.answers import AnswerForm
from coaching.models import Prompt, PromptAnswer
from opportunities.models import Opportunity


@require_POST
@member("prompt.answer")
def answer(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    prompt = get_object_or_404(
        Prompt,
        pk=id,
        opportunity__in=Opportunity.objects.visible_to(request.membership),
    )
    now = timezone.now()
    form = AnswerForm(request.POST)
    if form.is_valid():
        said = PromptAnswer(form.cleaned_data.pop("answer"))
        try:
            answer_prompt(
                prompt=prompt,
                answer=said,
                by=request.membership,
                now=now,
                today=request.workspace.today(now),
                **form.cleaned_data,
            )
        except PromptOver as refusal:
            messages.warning(request, str(refusal))
            return see_other(_back(request, slug, prompt))
        except ReturnsInThePast as refusal:
            form.add_error("returns_on", str(refusal))
        except WhyNotNeeded as refusal:
            form.add_error("reason", str(refusal))
        else:
            messages.success(request, _said(said))
            return see_other(_back(request, slug, prompt))
    context = {"form": form, "prompt": prompt, "back": _back(request, slug, prompt)}
    return render_page(request, "coaching/answer.html", context, status=422)


def _said(answer: PromptAnswer) -> str:
    if answer == PromptAnswer.ACCEPTED:
        return _("Taken up.")
    if answer == PromptAnswer.SNOOZED:
        return _("Put off.")
    return _("Turned down, and noted why.")


def _back(request: WorkspaceRequest, slug: str, prompt: Prompt) -> str:
    """Where the answer was given, if that is a page of ours; else the deal."""
    there = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(there, allowed_hosts=None):
        return there
    return reverse("coaching:opportunity", args=[slug, prompt.opportunity_id])
