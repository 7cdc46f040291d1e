"""Where news is sent: addresses, what each hears of, and the log of what was sent."""

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http.form_pages import retype
from accounts.http.guards import member
from accounts.http.keyset import page_of
from accounts.http.pages import posted, render_page, see_other
from accounts.http.request import WorkspaceRequest
from accounts.models.base import StaleVersion
from integrations.actions.webhooks import (
    BOTH_SIGN,
    KEPT,
    AddressTaken,
    NotEnded,
    SwitchedOff,
    TooMany,
    add_endpoint,
    choose_events,
    remove_endpoint,
    replay,
    rotate_secret,
    send_test,
    switch_off,
    switch_on,
)
from integrations.forms.webhooks import ChangeForm, NewWebhookForm
from integrations.models import (
    DeliveryState,
    OffReason,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
)
from integrations.webhooks.addresses import BadAddress
from integrations.webhooks.examples import SECRET, example_headers, examples
from integrations.webhooks.working import FAULTS

LIST, ONE = "integrations/webhooks.html", "integrations/webhook.html"
PAGE_SIZE = 50
TONES = {DeliveryState.DELIVERED: "good", DeliveryState.FAILED: "bad"}
STARTING = {"events": ["interaction.logged", "reading.changed", "opportunity.closed"]}


@require_http_methods(["GET", "HEAD", "POST"])
@member("key.manage")
def webhooks(request: WorkspaceRequest, slug: str) -> HttpResponse:
    form = NewWebhookForm(posted(request), initial=STARTING)
    if form.is_valid():
        try:
            made, secret = add_endpoint(
                url=form.cleaned_data["url"],
                events=form.cleaned_data["events"],
                by=request.membership,
                now=timezone.now(),
            )
        except (BadAddress, AddressTaken, TooMany) as refusal:
            form.add_error("url", str(refusal))
        else:
            # No redirect: the secret would have to be kept open to be shown after it.
            fresh = NewWebhookForm(initial=STARTING)
            return _list(request, fresh, made=made, secret=secret)
    return _list(request, form, status=422 if form.is_bound else 200)


def _list(
    request: WorkspaceRequest, form: NewWebhookForm, *, status: int = 200, **made: Any
) -> HttpResponse:
    now = timezone.now()
    endpoints = WebhookEndpoint.objects.order_by("url", "pk")
    context = {
        "form": form,
        "rows": [(endpoint, *_standing(endpoint)) for endpoint in endpoints],
        "examples": examples(),
        "headers": example_headers(),
        "example_secret": SECRET,
        "now": now,
        **made,
    }
    return _unkept(render_page(request, LIST, context, status=status))


def _standing(endpoint: WebhookEndpoint) -> tuple[str, str]:
    """How it fares, in a word, and the tone of that."""
    if not endpoint.is_on:
        return _("off"), "" if endpoint.off_reason == OffReason.HAND else "bad"
    if endpoint.failed_first_at is not None:
        return _("failing"), "warn"
    return _("on"), "good"


