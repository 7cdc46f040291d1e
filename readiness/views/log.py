"""The log of conversations: written, kept as a draft, corrected, taken back."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import F, Max, OuterRef, Subquery
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from uuid_utils.compat import uuid7

from accounts.actions.facts import AlreadyRetracted
from accounts.http.guards import member
from accounts.http.pages import render_page, see_other
from accounts.http.request import WorkspaceRequest
from opportunities.actions import AmountWithoutCurrency
from opportunities.models import Opportunity
from readiness.actions.acts import log_with_acts
from readiness.actions.drafts import DraftTooLarge, discard_draft, keep_draft
from readiness.actions.interactions import (
    LeftBefore,
    NobodyTookPart,
    TooLongAgo,
    UnknownAction,
    UnknownSignal,
    correct_interaction,
)
from readiness.actions.interactions import (
    retract_interaction as take_back_interaction,
)
from readiness.actions.interactions import (
    retract_signal as take_back_signal,
)
from readiness.forms.log import (
    EMPTY_ROWS,
    SIGNALS,
    LogForm,
    SignalFormSet,
    seats_in,
    signals_before,
    told_before,
)
from readiness.models import LogDraft, Signal
from readiness.queries.log_sheet import LogSheet, log_sheet
from stakeholders.actions.acts import InTheFuture, NotInThisDeal
from stakeholders.models import Interaction

SALT = "log form"
OPEN_FOR = timedelta(days=15)
OFFERED = 20
REFUSALS = (
    AlreadyRetracted,
    AmountWithoutCurrency,
    InTheFuture,
    LeftBefore,
    NobodyTookPart,
    NotInThisDeal,
    TooLongAgo,
    UnknownAction,
    UnknownSignal,
)


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a form carries with it: the id its conversation will have, and when it opened.

    Signed, so that nobody chooses the id; a form that is sent twice makes one row.
    """

    pk: UUID
    opened_at: datetime

    def __str__(self) -> str:
        told = {"pk": str(self.pk), "at": self.opened_at.isoformat()}
        return signing.dumps(told, salt=SALT)

    @classmethod
    def read(cls, text: str) -> "Ticket | None":
        try:
            told = signing.loads(text, salt=SALT, max_age=OPEN_FOR)
        except signing.BadSignature:
            return None
        return cls(UUID(told["pk"]), datetime.fromisoformat(told["at"]))


@require_http_methods(["GET", "HEAD", "POST"])
@member("deal.write")
def anywhere(request: WorkspaceRequest, slug: str) -> HttpResponse:
    """Choose the deal first: those one worked on last."""
    words = request.GET.get("q", "").strip()
    last = (
        Interaction.objects.standing()
        .filter(opportunity=OuterRef("pk"))
        .values("opportunity")
        .annotate(last=Max("logged_at"))
        .values("last")
    )
    deals = (
        Opportunity.objects.visible_to(request.membership)
        .still_open()
        .select_related("company", "owner")
        .annotate(last_logged=Subquery(last))
        .order_by(F("last_logged").desc(nulls_last=True), "name", "pk")
    )
    if words:
        deals = deals.filter(name__icontains=words)
    context = {"deals": deals[:OFFERED], "q": words}
    return render_page(request, "readiness/log_anywhere.html", context, partial="deals")


