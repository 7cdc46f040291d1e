"""Files into facts: read, staged, checked, and written in one transaction or not at all."""

from integrations.importing.mappings import BadMapping, Mapping, mapping_named
from integrations.importing.report import Report
from integrations.importing.settling import analyze
from integrations.importing.staging import (
    Order,
    Progress,
    ReadElsewhere,
    import_file,
)

__all__ = [
    "BadMapping",
    "Mapping",
    "Order",
    "Progress",
    "ReadElsewhere",
    "Report",
    "analyze",
    "import_file",
    "mapping_named",
]
