"""Open a deal, change it, hand it over, take it back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actions.facts import AlreadyRetracted
from accounts.forms.pick import NewName
from accounts.http.form_pages import Danger, FormPage, retype, way_back
from accounts.http.guards import member
from accounts.http.pages import posted, see_other
from accounts.http.request import WorkspaceRequest
from accounts.models import Membership
from accounts.models.base import StaleVersion
from accounts.queries import visible_owners
from opportunities.actions import (
    AmountWithoutCurrency,
    change_opportunity,
    create_company,
    create_opportunity,
    retract_opportunity,
)
from opportunities.actions import (
    hand_over as give_away,
)
from opportunities.forms.deals import (
    ChangeOpportunityForm,
    HandOverForm,
    NewOpportunityForm,
    first_values,
)
from opportunities.models import Opportunity


@require_http_methods(["GET", "HEAD", "POST"])
@member("deal.write")
def new(request: WorkspaceRequest, slug: str) -> HttpResponse:
    now = timezone.now()
    today = request.workspace.today(now)
    form = NewOpportunityForm(
        posted(request),
        owners=_owners(request),
        today=today,
        initial=first_values(
            owner=request.membership,
            today=today,
            currency=request.workspace.base_currency,
        ),
    )
    if form.is_valid():
        values = form.values
        try:
            with transaction.atomic():
                deal = create_opportunity(
                    owner=form.cleaned_data["owner"],
                    by=request.membership,
                    now=now,
                    **_with_company(values, request),
                )
        except AmountWithoutCurrency as refusal:
            form.add_error("currency", str(refusal))
        else:
            messages.success(
                request, _("“%(deal)s” is open. Add its people.") % {"deal": deal}
            )
            return see_other("stakeholders:stakeholder-new", slug=slug, id=deal.pk)
    page = FormPage(
        title=_("New opportunity"),
        back=way_back(request, reverse("forecasting:opportunities", args=[slug])),
        back_text=_("Opportunities"),
        submit=_("Open it"),
    )
    return page.answer(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
@member("deal.write")
def edit(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    deal = _deal(request, id)
    form = ChangeOpportunityForm(
        posted(request),
        # A closed deal was opened before it ended.
        today=deal.closed_on or request.workspace.today(timezone.now()),
        initial=ChangeOpportunityForm.initial_of(deal),
    )
    back = way_back(request, _page_of(slug, deal))
    if form.is_valid():
        try:
            with transaction.atomic():
                change_opportunity(
                    opportunity=deal,
                    values=_with_company(form.values, request),
                    version=form.cleaned_data["version"],
                    by=request.membership,
                    now=timezone.now(),
                )
        except StaleVersion as refusal:
            retype(form, deal, refusal)
        except AmountWithoutCurrency as refusal:
            form.add_error("currency", str(refusal))
        else:
            messages.success(request, _("“%(deal)s” is saved.") % {"deal": deal})
            return see_other(back)
    page = FormPage(
        title=_("Edit the opportunity"),
        back=back,
        back_text=str(deal),
        danger=Danger(
            title=_("Made by mistake?"),
            text=_(
                "Taken back, it vanishes from lists, sums and exports. To end a deal that"
                " was real, close it instead."
            ),
            label=_("Take the deal back"),
            action=reverse("opportunities:opportunity-retract", args=[slug, deal.pk]),
        ),
    )
    return page.answer(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
@member("deal.write")
def hand_over(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    deal = _deal(request, id)
    everybody = Membership.objects.of(request.workspace).able_to_own()
    form = HandOverForm(
        posted(request),
        owners=everybody.exclude(pk=deal.owner_id).order_by("name", "pk"),
    )
    back = way_back(request, _page_of(slug, deal))
    if form.is_valid():
        heir = form.cleaned_data["heir"]
        give_away(
            opportunity=deal, heir=heir, by=request.membership, now=timezone.now()
        )
        messages.success(
            request,
            _("“%(deal)s” is in the hands of %(name)s now.")
            % {"deal": deal, "name": heir.name},
        )
        if Opportunity.objects.visible_to(request.membership).filter(pk=id).exists():
            return see_other(back)
        return see_other("forecasting:opportunities", slug=slug)
    page = FormPage(
        title=_("Hand over"),
        back=back,
        back_text=str(deal),
        submit=_("Hand over"),
    )
    return page.answer(request, form)


@require_POST
@member("deal.write")
def retract(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    deal = _deal(request, id)
    try:
        retract_opportunity(opportunity=deal, by=request.membership, now=timezone.now())
    except AlreadyRetracted as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("“%(deal)s” is taken back.") % {"deal": deal})
    return see_other("forecasting:opportunities", slug=slug)


def _deal(request: WorkspaceRequest, pk: UUID) -> Opportunity:
    return get_object_or_404(
        Opportunity.objects.visible_to(request.membership).select_related(
            "company", "owner"
        ),
        pk=pk,
    )


def _page_of(slug: str, deal: Opportunity) -> str:
    return reverse("coaching:opportunity", args=[slug, deal.pk])


def _owners(request: WorkspaceRequest) -> QuerySet[Membership]:
    """Who may be given a new deal: whom the member sees, seats without sign-in too."""
    members = Membership.objects.of(request.workspace).able_to_own()
    members = members.order_by("name", "pk")
    owners = visible_owners(request.membership)
    return members if owners is None else members.filter(pk__in=owners)


def _with_company(values: dict[str, Any], request: WorkspaceRequest) -> dict[str, Any]:
    """The values, with a company made of a name that is new."""
    if isinstance(values["company"], NewName):
        values["company"] = create_company(
            name=values["company"].text, by=request.membership, now=timezone.now()
        )
    return values
