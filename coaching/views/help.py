"""Ask for help about a deal; answer where it was asked."""

from uuid import UUID

from django.contrib import messages
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http.form_pages import FormPage, way_back
from accounts.http.guards import member
from accounts.http.pages import posted, see_other
from accounts.http.request import WorkspaceRequest
from accounts.queries import coached_by
from coaching.actions.meetings import (
    AnsweredAlready,
    NothingSaid,
    answer_help,
    ask_for_help,
)
from coaching.forms.meetings import HelpAnswerForm, HelpForm
from coaching.models import HelpRequest
from opportunities.models import Opportunity
from stakeholders.actions.acts import NotInThisDeal
from stakeholders.models import Stakeholder
from stakeholders.queries.deals import active_in

OFFERED = 200


@require_http_methods(["GET", "HEAD", "POST"])
@member("deal.write")
def ask(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """From a deal, from a person in it, or from Today."""
    now = timezone.now()
    deals = Opportunity.objects.visible_to(request.membership).still_open()
    named = request.POST.get("deal") or request.GET.get("deal", "")
    pk = _id(named)
    deal = deals.filter(pk=pk).first() if pk else None
    people: list[Stakeholder] = []
    if deal is not None:
        people = active_in(deal.pk, day=request.workspace.today(now))
    mine = deals.filter(owner=request.membership)
    offered = deals.filter(pk=deal.pk) if deal else mine
    form = HelpForm(
        posted(request),
        deals=offered.order_by(F("opened_on").desc(), "name", "pk")[:OFFERED],
        people=people,
        initial={"deal": named, "about": request.GET.get("about", "")},
    )
    back = reverse("coaching:today", args=[slug])
    if deal is not None:
        back = reverse("coaching:opportunity", args=[slug, deal.pk])
    if form.is_valid():
        given = form.cleaned_data
        try:
            ask_for_help(
                opportunity=given["deal"],
                stakeholder=given.get("about"),
                question=given["question"],
                by=request.membership,
                now=now,
            )
        except NothingSaid as refusal:
            form.add_error("question", str(refusal))
        except NotInThisDeal as refusal:
            form.add_error("about", str(refusal))
        else:
            messages.success(request, _("Asked. Your coach sees it, and only they."))
            return see_other(way_back(request, back))
    page = FormPage(
        title=_("Ask your coach"),
        back=way_back(request, back),
        back_text=str(deal) if deal else _("Today"),
        submit=_("Ask"),
        note=_("It is read by you and by whoever coaches your team, nobody else."),
    )
    return page.answer(request, form)


@require_POST
@member("help.answer")
def answer(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    row = get_object_or_404(
        HelpRequest.objects.select_related("opportunity", "asked_by"),
        pk=id,
        asked_by__in=coached_by(request.membership),
        opportunity__in=Opportunity.objects.visible_to(request.membership),
    )
    back = way_back(
        request, reverse("coaching:opportunity", args=[slug, row.opportunity_id])
    )
    form = HelpAnswerForm(request.POST)
    if form.is_valid():
        try:
            answer_help(
                request=row,
                answer=form.cleaned_data["answer"],
                by=request.membership,
                now=timezone.now(),
            )
        except AnsweredAlready as refusal:
            messages.warning(request, str(refusal))
            return see_other(back)
        except NothingSaid as refusal:
            form.add_error("answer", str(refusal))
        else:
            messages.success(request, _("Answered."))
            return see_other(back)
    page = FormPage(
        title=_("Answer %(name)s") % {"name": row.asked_by},
        back=back,
        back_text=str(row.opportunity),
        note=row.question,
        submit=_("Answer"),
    )
    return page.answer(request, form)


def _id(given: str) -> UUID | None:
    try:
        return UUID(given)
    except ValueError:
        return None
