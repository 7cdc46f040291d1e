"""Webhooks by hand: made, changed, tried, given a new secret, switched, removed, replayed."""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from uuid_utils.compat import uuid7

from accounts.actions.audit import differences, record
from accounts.models import Membership
from accounts.models.base import replace_version
from integrations.models import (
    DeliveryState,
    OffReason,
    OutboxEntry,
    OutboxKind,
    WebhookDelivery,
    WebhookEndpoint,
)
from integrations.webhooks.addresses import target_of
from integrations.webhooks.events import TEST, plain
from integrations.webhooks.outbox import ask
from integrations.webhooks.sealing import seal
from integrations.webhooks.signing import SECRET_BYTES, secret_of
from opportunities.actions import STALE

MOST_ENDPOINTS = 20
BOTH_SIGN = timedelta(hours=24)
KEPT = timedelta(days=30)  # the log of what has ended


class AddressTaken(Exception):
    """The address is on the list already."""


class TooMany(Exception):
    """More addresses than one fact can be told to."""


class SwitchedOff(Exception):
    """Nothing is sent to an endpoint that is off."""


class NotEnded(Exception):
    """What is still on its way can't be sent again."""


@transaction.atomic
def add_endpoint(
    *, url: str, events: Collection[str], by: Membership, now: datetime
) -> tuple[WebhookEndpoint, str]:
    """Begin to tell an address of events; return it with its secret, shown only now.

    :raises BadAddress: for an address that is never called.
    :raises AddressTaken: when it is on the list already.
    :raises TooMany: beyond `MOST_ENDPOINTS`.
    """
    target_of(url)
    if WebhookEndpoint.objects.count() >= MOST_ENDPOINTS:
        sentence = _("At most %(number)s webhooks. Remove one first.")
        raise TooMany(sentence % {"number": MOST_ENDPOINTS})
    secret = secret_of(secrets.token_bytes(SECRET_BYTES))
    try:
        with transaction.atomic():
            endpoint = WebhookEndpoint.objects.create(
                url=url,
                events=sorted(events),
                secret=seal(secret),
                created_at=now,
                created_by=by,
            )
    except IntegrityError:
        raise AddressTaken(_("This address is on the list already.")) from None
    record(
        verb="webhook.created",
        subject=endpoint,
        by=by,
        at=now,
        after={"events": endpoint.events},
    )
    return endpoint, secret


@transaction.atomic
def choose_events(
    *,
    endpoint: WebhookEndpoint,
    events: Collection[str],
    version: int,
    by: Membership,
    now: datetime,
) -> WebhookEndpoint:
    """:raises StaleVersion: when somebody else changed the webhook since `version`."""
    values = {"events": sorted(events)}
    before, after = differences(endpoint, values)
    if not after:
        return endpoint
    replace_version(endpoint, version=version, fields=values, stale=_(STALE))
    record(
        verb="webhook.changed",
        subject=endpoint,
        by=by,
        at=now,
        before=before,
        after=after,
    )
    return endpoint


@transaction.atomic
def rotate_secret(
    *, endpoint: WebhookEndpoint, by: Membership, now: datetime
) -> tuple[WebhookEndpoint, str]:
    """Give a new secret, shown only now; for a day both sign, so that nothing is missed."""
    endpoint = _locked(endpoint)
    secret = secret_of(secrets.token_bytes(SECRET_BYTES))
    endpoint.earlier_secret, endpoint.secret = endpoint.secret, seal(secret)
    endpoint.earlier_ends_at = now + BOTH_SIGN
    endpoint.version += 1
    endpoint.save(
        update_fields=["earlier_secret", "secret", "earlier_ends_at", "version"]
    )
    record(verb="webhook.secret_replaced", subject=endpoint, by=by, at=now)
    return endpoint, secret