@require_http_methods(["GET", "HEAD", "POST"])
@member("key.manage")
def webhook(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    endpoint = get_object_or_404(WebhookEndpoint, pk=id)
    form = _change_form(endpoint, posted(request))
    status = 422 if form.is_bound else 200
    if form.is_valid():
        try:
            choose_events(
                endpoint=endpoint,
                events=form.cleaned_data["events"],
                version=form.cleaned_data["version"],
                by=request.membership,
                now=timezone.now(),
            )
        except StaleVersion as refusal:
            retype(form, endpoint, refusal)
            status = 412
        else:
            messages.success(request, _("The events are saved."))
            return see_other("integrations:webhook", slug=slug, id=id)
    return _one(request, endpoint, form, status=status)


def _change_form(endpoint: WebhookEndpoint, data: Any = None) -> ChangeForm:
    initial = {"events": endpoint.events, "version": endpoint.version}
    return ChangeForm(data, initial=initial)


def _one(
    request: WorkspaceRequest,
    endpoint: WebhookEndpoint,
    form: ChangeForm,
    *,
    status: int = 200,
    secret: str = "",
) -> HttpResponse:
    page = page_of(
        endpoint.deliveries.all(),
        by=["-created_at"],
        size=PAGE_SIZE,
        cursor=request.GET.get("after", ""),
    )
    now = timezone.now()
    word, tone = _standing(endpoint)
    earlier = endpoint.earlier_ends_at
    context = {
        "endpoint": endpoint,
        "form": form,
        "word": word,
        "tone": tone,
        "secret": secret,
        "earlier_ends_at": earlier if earlier and earlier > now else None,
        "hours": int(BOTH_SIGN.total_seconds()) // 3_600,
        "kept_days": KEPT.days,
        "rows": _log(page.rows),
        "next": f"?after={page.next}" if page.next else "",
        "first": request.path if request.GET.get("after") else "",
        "waiting": endpoint.deliveries.filter(state=DeliveryState.PENDING).count(),
    }
    return _unkept(render_page(request, ONE, context, status=status))


def _log(deliveries: list[WebhookDelivery]) -> list[dict[str, Any]]:
    """Each delivery with its attempts, the last one first."""
    attempts: dict[UUID, list[dict[str, Any]]] = {}
    found = WebhookAttempt.objects.filter(delivery__in=deliveries).order_by("-pk")
    for attempt in found:
        attempts.setdefault(attempt.delivery_id, []).append(
            {"attempt": attempt, "ending": _ending(attempt)}
        )
    return [
        {
            "delivery": delivery,
            "tone": TONES.get(DeliveryState(delivery.state), ""),
            "attempts": attempts.get(delivery.pk, []),
            "payload": json.dumps(delivery.payload, indent=2, ensure_ascii=False),
            "has_ended": delivery.state != DeliveryState.PENDING,
        }
        for delivery in deliveries
    ]


def _ending(attempt: WebhookAttempt) -> str:
    if attempt.status is not None:
        return _("answered %(status)s") % {"status": attempt.status}
    return _(FAULTS[attempt.fault])


@require_POST
@member("key.manage")
def webhook_test(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    endpoint = get_object_or_404(WebhookEndpoint, pk=id)
    try:
        send_test(endpoint=endpoint, by=request.membership, now=timezone.now())
    except SwitchedOff as refusal:
        messages.error(request, str(refusal))
    else:
        sentence = _("A test is on its way: see the log in a moment.")
        messages.success(request, sentence)
    return see_other("integrations:webhook", slug=slug, id=id)


@require_POST
@member("key.manage")
def webhook_secret(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    endpoint = get_object_or_404(WebhookEndpoint, pk=id)
    endpoint, secret = rotate_secret(
        endpoint=endpoint, by=request.membership, now=timezone.now()
    )
    # No redirect: the secret would have to be kept open to be shown after it.
    return _one(request, endpoint, _change_form(endpoint), secret=secret)


@require_POST
@member("key.manage")
def webhook_switch(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    """On or off, as the button says: a second click changes nothing."""
    endpoint = get_object_or_404(WebhookEndpoint, pk=id)
    act = switch_on if request.POST.get("to") == "on" else switch_off
    endpoint = act(endpoint=endpoint, by=request.membership, now=timezone.now())
    told = _("The webhook is on.") if endpoint.is_on else _("The webhook is off.")
    messages.success(request, told)
    return see_other("integrations:webhook", slug=slug, id=id)


@require_POST
@member("key.manage")
def webhook_remove(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    endpoint = get_object_or_404(WebhookEndpoint, pk=id)
    remove_endpoint(endpoint=endpoint, by=request.membership, now=timezone.now())
    messages.success(request, _("“%(name)s” is removed.") % {"name": endpoint.host})
    return see_other("integrations:webhooks", slug=slug)


@require_POST
@member("key.manage")
def delivery_replay(request: WorkspaceRequest, slug: str, id: UUID) -> HttpResponse:
    rows = WebhookDelivery.objects.select_related("endpoint")
    delivery = get_object_or_404(rows, pk=id)
    try:
        replay(delivery=delivery, by=request.membership, now=timezone.now())
    except (SwitchedOff, NotEnded) as refusal:
        messages.error(request, str(refusal))
    else:
        sentence = _("It is sent again, under the same id.")
        messages.success(request, sentence)
    return see_other("integrations:webhook", slug=slug, id=delivery.endpoint_id)


def _unkept(response: HttpResponse) -> HttpResponse:
    add_never_cache_headers(response)
    return response
