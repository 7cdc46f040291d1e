"""Close a deal: one form, and a human's reading of everybody in it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.http.form_pages import FormPage, shut, way_back
from accounts.http.guards import member
from accounts.http.pages import posted, see_other
from accounts.http.request import WorkspaceRequest
from opportunities.actions import AmountWithoutCurrency
from opportunities.models import Opportunity, Outcome
from opportunities.models.money import plain
from readiness.forms.closing import CloseForm
from readiness.queries.positions import positions_of
from stakeholders.actions.outcomes import (
    AlreadyClosed,
    BadClosingDay,
    close_opportunity,
)
from stakeholders.models import Quote
from stakeholders.queries.deals import active_in, closed_words


@require_http_methods(["GET", "HEAD", "POST"])
@member("deal.write")
def close(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    deal = get_object_or_404(Opportunity.objects.visible_to(request.membership), pk=id)
    now = timezone.now()
    today = request.workspace.today(now)
    people = active_in(deal.pk, day=today)
    quotes = Quote.objects.standing().filter(opportunity=deal, currency=deal.currency)
    last = quotes.order_by("-number").first()
    back = way_back(request, reverse("coaching:opportunity", args=[slug, deal.pk]))
    form = CloseForm(
        posted(request),
        people=people,
        currency=deal.currency,
        today=today,
        initial={
            "closed_on": today,
            "won_amount": plain(last.total if last else deal.amount),
        },
    )
    if form.is_valid():
        given = form.cleaned_data
        try:
            close_opportunity(
                opportunity=deal,
                outcome=Outcome(given["outcome"]),
                closed_on=given["closed_on"],
                today=today,
                by=request.membership,
                now=now,
                won_amount=given["won_amount"],
                lost_to=given["lost_to"],
                reason=given["reason"],
                review=form.review,
            )
        except BadClosingDay as refusal:
            form.add_error("closed_on", str(refusal))
        except AmountWithoutCurrency as refusal:
            form.add_error("won_amount", str(refusal))
        except AlreadyClosed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("“%(deal)s” is closed.") % {"deal": deal})
            return see_other(back)
    page = FormPage(
        title=_("Close the opportunity"),
        back=back,
        back_text=str(deal),
        submit=_("Close it"),
        template="readiness/close.html",
        **shut(closed_words(deal), slug=slug, id=deal.pk),
    )
    positions = positions_of(people, workspace=request.workspace, now=now)
    believed = [(person, field, positions[person.pk]) for person, field in form.phases]
    return page.answer(request, form, believed=believed)
