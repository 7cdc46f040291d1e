"""Acts that propose a signal: a date moves, a quote goes out, somebody leaves."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actions.facts import AlreadyRetracted, retract
from accounts.forms.pick import NewName
from accounts.http.form_pages import FormPage
from accounts.http.guards import member
from accounts.http.pages import posted, see_other
from accounts.http.request import WorkspaceRequest
from opportunities.actions import AmountWithoutCurrency, request_recompute
from opportunities.models import Opportunity
from readiness.actions.acts import (
    enter_date,
    enter_quote,
    log_replaced,
    pushes_so_far,
)
from readiness.forms.acts import (
    DecisionDateForm,
    LeaveForm,
    QuoteForm,
    next_quote,
)
from stakeholders.actions.acts import InTheFuture, NotInThisDeal
from stakeholders.actions.people import (
    AlreadyLeft,
    BadSuccessor,
    LeftBeforeJoining,
    SeatTaken,
    add_stakeholder,
    create_person,
)
from stakeholders.actions.people import (
    leave as end_seat,
)
from stakeholders.models import DecisionDate, Quote, RoleHeld, Stakeholder
from stakeholders.queries.deals import active_in
from stakeholders.queries.roles import held_on


@require_http_methods(["GET", "HEAD", "POST"])
@member("deal.write")
def decision_date(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    deal, now = _deal(request, id), timezone.now()
    people = active_in(deal.pk, day=request.workspace.today(now))
    form = DecisionDateForm(posted(request), people=people)
    if form.is_valid():
        try:
            enter_date(
                opportunity=deal,
                act=form.act,
                zone=request.workspace.zone,
                by=request.membership,
                now=now,
            )
        except (InTheFuture, NotInThisDeal) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The decision date is noted."))
            return _to_deal(slug, deal.pk)
    page = FormPage(
        title=_("Decision date"),
        back=_page_of(slug, deal.pk),
        back_text=str(deal),
        note=_so_far(deal),
    )
    return page.answer(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
@member("deal.write")
def quote(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    deal, now = _deal(request, id), timezone.now()
    today = request.workspace.today(now)
    form = QuoteForm(
        posted(request),
        people=active_in(deal.pk, day=today),
        initial=next_quote(
            sent=Quote.objects.standing().filter(opportunity=deal).count(),
            currency=deal.currency,
            today=today,
            base_currency=request.workspace.base_currency,
        ),
    )
    if form.is_valid():
        try:
            enter_quote(
                opportunity=deal,
                act=form.act,
                zone=request.workspace.zone,
                by=request.membership,
                now=now,
            )
        except (AmountWithoutCurrency, NotInThisDeal) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The quote is noted."))
            return _to_deal(slug, deal.pk)
    page = FormPage(
        title=_("A quote was sent"),
        back=_page_of(slug, deal.pk),
        back_text=str(deal),
        note=_("That we sent it is no evidence; that they asked for it may be."),
    )
    return page.answer(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
@member("deal.write")
def leave(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    seat = get_object_or_404(
        Stakeholder.objects.select_related("person", "opportunity__company"),
        pk=id,
        opportunity__in=Opportunity.objects.visible_to(request.membership),
    )
    today = request.workspace.today(timezone.now())
    form = LeaveForm(
        posted(request),
        others=active_in(seat.opportunity_id, day=today, besides=seat.pk),
        initial={"left_on": seat.left_on or today},
    )
    if form.is_valid():
        try:
            with transaction.atomic():
                _end(request, seat, form)
        except (AlreadyLeft, BadSuccessor, LeftBeforeJoining, SeatTaken) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request, _("%(name)s has left this deal.") % {"name": seat}
            )
            return _to_deal(slug, seat.opportunity_id)
    page = FormPage(
        title=_("%(name)s leaves, or is replaced") % {"name": seat},
        back=reverse("readiness:stakeholder", args=[slug, seat.pk]),
        back_text=str(seat.opportunity),
        note=_(
            "What was heard of them stays, closed. A successor begins at their own"
            " phase, not at this one."
        ),
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
    now = timezone.now()
    try:
        retract(fact=row, by=request.membership, now=now)
        request_recompute(opportunity=row.opportunity, now=now)
    except AlreadyRetracted as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, said)
    return _to_deal(request.workspace.slug, row.opportunity_id)


def _so_far(deal: Opportunity) -> str:
    previous, pushes = pushes_so_far(deal)
    if previous is None:
        return _("The first date is no signal; a later one may be.")
    day = date_format(previous, "DATE_FORMAT")
    if not pushes:
        return _("Until now: %(day)s.") % {"day": day}
    return _("Until now: %(day)s, pushed without an event %(n)s times.") % {
        "day": day,
        "n": pushes,
    }


def _end(request: WorkspaceRequest, seat: Stakeholder, form: LeaveForm) -> None:
    given, now = form.cleaned_data, timezone.now()
    heir = given["successor"]
    if given["newcomer"] is not None:
        heir = _seat_newcomer(request, seat, form)
    end_seat(
        stakeholder=seat,
        left_on=given["left_on"],
        successor=heir,
        by=request.membership,
        now=now,
    )
    if heir is not None and given["as_signal"]:
        log_replaced(
            successor=heir, zone=request.workspace.zone, by=request.membership, now=now
        )


def _seat_newcomer(
    request: WorkspaceRequest, seat: Stakeholder, form: LeaveForm
) -> Stakeholder:
    """A seat for somebody new, with the roles of the one who goes."""
    given, now = form.cleaned_data, timezone.now()
    person = given["newcomer"]
    if isinstance(person, NewName):
        person = create_person(
            name=person.text,
            company=seat.opportunity.company,
            by=request.membership,
            now=now,
        )
    roles = held_on(RoleHeld.objects.filter(stakeholder=seat), given["left_on"])
    return add_stakeholder(
        opportunity=seat.opportunity,
        person=person,
        joined_on=given["left_on"],
        roles=roles,
        influence=seat.influence,
        by=request.membership,
        now=now,
    )


def _deal(request: WorkspaceRequest, pk: UUID) -> Opportunity:
    return get_object_or_404(Opportunity.objects.visible_to(request.membership), pk=pk)


def _page_of(slug: str, pk: UUID) -> str:
    return reverse("coaching:opportunity", args=[slug, pk])


def _to_deal(slug: str, pk: UUID) -> HttpResponse:
    return see_other(_page_of(slug, pk))
