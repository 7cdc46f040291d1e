"""Acts that propose a signal: a date moves, a quote goes out, somebody leaves."""

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actions.facts import AlreadyRetracted
from accounts.forms.pick import NewName
from accounts.http.form_pages import FormPage, shut, way_back
from accounts.http.guards import member
from accounts.http.pages import posted, see_other
from accounts.http.request import WorkspaceRequest
from opportunities.actions import AmountWithoutCurrency
from opportunities.models import Opportunity
from readiness.actions.acts import (
    enter_date,
    enter_quote,
    pushes_so_far,
)
from readiness.actions.leaving import Leaving, leave_deal
from readiness.forms.acts import DecisionDateForm, LeaveForm, QuoteForm, next_quote
from readiness.queries.proposal_words import words_for_date, words_for_quote
from stakeholders.actions.acts import InTheFuture, NotInThisDeal, retract_act
from stakeholders.actions.outcomes import AlreadyClosed, refuse_closed
from stakeholders.actions.people import (
    AlreadyLeft,
    BadSuccessor,
    LeftBeforeJoining,
    SeatTaken,
    create_person,
)
from stakeholders.models import DecisionDate, Quote, Stakeholder
from stakeholders.queries.deals import active_in, closed_words

ACT, PROPOSAL = "readiness/act.html", "proposal"


