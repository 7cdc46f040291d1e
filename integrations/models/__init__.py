"""What comes in and goes out."""

from integrations.models.importing import ImportRow, ImportRun, ImportStatus

__all__ = ["ImportRow", "ImportRun", "ImportStatus"]
