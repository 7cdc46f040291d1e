"""An event becomes deliveries in the transaction of the fact it tells of."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from integrations.models import (
    OutboxEntry,
    OutboxKind,
    WebhookDelivery,
    WebhookEndpoint,
)
from integrations.signals import delivery_asked
from integrations.webhooks.events import Event, Told, plain

# Who listens, while `asked_once`; None: ask each time.
_KNOWN: ContextVar[dict[str, list[WebhookEndpoint]] | None] = ContextVar(
    "known_endpoints", default=None
)


def publish(
    event: Event, *, now: datetime, telling: Callable[[], Iterable[Told]]
) -> None:
    """Have what happened sent to everybody who listens for it.

    `telling` is asked only when somebody does: one message for each thing it tells of.
    """
    listening = [each for each in _endpoints() if event.name in each.events]
    if not listening:
        return
    messages = [(uuid7(), plain(told)) for told in telling()]
    WebhookDelivery.objects.bulk_create(
        [
            WebhookDelivery(
                endpoint=endpoint,
                message_id=message_id,
                event=event.name,
                payload=payload,
                created_at=now,
                due_at=now,
            )
            for message_id, payload in messages
            for endpoint in listening
        ]
    )
    for endpoint in listening:
        ask(endpoint.workspace_id, endpoint.pk, due_at=now)


@contextmanager
def asked_once() -> Iterator[None]:
    """Look up once who listens, however much happens meanwhile in one transaction."""
    token = _KNOWN.set({})
    try:
        yield
    finally:
        _KNOWN.reset(token)


def _endpoints() -> list[WebhookEndpoint]:
    known = _KNOWN.get()
    if known is not None and "all" in known:
        return known["all"]
    found = list(WebhookEndpoint.objects.filter(off_at__isnull=True))
    if known is not None:
        known["all"] = found
    return found


def ask(workspace_id: UUID, endpoint_id: UUID, *, due_at: datetime) -> None:
    """Say that something waits for an endpoint, and ring for a worker."""
    OutboxEntry.objects.put(
        kind=OutboxKind.WEBHOOK,
        workspace_id=workspace_id,
        object_id=endpoint_id,
        due_at=due_at,
    )
    delivery_asked.send(WebhookEndpoint, workspace_id=workspace_id)
