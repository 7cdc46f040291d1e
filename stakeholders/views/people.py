"""Who they are at the customer, and their seats in deals."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms.pick import NewName
from accounts.http.form_pages import FormPage, retype, shut, way_back
from accounts.http.guards import member
from accounts.http.pages import posted, see_other
from accounts.http.request import WorkspaceRequest
from accounts.models.base import StaleVersion
from opportunities.actions import create_company
from opportunities.models import Opportunity
from stakeholders.actions.outcomes import AlreadyClosed, refuse_closed
from stakeholders.actions.people import (
    NeverLeft,
    SeatTaken,
    UnknownRole,
    add_stakeholder,
    change_person,
    change_stakeholder,
    come_back,
    create_person,
    set_listeners,
    set_roles,
)
from stakeholders.forms.people import (
    ChangePersonForm,
    ChangeSeatForm,
    NewSeatForm,
    PersonForm,
)
from stakeholders.models import InfluenceLink, Person, RoleHeld, Stakeholder
from stakeholders.queries.deals import active_in, closed_words
from stakeholders.queries.roles import held_on, role_choices


@require_http_methods(["GET", "HEAD", "POST"])
@member("person.write")
def new(request: WorkspaceRequest, slug: str) -> HttpResponse:
    form = PersonForm(posted(request))
    if form.is_valid():
        with transaction.atomic():
            values = _with_company(form.values, request)
            person = create_person(by=request.membership, now=timezone.now(), **values)
        messages.success(request, _("%(name)s is noted.") % {"name": person})
        return see_other(
            way_back(request, reverse("readiness:person", args=[slug, person.pk]))
        )
    page = FormPage(
        title=_("New person"),
        back=way_back(request, reverse("readiness:people", args=[slug])),
        back_text=_("People"),
    )
    return page.answer(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
@member("person.write")
def edit(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    person = get_object_or_404(Person.objects.select_related("company"), pk=id)
    back = way_back(request, reverse("readiness:person", args=[slug, person.pk]))
    form = ChangePersonForm(
        posted(request), initial=ChangePersonForm.initial_of(person)
    )
    if form.is_valid():
        try:
            with transaction.atomic():
                change_person(
                    person=person,
                    values=_with_company(form.values, request),
                    version=form.cleaned_data["version"],
                    by=request.membership,
                    now=timezone.now(),
                )
        except StaleVersion as refusal:
            retype(form, person, refusal)
        else:
            messages.success(request, _("%(name)s is saved.") % {"name": person})
            return see_other(back)
    page = FormPage(
        title=_("Edit the person"),
        back=back,
        back_text=str(person),
    )
    return page.answer(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
@member("deal.write")
def seat_new(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    deal = get_object_or_404(
        Opportunity.objects.visible_to(request.membership).select_related("company"),
        pk=id,
    )
    now = timezone.now()
    today = request.workspace.today(now)
    back = way_back(request, reverse("coaching:opportunity", args=[slug, deal.pk]))
    form = NewSeatForm(
        posted(request),
        roles=role_choices(),
        others=active_in(deal.pk, day=today),
        initial={"joined_on": today},
    )
    if form.is_valid():
        try:
            with transaction.atomic():
                refuse_closed(deal)
                seat = _add(request, deal, form)
        except AlreadyClosed as refusal:
            form.add_error(None, str(refusal))
        except (SeatTaken, UnknownRole) as refusal:
            form.add_error("person", str(refusal))
        else:
            messages.success(
                request, _("%(name)s is in this deal now.") % {"name": seat}
            )
            if "again" in request.POST:
                return see_other("stakeholders:stakeholder-new", slug=slug, id=id)
            return see_other(back)
    page = FormPage(
        title=_("Add a person"),
        back=back,
        back_text=str(deal),
        submit=_("Add"),
        template="stakeholders/seat_new.html",
        **shut(closed_words(deal), slug=slug, id=deal.pk),
    )
    return page.answer(request, form, names=sorted(map(str, form.others.values())))


@require_http_methods(["GET", "HEAD", "POST"])
@member("deal.write")
def seat_edit(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    seat = _seat(request, id)
    now = timezone.now()
    today = request.workspace.today(now)
    rows = list(RoleHeld.objects.filter(stakeholder=seat).order_by("held_from_on"))
    held = held_on(rows, today)
    roles = role_choices()
    back = way_back(request, reverse("readiness:stakeholder", args=[slug, seat.pk]))
    form = ChangeSeatForm(
        posted(request),
        roles=roles,
        others=active_in(seat.opportunity_id, day=today, besides=seat.pk),
        initial=ChangeSeatForm.initial_of(
            seat,
            roles=held,
            today=today,
            links=InfluenceLink.objects.filter(giver=seat),
        ),
    )
    if form.is_valid():
        try:
            with transaction.atomic():
                _change(request, seat, form, held=held)
        except StaleVersion as refusal:
            retype(form, seat, refusal)
        except UnknownRole as refusal:
            form.add_error("roles", str(refusal))
        else:
            messages.success(request, _("%(name)s is saved.") % {"name": seat})
            return see_other(back)
    page = FormPage(
        title=_("%(name)s in this deal") % {"name": seat},
        back=back,
        back_text=str(seat.opportunity),
        template="stakeholders/seat.html",
    )
    names = dict(roles)
    history = [(names.get(row.role, row.role), row) for row in rows]
    return page.answer(request, form, history=history, seat=seat)


@require_POST
@member("deal.write")
def seat_back(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    seat = _seat(request, id)
    try:
        with transaction.atomic():
            refuse_closed(seat.opportunity)
            come_back(stakeholder=seat, by=request.membership, now=timezone.now())
    except (AlreadyClosed, NeverLeft) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("%(name)s is in this deal again.") % {"name": seat})
    return see_other("readiness:stakeholder", slug=slug, id=seat.pk)


def _seat(request: WorkspaceRequest, pk: UUID) -> Stakeholder:
    return get_object_or_404(
        Stakeholder.objects.select_related("person", "opportunity", "replaced_by"),
        pk=pk,
        opportunity__in=Opportunity.objects.visible_to(request.membership),
    )


def _add(
    request: WorkspaceRequest, deal: Opportunity, form: NewSeatForm
) -> Stakeholder:
    given, now = form.cleaned_data, timezone.now()
    person = given["person"]
    if isinstance(person, NewName):
        person = create_person(
            name=person.text,
            company=deal.company,
            title=given["title"],
            by=request.membership,
            now=now,
        )
    seat = add_stakeholder(
        opportunity=deal,
        person=person,
        joined_on=given["joined_on"],
        roles=given["roles"],
        influence=given["influence"],
        by=request.membership,
        now=now,
    )
    set_listeners(giver=seat, strengths=form.strengths, by=request.membership, now=now)
    return seat


def _change(
    request: WorkspaceRequest,
    seat: Stakeholder,
    form: ChangeSeatForm,
    *,
    held: list[str],
) -> None:
    given, now = form.cleaned_data, timezone.now()
    change_stakeholder(
        stakeholder=seat,
        values=form.values,
        version=given["version"],
        by=request.membership,
        now=now,
    )
    if set(given["roles"]) != set(held):
        # Those held already keep their place: the first is the one shown.
        kept = [role for role in held if role in given["roles"]]
        new = [role for role in given["roles"] if role not in held]
        set_roles(
            stakeholder=seat,
            roles=[*kept, *new],
            from_on=given["from_on"],
            by=request.membership,
            now=now,
        )
    set_listeners(giver=seat, strengths=form.strengths, by=request.membership, now=now)


def _with_company(values: dict[str, Any], request: WorkspaceRequest) -> dict[str, Any]:
    """The values, with a company made of a name that is new."""
    if isinstance(values["company"], NewName):
        values["company"] = create_company(
            name=values["company"].text, by=request.membership, now=timezone.now()
        )
    return values
