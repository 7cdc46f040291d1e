"""A worker's turn at one endpoint: what is due is taken, sent, and noted down.

Taken in one transaction, sent in none, noted in another. A worker that dies in between
leaves deliveries that are due again after the lease: each arrives at least once. One
worker at a time is at an endpoint, so a dead one holds up nobody else's.
"""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, Min, QuerySet
from django.utils.translation import gettext_noop

from accounts.actions.audit import record
from accounts.tenancy.tasks import Door
from integrations.models import (
    DeliveryState,
    OffReason,
    OutboxEntry,
    OutboxKind,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
)
from integrations.webhooks.letters import tell_administrators
from integrations.webhooks.outbox import ask
from integrations.webhooks.schedule import WHOLE, due_again, wakes
from integrations.webhooks.sealing import Unsealable, unseal
from integrations.webhooks.sending import Answer, Parcel
from integrations.webhooks.signing import body_of

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)  # longer than a batch can take
TURN = timedelta(seconds=20)  # then others have their turn
BATCH, AT_ONCE = 16, 8
GONE = 410

Now = Callable[[], datetime]
Post = Callable[..., Answer]

FAULTS = {
    "address": gettext_noop("the address can't be called"),
    "name": gettext_noop("no server of that name was found"),
    "private": gettext_noop("the name leads to a private address"),
    "tls": gettext_noop("no secure connection: the certificate is not good"),
    "time": gettext_noop("no answer within ten seconds"),
    "connection": gettext_noop("the connection failed"),
    "secret": gettext_noop("the secret can't be read: make a new one"),
}


@dataclass(frozen=True, slots=True)
class Tried:
    """A parcel, when it was sent, and how that ended."""

    parcel: Parcel
    at: datetime
    answer: Answer


def deliver(*, endpoint_id: UUID, door: Door, now: Now, post: Post) -> None:
    """Send what is due for one endpoint, for as long as a turn lasts."""
    ends = now() + TURN
    while True:
        with door():
            parcels = _take(endpoint_id, now=now())
        if not parcels:
            return
        tried = _send(parcels, now=now, post=post)
        with door():
            _note(endpoint_id, tried, now=now(), is_last=now() > ends)
        if now() > ends:
            return


# --- taking --------------------------------------------------------------------------


def _take(endpoint_id: UUID, *, now: datetime) -> list[Parcel]:
    """What to send now. With nothing to send the endpoint is let go of, until it is due."""
    # Whoever writes a fact puts its delivery and its entry down together: the work of
    # every entry that is seen here is seen by the next statement.
    seen = list(
        OutboxEntry.objects.of(OutboxKind.WEBHOOK, endpoint_id).values_list(
            "pk", flat=True
        )
    )
    endpoint = _locked(endpoint_id)
    if endpoint is None or not endpoint.is_on:
        OutboxEntry.objects.filter(pk__in=seen).delete()
        return []
    if endpoint.hold_ends_at is not None and endpoint.hold_ends_at > now:
        return []  # another worker is at it, and will see what we came for
    waiting = WebhookDelivery.objects.filter(
        endpoint=endpoint, state=DeliveryState.PENDING
    )
    if endpoint.is_resting(now):
        return _let_go(endpoint, waiting, seen)
    # One that has failed is asked by a single delivery whether it is back.
    most = BATCH if endpoint.wakes_at is None else 1
    due = list(waiting.filter(due_at__lte=now).order_by("due_at", "id")[:most])
    if not due:
        return _let_go(endpoint, waiting, seen)
    # Counted before it is sent: a worker that dies costs the attempt it was at.
    WebhookDelivery.objects.filter(pk__in=[each.pk for each in due]).update(
        attempt_count=F("attempt_count") + 1, due_at=now + LEASE
    )
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(hold_ends_at=now + LEASE)
    return [_parcel(each, endpoint, now=now) for each in due]


def _locked(endpoint_id: UUID) -> WebhookEndpoint | None:
    # No key is changed: those who add deliveries meanwhile do not wait.
    rows = WebhookEndpoint.objects.select_for_update(no_key=True)
    return rows.filter(pk=endpoint_id).first()


def _let_go(
    endpoint: WebhookEndpoint,
    waiting: "QuerySet[WebhookDelivery]",
    seen: Sequence[UUID],
) -> list[Parcel]:
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(hold_ends_at=None)
    OutboxEntry.objects.filter(pk__in=seen).delete()
    next_at = waiting.aggregate(next_at=Min("due_at"))["next_at"]
    if next_at is not None:
        OutboxEntry.objects.put(
            kind=OutboxKind.WEBHOOK,
            workspace_id=endpoint.workspace_id,
            object_id=endpoint.pk,
            due_at=max(next_at, endpoint.wakes_at or next_at),
        )
    return []


