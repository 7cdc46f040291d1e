"""What comes in and goes out."""

from integrations.models.importing import (
    AT_WORK,
    FileKind,
    ImportChunk,
    ImportRow,
    ImportRun,
    ImportStatus,
)
from integrations.models.outbox import OutboxEntry, OutboxKind
from integrations.models.webhooks import (
    DeliveryState,
    OffReason,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
)

__all__ = [
    "AT_WORK",
    "DeliveryState",
    "FileKind",
    "ImportChunk",
    "ImportRow",
    "ImportRun",
    "ImportStatus",
    "OffReason",
    "OutboxEntry",
    "OutboxKind",
    "WebhookAttempt",
    "WebhookDelivery",
    "WebhookEndpoint",
]