@require_http_methods(["GET", "HEAD", "POST"])
@member("deal.write")
def log(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    deal = _deal(request, id)
    now = timezone.now()
    sheet = log_sheet(deal, today=request.workspace.today(now))
    if request.method != "POST":
        return _form(request, sheet, **_opened(request, sheet, now=now))
    form, signals = _bound(request.POST, sheet)
    ticket = Ticket.read(request.POST.get("token", "")) or Ticket(uuid7(), now)
    if form.is_valid() and signals.is_valid():
        try:
            contact = form.contact(signals, opened_at=ticket.opened_at)
            log_with_acts(
                opportunity=deal,
                contact=contact,
                date_act=form.date_act(),
                quote_act=form.quote_act(
                    currency=deal.currency or request.workspace.base_currency
                ),
                zone=request.workspace.zone,
                by=request.membership,
                now=now,
                pk=ticket.pk,
            )
        except ValidationError as error:
            form.add_error("took", error)
        except REFUSALS as refusal:
            form.add_error(None, str(refusal))
        except IntegrityError:
            # The same form, sent twice: what it says is there already.
            get_object_or_404(Interaction, pk=ticket.pk, opportunity=deal)
            return _saved(request, deal, ticket.pk)
        else:
            discard_draft(membership=request.membership, opportunity=deal)
            return _saved(request, deal, ticket.pk)
    return _form(request, sheet, form=form, signals=signals, status=422)


@require_POST
@member("deal.write")
def draft(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    deal = _deal(request, id)
    fields = dict(request.POST.lists())
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


@require_http_methods(["GET", "HEAD", "POST"])
@member("deal.write")
def edit(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    interaction = _interaction(request, id)
    deal, now = interaction.opportunity, timezone.now()
    sheet = log_sheet(
        deal, today=request.workspace.today(now), also=seats_in(interaction)
    )
    if request.method == "POST":
        form, signals = _bound(request.POST, sheet)
        if form.is_valid() and signals.is_valid():
            try:
                heir = correct_interaction(
                    interaction=interaction,
                    contact=form.contact(signals, opened_at=interaction.form_opened_at),
                    zone=request.workspace.zone,
                    by=request.membership,
                    now=now,
                )
            except ValidationError as error:
                form.add_error("took", error)
            except REFUSALS as refusal:
                form.add_error(None, str(refusal))
            else:
                return _saved(request, deal, heir.pk)
        status = 422
    else:
        form = LogForm(initial=told_before(interaction), sheet=sheet)
        rows = signals_before(interaction)
        signals = _rows(sheet, rows + [{}] * EMPTY_ROWS)
        status = 200
    context = {
        "sheet": sheet,
        "form": form,
        "signals": signals,
        "interaction": interaction,
        "deal": deal,
    }
    return render_page(request, "readiness/log_edit.html", context, status=status)


@require_POST
@member("deal.write")
def retract_interaction(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    interaction = _interaction(request, id)
    try:
        take_back_interaction(
            interaction=interaction, by=request.membership, now=timezone.now()
        )
    except AlreadyRetracted as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("The conversation is taken back."))
    return _to_deal(slug, interaction.opportunity_id)


@require_POST
@member("deal.write")
def retract_signal(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    signal = get_object_or_404(
        Signal.objects.select_related("interaction__opportunity"),
        pk=id,
        interaction__opportunity__in=Opportunity.objects.visible_to(request.membership),
    )
    try:
        take_back_signal(signal=signal, by=request.membership, now=timezone.now())
    except AlreadyRetracted as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("The signal is taken back."))
    return _to_deal(slug, signal.interaction.opportunity_id)


def _deal(request: WorkspaceRequest, pk: UUID) -> Opportunity:
    return get_object_or_404(
        Opportunity.objects.visible_to(request.membership).select_related("company"),
        pk=pk,
    )


def _interaction(request: WorkspaceRequest, pk: UUID) -> Interaction:
    found: Interaction = get_object_or_404(
        Interaction.objects.select_related("opportunity__company"),
        pk=pk,
        opportunity__in=Opportunity.objects.visible_to(request.membership),
    )
    return found


def _bound(data: QueryDict, sheet: LogSheet) -> tuple[LogForm, Any]:
    form = LogForm(data, sheet=sheet)
    signals = SignalFormSet(data, prefix=SIGNALS, form_kwargs={"sheet": sheet})
    return form, signals


def _rows(sheet: LogSheet, rows: list[dict[str, str]]) -> Any:
    return SignalFormSet(initial=rows, prefix=SIGNALS, form_kwargs={"sheet": sheet})


def _opened(
    request: WorkspaceRequest, sheet: LogSheet, *, now: datetime
) -> dict[str, Any]:
    """A fresh form, or what was typed into the last one and not saved."""
    kept = LogDraft.objects.filter(
        membership=request.membership, opportunity=sheet.opportunity
    ).first()
    if kept is not None and Ticket.read(_first(kept.fields, "token")):
        data = QueryDict(mutable=True)
        for name, values in kept.fields.items():
            data.setlist(name, values)
        form, signals = _bound(data, sheet)
        # Not a refusal: it was never sent.
        form.errors.clear()
        for row in signals.forms:
            row.errors.clear()
        return {"form": form, "signals": signals, "kept": kept}
    ticket = Ticket(uuid7(), now)
    form = LogForm(
        initial={
            "token": str(ticket),
            "occurred_at": timezone.localtime(now),
            "channel": "call",
        },
        sheet=sheet,
    )
    return {"form": form, "signals": _rows(sheet, [{}] * EMPTY_ROWS)}


def _first(fields: dict[str, list[str]], name: str) -> str:
    return (fields.get(name) or [""])[0]


def _form(
    request: WorkspaceRequest, sheet: LogSheet, *, status: int = 200, **context: Any
) -> HttpResponse:
    context |= {"sheet": sheet, "deal": sheet.opportunity, "log_href": request.path}
    return render_page(
        request, "readiness/log.html", context, partial="form", status=status
    )


def _saved(request: WorkspaceRequest, deal: Opportunity, pk: UUID) -> HttpResponse:
    if request.htmx:
        context = {"deal": deal, "interaction_id": pk}
        return render_page(request, "readiness/log_saved.html", context)
    there = reverse("coaching:opportunity", args=[request.workspace.slug, deal.pk])
    return see_other(f"{there}?logged={pk}")


def _to_deal(slug: str, pk: UUID) -> HttpResponse:
    return see_other(reverse("coaching:opportunity", args=[slug, pk]))
