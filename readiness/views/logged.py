"""A conversation that is logged: put right, or taken back with a second thought."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actions.facts import AlreadyRetracted
from accounts.http.guards import member
from accounts.http.pages import render_page, see_other
from accounts.http.request import WorkspaceRequest
from accounts.http.tickets import FIELD, Ticket, take_form
from opportunities.models import Opportunity
from readiness.actions.interactions import (
    correct_interaction,
)
from readiness.actions.interactions import (
    retract_interaction as take_back_interaction,
)
from readiness.actions.interactions import (
    retract_signal as take_back_signal,
)
from readiness.forms.log import (
    REFUSALS,
    Filled,
    bound,
    signals_before,
    told_before,
    typed,
    unbound,
)
from readiness.models import Signal
from readiness.queries.catalogue import catalogue_of
from readiness.queries.log_sheet import LogSheet, log_sheet
from readiness.queries.models import active_model
from readiness.views.log import saved
from stakeholders.models import Interaction


@require_http_methods(["GET", "HEAD", "POST"])
@member("deal.write")
def edit(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    interaction = _interaction(request, id)
    deal = interaction.opportunity
    sheet = log_sheet(deal)
    if request.method != "POST":
        if interaction.retracted_at is not None:
            messages.warning(request, _("This was changed or taken back meanwhile."))
            return _to_deal(slug, deal.pk)
        return _form(request, interaction, _opened(request, sheet, interaction))
    filled = bound(request.POST, sheet)
    if not filled.is_valid():
        return _form(request, interaction, filled, status=422)
    try:
        heir = correct_interaction(
            interaction=interaction,
            contact=filled.contact(),
            zone=request.workspace.zone,
            by=request.membership,
            now=timezone.now(),
        )
    except REFUSALS as refusal:
        filled.form.refuse(refusal)
        return _form(request, interaction, filled, status=422)
    return saved(request, deal, heir.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@member("deal.write")
def retract_interaction(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    interaction = _interaction(request, id)
    if request.method != "POST":
        return _second_thought(request, interaction)
    try:
        take_back_interaction(
            interaction=interaction, by=request.membership, now=timezone.now()
        )
    except AlreadyRetracted as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("The conversation is taken back."))
    return _to_deal(slug, interaction.opportunity_id)


@require_http_methods(["GET", "HEAD", "POST"])
@member("deal.write")
def retract_signal(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    signal = get_object_or_404(
        Signal.objects.select_related(
            "interaction__opportunity__company", "stakeholder__person"
        ),
        pk=id,
        interaction__opportunity__in=Opportunity.objects.visible_to(request.membership),
    )
    if request.method != "POST":
        return _second_thought(request, signal.interaction, signal=signal)
    try:
        take_back_signal(signal=signal, by=request.membership, now=timezone.now())
    except AlreadyRetracted as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("The signal is taken back."))
    return _to_deal(slug, signal.interaction.opportunity_id)


def _interaction(request: WorkspaceRequest, pk: UUID) -> Interaction:
    found: Interaction = get_object_or_404(
        Interaction.objects.select_related("opportunity__company"),
        pk=pk,
        opportunity__in=Opportunity.objects.visible_to(request.membership),
    )
    return found


def _opened(
    request: WorkspaceRequest, sheet: LogSheet, interaction: Interaction
) -> Filled:
    """As it was logged, or as it was put right by somebody whose session had ended."""
    if fields := take_form(request, about=interaction.pk):
        return typed(fields, sheet)
    ticket = Ticket.new(interaction.pk, by=request.membership, now=timezone.now())
    told = told_before(interaction) | {FIELD: str(ticket)}
    return unbound(sheet, told, signals_before(interaction))


def _form(
    request: WorkspaceRequest,
    interaction: Interaction,
    filled: Filled,
    *,
    status: int = 200,
) -> HttpResponse:
    context = {
        "sheet": filled.form.sheet,
        "form": filled.form,
        "signals": filled.signals,
        "interaction": interaction,
        "deal": interaction.opportunity,
    }
    return render_page(request, "readiness/log_edit.html", context, status=status)


def _second_thought(
    request: WorkspaceRequest, interaction: Interaction, *, signal: Signal | None = None
) -> HttpResponse:
    """Show what would be taken back, all of it, before it is."""
    catalogue = catalogue_of(active_model())
    rows = [signal] if signal else _said_in(interaction)
    context = {
        "interaction": interaction,
        "deal": interaction.opportunity,
        "is_whole": signal is None,
        "is_over": (signal or interaction).retracted_at is not None,
        "said": [(row, catalogue.signal(row.code)) for row in rows],
    }
    return render_page(request, "readiness/take_back.html", context)


def _said_in(interaction: Interaction) -> list[Signal]:
    rows = Signal.objects.standing().filter(interaction=interaction)
    return list(rows.select_related("stakeholder__person").order_by("pk"))


def _to_deal(slug: str, pk: UUID) -> HttpResponse:
    return see_other(reverse("coaching:opportunity", args=[slug, pk]))