@transaction.atomic
def switch_off(
    *, endpoint: WebhookEndpoint, by: Membership, now: datetime
) -> WebhookEndpoint:
    """Send nothing more; what waits is kept, what happens meanwhile is not told."""
    endpoint = _locked(endpoint)
    if endpoint.is_on:
        endpoint.off_at, endpoint.off_reason = now, OffReason.HAND
        endpoint.version += 1
        endpoint.save(update_fields=["off_at", "off_reason", "version"])
        record(verb="webhook.switched_off", subject=endpoint, by=by, at=now)
    return endpoint


@transaction.atomic
def switch_on(
    *, endpoint: WebhookEndpoint, by: Membership, now: datetime
) -> WebhookEndpoint:
    """Begin again, as if it had never failed, with what waits."""
    endpoint = _locked(endpoint)
    if not endpoint.is_on:
        endpoint.off_at, endpoint.off_reason = None, ""
        endpoint.failure_count, endpoint.failed_first_at = 0, None
        endpoint.wakes_at = None
        endpoint.version += 1
        endpoint.save(
            update_fields=[
                *("off_at", "off_reason", "version"),
                *("failure_count", "failed_first_at", "wakes_at"),
            ]
        )
        waiting = endpoint.deliveries.filter(state=DeliveryState.PENDING)
        waiting.update(due_at=now, attempt_count=0)
        ask(endpoint.workspace_id, endpoint.pk, due_at=now)
        record(verb="webhook.switched_on", subject=endpoint, by=by, at=now)
    return endpoint


@transaction.atomic
def remove_endpoint(
    *, endpoint: WebhookEndpoint, by: Membership, now: datetime
) -> None:
    """Forget an address, with its log and what waits for it."""
    endpoint = _locked(endpoint)
    record(verb="webhook.removed", subject=endpoint, by=by, at=now)
    OutboxEntry.objects.of(OutboxKind.WEBHOOK, endpoint.pk).delete()
    endpoint.delete()


@transaction.atomic
def send_test(
    *, endpoint: WebhookEndpoint, by: Membership, now: datetime
) -> WebhookDelivery:
    """Have a message sent that tells of nothing but itself.

    :raises SwitchedOff: to a webhook that is off.
    """
    _refuse_off(endpoint)
    delivery = WebhookDelivery.objects.create(
        endpoint=endpoint,
        message_id=uuid7(),
        event=TEST.name,
        payload=plain({"webhook": endpoint.pk}),
        created_at=now,
        due_at=now,
    )
    ask(endpoint.workspace_id, endpoint.pk, due_at=now)
    record(verb="webhook.tried", subject=endpoint, by=by, at=now)
    return delivery


@transaction.atomic
def replay(
    *, delivery: WebhookDelivery, by: Membership, now: datetime
) -> WebhookDelivery:
    """Send once more what was delivered or given up: the same message, under its id.

    :raises SwitchedOff: to a webhook that is off.
    :raises NotEnded: when it is still on its way.
    """
    _refuse_off(delivery.endpoint)
    ended = WebhookDelivery.objects.filter(pk=delivery.pk)
    if not ended.exclude(state=DeliveryState.PENDING).update(
        state=DeliveryState.PENDING, due_at=now, attempt_count=0, delivered_at=None
    ):
        raise NotEnded(_("It is still on its way."))
    delivery.refresh_from_db()
    ask(delivery.workspace_id, delivery.endpoint_id, due_at=now)
    record(
        verb="webhook.replayed",
        subject=delivery.endpoint,
        by=by,
        at=now,
        after={"message": str(delivery.message_id)},
    )
    return delivery


def forget_deliveries(*, now: datetime) -> None:
    """Drop from the log what ended long ago."""
    old = WebhookDelivery.objects.filter(created_at__lt=now - KEPT)
    old.exclude(state=DeliveryState.PENDING).delete()


def _refuse_off(endpoint: WebhookEndpoint) -> None:
    if not endpoint.is_on:
        raise SwitchedOff(_("The webhook is off. Switch it on first."))


def _locked(endpoint: WebhookEndpoint) -> WebhookEndpoint:
    rows = WebhookEndpoint.objects.select_for_update(no_key=True)
    return rows.get(pk=endpoint.pk)
