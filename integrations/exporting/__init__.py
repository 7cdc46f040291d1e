"""Facts into a file."""

from integrations.exporting.bundle import export_bundle

__all__ = ["export_bundle"]
