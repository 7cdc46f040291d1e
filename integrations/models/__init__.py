"""What comes in and goes out."""

from integrations.models.importing import (
    AT_WORK,
    FileKind,
    ImportChunk,
    ImportRow,
    ImportRun,
    ImportStatus,
)

__all__ = [
    "AT_WORK",
    "FileKind",
    "ImportChunk",
    "ImportRow",
    "ImportRun",
    "ImportStatus",
]
