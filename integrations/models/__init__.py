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
    OF_UNDO,
    WRITTEN,
    ChangeKind,
    FileKind,
    ImportChange,
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
    "OF_UNDO",
    "WRITTEN",
    "ChangeKind",
    "Contents",
    "DeliveryState",
    "ExportChunk",
    "ExportRun",
    "ExportStatus",
    "FileKind",
    "Format",
    "ImportChange",
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