@require_http_methods(["GET", "HEAD", "POST"])
@member("deal.write")
def decision_date(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    deal, now = _deal(request, id), timezone.now()
    people = active_in(deal.pk, day=request.workspace.today(now))
    form = DecisionDateForm(
        posted(request), people=people, initial=_half_typed(request)
    )
    back = way_back(request, _page_of(slug, deal.pk))
    if form.is_valid():
        try:
            refuse_closed(deal)
            enter_date(
                opportunity=deal,
                act=form.act,
                zone=request.workspace.zone,
                by=request.membership,
                now=now,
            )
        except (AlreadyClosed, InTheFuture, NotInThisDeal) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The decision date is noted."))
            return see_other(back)
    previous, pushes = pushes_so_far(deal)
    page = FormPage(
        title=_("Decision date"),
        back=back,
        back_text=str(deal),
        template=ACT,
        **shut(closed_words(deal), slug=slug, id=deal.pk)
        or {"note": _so_far(previous, pushes)},
    )
    return page.answer(
        request,
        form,
        partial=PROPOSAL,
        proposed=words_for_date(
            form.proposal(previous=previous, pushes=pushes),
            previous=previous,
            pushes=pushes,
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@member("deal.write")
def quote(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    deal, now = _deal(request, id), timezone.now()
    today = request.workspace.today(now)
    first = next_quote(
        sent=Quote.objects.standing().filter(opportunity=deal).count(),
        currency=deal.currency,
        today=today,
        base_currency=request.workspace.base_currency,
    )
    form = QuoteForm(
        posted(request),
        people=active_in(deal.pk, day=today),
        today=today,
        initial=first | _half_typed(request),
    )
    back = way_back(request, _page_of(slug, deal.pk))
    if form.is_valid():
        try:
            refuse_closed(deal)
            enter_quote(
                opportunity=deal,
                act=form.act,
                zone=request.workspace.zone,
                by=request.membership,
                now=now,
            )
        except (AlreadyClosed, AmountWithoutCurrency, NotInThisDeal) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The quote is noted."))
            return see_other(back)
    note = _("That we sent it is no evidence; that they asked for it may be.")
    page = FormPage(
        title=_("A quote was sent"),
        back=back,
        back_text=str(deal),
        template=ACT,
        **shut(closed_words(deal), slug=slug, id=deal.pk) or {"note": note},
    )
    return page.answer(
        request, form, partial=PROPOSAL, proposed=words_for_quote(form.proposal())
    )


@require_http_methods(["GET", "HEAD", "POST"])
@member("deal.write")
def leave(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    seat = get_object_or_404(
        Stakeholder.objects.select_related("person", "opportunity__company"),
        pk=id,
        opportunity__in=Opportunity.objects.visible_to(request.membership),
    )
    today = request.workspace.today(timezone.now())
    back = way_back(request, reverse("readiness:stakeholder", args=[slug, seat.pk]))
    form = LeaveForm(
        posted(request),
        others=active_in(seat.opportunity_id, day=today, besides=seat.pk),
        initial={"left_on": seat.left_on or today},
    )
    if form.is_valid():
        try:
            with transaction.atomic():
                leave_deal(
                    stakeholder=seat,
                    leaving=_leaving(request, seat, form),
                    by=request.membership,
                    now=timezone.now(),
                )
        except LeftBeforeJoining as refusal:
            form.add_error("left_on", str(refusal))
        except SeatTaken as refusal:
            form.add_error("newcomer", str(refusal))
        except (AlreadyClosed, AlreadyLeft, BadSuccessor) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request, _("%(name)s has left this deal.") % {"name": seat}
            )
            deal = f"{_page_of(slug, seat.opportunity_id)}?left={seat.pk}"
            return see_other(way_back(request, deal))
    note = _(
        "What was heard of them stays, closed. A successor begins at their own phase,"
        " not at this one."
    )
    page = FormPage(
        title=_("%(name)s leaves, or is replaced") % {"name": seat},
        back=back,
        back_text=str(seat.opportunity),
        **shut(closed_words(seat.opportunity), slug=slug, id=seat.opportunity.pk)
        or {"note": note},
    )
    return page.answer(request, form)


@require_POST
@member("deal.write")
def retract_decision_date(
    request: WorkspaceRequest, slug: str, id: UUID
) -> HttpResponse:
    row = get_object_or_404(
        DecisionDate.objects.select_related("opportunity"),
        pk=id,
        opportunity__in=Opportunity.objects.visible_to(request.membership),
    )
    return _take_back(request, row, said=_("The decision date is taken back."))


@require_POST
@member("deal.write")
def retract_quote(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    row = get_object_or_404(
        Quote.objects.select_related("opportunity"),
        pk=id,
        opportunity__in=Opportunity.objects.visible_to(request.membership),
    )
    return _take_back(request, row, said=_("The quote is taken back."))


def _take_back(
    request: WorkspaceRequest, row: DecisionDate | Quote, *, said: str
) -> HttpResponse:
    try:
        retract_act(act=row, by=request.membership, now=timezone.now())
    except AlreadyRetracted as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, said)
    deal = _page_of(request.workspace.slug, row.opportunity_id)
    return see_other(way_back(request, deal))


def _half_typed(request: WorkspaceRequest) -> dict[str, str]:
    """What stands in the form while its proposal is asked for."""
    return request.GET.dict()


def _so_far(previous: date | None, pushes: int) -> str:
    if previous is None:
        return _("The first date is no signal; a later one may be.")
    day = date_format(previous, "DATE_FORMAT")
    if not pushes:
        return _("Until now: %(day)s.") % {"day": day}
    return ngettext(
        "Until now: %(day)s, pushed %(n)s time without an event.",
        "Until now: %(day)s, pushed %(n)s times without an event.",
        pushes,
    ) % {"day": day, "n": pushes}


def _leaving(request: WorkspaceRequest, seat: Stakeholder, form: LeaveForm) -> Leaving:
    given = form.cleaned_data
    newcomer = given["newcomer"]
    if isinstance(newcomer, NewName):
        newcomer = create_person(
            name=newcomer.text,
            company=seat.opportunity.company,
            by=request.membership,
            now=timezone.now(),
        )
    return Leaving(
        left_on=given["left_on"],
        successor=given["successor"],
        newcomer=newcomer,
        as_signal=given["as_signal"],
    )


def _deal(request: WorkspaceRequest, pk: UUID) -> Opportunity:
    return get_object_or_404(Opportunity.objects.visible_to(request.membership), pk=pk)


def _page_of(slug: str, pk: UUID) -> str:
    return reverse("coaching:opportunity", args=[slug, pk])
