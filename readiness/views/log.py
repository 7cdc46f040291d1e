"""The log of conversations: opened, kept as a draft, saved once."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError
from django.db.models import F, Max, OuterRef, Q, Subquery
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http.guards import member
from accounts.http.pages import render_page, see_other
from accounts.http.request import WorkspaceRequest
from accounts.http.tickets import FIELD, Ticket, take_form
from accounts.queries import matching
from opportunities.models import Opportunity
from readiness.actions.acts import log_with_acts
from readiness.actions.drafts import DraftTooLarge, discard_draft, keep_draft
from readiness.forms.log import REFUSALS, Filled, bound, is_told, typed, unbound
from readiness.models import LogDraft
from readiness.queries.log_sheet import LogSheet, log_sheet, steps_for
from readiness.queries.proposals import DATE_SIGNALS, QUOTE_SIGNALS
from stakeholders.models import Channel, Interaction

OFFERED = 20


@require_http_methods(["GET", "HEAD", "POST"])
@member("deal.write")
def anywhere(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """Choose the deal first: those one logged in last, then one's own."""
    words = request.GET.get("q", "").strip()
    last = (
        Interaction.objects.standing()
        .filter(opportunity=OuterRef("pk"), logged_by=request.membership)
        .values("opportunity")
        .annotate(last=Max("logged_at"))
        .values("last")
    )
    deals = (
        Opportunity.objects.visible_to(request.membership)
        .still_open()
        .select_related("company", "owner")
        .annotate(last_logged=Subquery(last), is_own=Q(owner=request.membership))
        .order_by(F("last_logged").desc(nulls_last=True), "-is_own", "name", "pk")
    )
    if words:
        deals = deals.filter(
            Q(pk__in=matching(words, kind="opportunity"))
            | Q(company__in=matching(words, kind="company"))
        )
    context = {"deals": deals[:OFFERED], "q": words}
    return render_page(request, "readiness/log_anywhere.html", context, partial="deals")