def _parcel(
    delivery: WebhookDelivery, endpoint: WebhookEndpoint, *, now: datetime
) -> Parcel:
    sealed = [endpoint.secret]
    if endpoint.earlier_ends_at is not None and endpoint.earlier_ends_at > now:
        sealed.append(endpoint.earlier_secret)
    try:
        secrets = tuple(unseal(each) for each in sealed)
    except Unsealable:
        logger.exception("Could not read the secret of webhook %s", endpoint.pk)
        secrets = ()
    return Parcel(
        delivery_id=delivery.pk,
        message_id=f"msg_{delivery.message_id}",
        url=endpoint.url,
        secrets=secrets,
        body=body_of(
            event=delivery.event, at=delivery.created_at, data=delivery.payload
        ),
    )


# --- sending -------------------------------------------------------------------------


def _send(parcels: Sequence[Parcel], *, now: Now, post: Post) -> list[Tried]:
    """Several at once; no transaction is open, and the threads touch no database."""

    def send(parcel: Parcel) -> Tried:
        at = now()
        if not parcel.secrets:
            return Tried(parcel, at, Answer(duration_ms=0, fault="secret"))
        return Tried(parcel, at, post(parcel, now=at))

    if len(parcels) == 1:
        return [send(parcels[0])]
    with ThreadPoolExecutor(AT_ONCE, "webhooks") as pool:
        return list(pool.map(send, parcels))


# --- noting --------------------------------------------------------------------------


def _note(
    endpoint_id: UUID, tried: Sequence[Tried], *, now: datetime, is_last: bool
) -> None:
    """Write down how each attempt ended, and how the endpoint fares."""
    endpoint = _locked(endpoint_id)
    if endpoint is None:
        return  # removed meanwhile, with all that was for it
    rows = WebhookDelivery.objects.in_bulk([each.parcel.delivery_id for each in tried])
    ended = [
        (delivery, each)
        for each in tried
        if (delivery := rows.get(each.parcel.delivery_id)) is not None
    ]
    for delivery, each in ended:
        _settle(delivery, each.answer, now=now)
    WebhookDelivery.objects.bulk_update(
        [delivery for delivery, _each in ended], ["state", "due_at", "delivered_at"]
    )
    WebhookAttempt.objects.bulk_create(
        [
            WebhookAttempt(
                delivery=delivery,
                at=each.at,
                status=each.answer.status,
                fault=each.answer.fault,
                duration_ms=each.answer.duration_ms,
            )
            for delivery, each in ended
        ]
    )
    _judge(endpoint, [each.answer for each in tried], now=now)
    endpoint.hold_ends_at = None
    endpoint.save(
        update_fields=[
            *("failure_count", "failed_first_at", "wakes_at", "hold_ends_at"),
            *("off_at", "off_reason", "version"),
        ]
    )
    if is_last:
        ask(endpoint.workspace_id, endpoint.pk, due_at=now)


def _settle(delivery: WebhookDelivery, answer: Answer, *, now: datetime) -> None:
    if delivery.state != DeliveryState.PENDING:
        return  # it was sent twice, and has arrived
    if answer.is_good:
        delivery.state, delivery.due_at = DeliveryState.DELIVERED, None
        delivery.delivered_at = now
        return
    delivery.due_at = due_again(
        delivery_id=delivery.pk,
        attempts=delivery.attempt_count,
        now=now,
        asked=answer.asked,
    )
    if delivery.due_at is None:
        delivery.state = DeliveryState.FAILED


def _judge(
    endpoint: WebhookEndpoint, answers: Sequence[Answer], *, now: datetime
) -> None:
    """One good answer makes it sound again; none for too long switches it off."""
    if any(answer.is_good for answer in answers):
        endpoint.failure_count, endpoint.failed_first_at = 0, None
        endpoint.wakes_at = None
        return
    endpoint.failure_count += len(answers)
    endpoint.failed_first_at = endpoint.failed_first_at or now
    endpoint.wakes_at = wakes(failures=endpoint.failure_count, now=now)
    if any(answer.status == GONE for answer in answers):
        _switch_off(endpoint, OffReason.GONE, now=now)
    elif now - endpoint.failed_first_at >= WHOLE:
        _switch_off(endpoint, OffReason.FAILING, now=now)


def _switch_off(endpoint: WebhookEndpoint, reason: OffReason, *, now: datetime) -> None:
    endpoint.off_at, endpoint.off_reason = now, reason
    endpoint.version += 1
    record(
        verb="webhook.switched_off",
        subject=endpoint,
        by=None,
        at=now,
        after={"reason": str(reason)},
    )
    tell_administrators(endpoint)
