"""An event becomes deliveries in the transaction of the fact it tells of."""

from collections.abc import Callable, Iterable
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


def publish(
    event: Event, *, now: datetime, telling: Callable[[], Iterable[Told]]
) -> None:
    """Have what happened sent to everybody who listens for it.

    `telling` is asked only when somebody does: one message for each thing it tells of.
    """
    listening = [
        endpoint
        for endpoint in WebhookEndpoint.objects.filter(off_at__isnull=True)
        if event.name in endpoint.events
    ]
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


def ask(workspace_id: UUID, endpoint_id: UUID, *, due_at: datetime) -> None:
    """Say that something waits for an endpoint, and ring for a worker."""
    OutboxEntry.objects.put(
        kind=OutboxKind.WEBHOOK,
        workspace_id=workspace_id,
        object_id=endpoint_id,
        due_at=due_at,
    )
    delivery_asked.send(WebhookEndpoint, workspace_id=workspace_id)