@require_http_methods(["GET", "HEAD", "POST"])
@member("deal.write")
def log(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    deal = _deal(request, id)
    now = timezone.now()
    sheet = log_sheet(deal)
    if request.method != "POST":
        return _opened(request, sheet, now=now)
    return _save(request, sheet, bound(request.POST, sheet), now=now)


@require_POST
@member("deal.write")
def draft(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    """Keep what is typed; what comes after its saving is nothing to keep."""
    deal = _deal(request, id)
    fields = dict(request.POST.lists())
    ticket = Ticket.read(fields, about=deal.pk, by=request.membership)
    if ticket is None:
        text = _("Open the form anew: what it carries is not of this deal.")
        return HttpResponse(text, status=422, content_type="text/plain")
    if Interaction.objects.filter(pk=ticket.pk).exists():
        return HttpResponse(status=204)
    fields.pop("csrfmiddlewaretoken", None)
    try:
        keep_draft(
            membership=request.membership,
            opportunity=deal,
            fields=fields,
            now=timezone.now(),
        )
    except DraftTooLarge as refusal:
        return HttpResponse(str(refusal), status=413, content_type="text/plain")
    return HttpResponse(status=204)


@require_POST
@member("deal.write")
def discard(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    deal = _deal(request, id)
    discard_draft(membership=request.membership, opportunity=deal)
    return see_other(reverse("readiness:log", args=[slug, deal.pk]))


def saved(request: WorkspaceRequest, deal: Opportunity, pk: UUID) -> HttpResponse:
    if request.htmx:
        context = {"deal": deal, "interaction_id": pk}
        return render_page(request, "readiness/log_saved.html", context)
    there = reverse("coaching:opportunity", args=[request.workspace.slug, deal.pk])
    return see_other(f"{there}?logged={pk}")


def _deal(request: WorkspaceRequest, pk: UUID) -> Opportunity:
    return get_object_or_404(
        Opportunity.objects.visible_to(request.membership).select_related("company"),
        pk=pk,
    )


def _ticket(request: WorkspaceRequest, deal: Opportunity, *, now: datetime) -> Ticket:
    """The form's own; one that is forged or too old makes room for a new one."""
    fields, by = dict(request.POST.lists()), request.membership
    return Ticket.read(fields, about=deal.pk, by=by) or Ticket.new(
        deal.pk, by=by, now=now
    )


def _save(
    request: WorkspaceRequest, sheet: LogSheet, filled: Filled, *, now: datetime
) -> HttpResponse:
    deal, ticket = sheet.opportunity, _ticket(request, sheet.opportunity, now=now)
    if not filled.is_valid():
        return _form(request, sheet, filled, status=422)
    try:
        _write(request, sheet, filled, ticket=ticket, now=now)
    except REFUSALS as refusal:
        filled.form.refuse(refusal)
        return _form(request, sheet, filled, status=422)
    except IntegrityError:
        there = Interaction.objects.filter(pk=ticket.pk, opportunity=deal).first()
        if there is None:
            raise
        if not _is_the_same(filled, there):
            return _anew(request, sheet, there, now=now)
    discard_draft(membership=request.membership, opportunity=deal)
    return saved(request, deal, ticket.pk)


def _write(
    request: WorkspaceRequest,
    sheet: LogSheet,
    filled: Filled,
    *,
    ticket: Ticket,
    now: datetime,
) -> None:
    deal = sheet.opportunity
    currency = deal.currency or request.workspace.base_currency
    log_with_acts(
        opportunity=deal,
        contact=filled.contact(opened_at=ticket.opened_at),
        date_act=filled.form.date_act(),
        quote_act=filled.form.quote_act(currency=currency),
        zone=request.workspace.zone,
        by=request.membership,
        now=now,
        pk=ticket.pk,
        catalogue=sheet.catalogue,
    )


def _is_the_same(filled: Filled, there: Interaction) -> bool:
    """Whether a form that came twice says what was saved of it the first time."""
    proposed = [
        *(DATE_SIGNALS if filled.form.date_act() else ()),
        *(QUOTE_SIGNALS.values() if filled.form.quote_act(currency="") else ()),
    ]
    return is_told(filled.contact(), there, proposed=proposed)


def _anew(
    request: WorkspaceRequest, sheet: LogSheet, there: Interaction, *, now: datetime
) -> HttpResponse:
    """The same form came with other words: neither lose them nor overwrite the first."""
    data = request.POST.copy()
    deal = sheet.opportunity
    data[FIELD] = str(Ticket.new(deal.pk, by=request.membership, now=now))
    filled = bound(data, sheet)
    return _form(request, sheet, filled, saved_before=there, status=422)


def _opened(
    request: WorkspaceRequest, sheet: LogSheet, *, now: datetime
) -> HttpResponse:
    """A fresh form, or what was typed into the last one and not saved."""
    deal, by = sheet.opportunity, request.membership
    if fields := take_form(request, about=deal.pk):
        keep_draft(membership=by, opportunity=deal, fields=fields, now=now)
    done = _done(request, sheet)
    kept = LogDraft.objects.filter(membership=by, opportunity=deal).first()
    if kept is not None and _is_unsaved(kept, deal):
        # A draft may be of another talk: nothing is added to it.
        waits = any(done.values())
        return _form(
            request, sheet, typed(kept.fields, sheet), kept=kept, step_waits=waits
        )
    told = done | {
        FIELD: str(Ticket.new(deal.pk, by=by, now=now)),
        "occurred_at": timezone.localtime(now),
        "channel": Channel.CALL,
    }
    return _form(request, sheet, unbound(sheet, told))


def _done(request: WorkspaceRequest, sheet: LogSheet) -> dict[str, list[str]]:
    """What a planned step that was done says before one types; what is none is left out."""
    known: dict[str, Callable[[str], object]] = {
        "did": sheet.catalogue.actions.get,
        "took": sheet.stakeholder,
    }
    return {
        name: [each for each in request.GET.getlist(name) if find(each)]
        for name, find in known.items()
    }


def _is_unsaved(kept: LogDraft, deal: Opportunity) -> bool:
    """Whether its ticket still counts; a draft may come in just behind its own saving."""
    ticket = Ticket.read(kept.fields, about=deal.pk, by=kept.membership)
    return ticket is not None and not Interaction.objects.filter(pk=ticket.pk).exists()


def _form(
    request: WorkspaceRequest,
    sheet: LogSheet,
    filled: Filled,
    *,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    context |= {"form": filled.form, "signals": filled.signals, "sheet": sheet}
    context |= {"deal": sheet.opportunity, "log_href": request.path}
    context["steps"] = steps_for(sheet, now=timezone.now())
    return render_page(
        request, "readiness/log.html", context, partial="form", status=status
    )
