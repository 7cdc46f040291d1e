"""What comes in and goes out."""

from integrations.models.exporting import (
    Contents,
    ExportChunk,
    ExportRun,
    ExportStatus,
    Format,
)
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
    "Contents",
    "DeliveryState",
    "ExportChunk",
    "ExportRun",
    "ExportStatus",
    "FileKind",
    "Format",
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
