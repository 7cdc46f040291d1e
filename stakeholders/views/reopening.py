"""A deal that was closed is open again."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.http.form_pages import FormPage, way_back
from accounts.http.guards import member
from accounts.http.pages import posted, see_other
from accounts.http.request import WorkspaceRequest
from opportunities.models import Opportunity
from stakeholders.actions.outcomes import (
    BadClosingDay,
    StillOpen,
    reopen_opportunity,
)
from stakeholders.forms.outcomes import ReopenForm


@require_http_methods(["GET", "HEAD", "POST"])
@member("deal.write")
def reopen(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    deal = get_object_or_404(Opportunity.objects.visible_to(request.membership), pk=id)
    now = timezone.now()
    back = way_back(request, reverse("coaching:opportunity", args=[slug, deal.pk]))
    form = ReopenForm(posted(request))
    if form.is_valid():
        try:
            reopen_opportunity(
                opportunity=deal,
                reopened_on=request.workspace.today(now),
                by=request.membership,
                now=now,
                reason=form.cleaned_data["reason"],
            )
        except (BadClosingDay, StillOpen) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("“%(deal)s” is open again.") % {"deal": deal})
            return see_other(back)
    page = FormPage(
        title=_("Reopen"),
        back=back,
        back_text=str(deal),
        submit=_("Reopen"),
    )
    return page.answer(request, form)
