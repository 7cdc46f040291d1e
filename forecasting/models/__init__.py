"""What the phases say of a deal's end, kept, frozen and cached."""

from forecasting.models.forecast import (
    WEEKS,
    ConstraintKind,
    Forecast,
    Snapshot,
    TargetBasis,
)
from forecasting.models.outlook import Outlook, PeriodOutlook
from forecasting.models.target import Target

__all__ = [
    "WEEKS",
    "ConstraintKind",
    "Forecast",
    "Outlook",
    "PeriodOutlook",
    "Snapshot",
    "Target",
    "TargetBasis",
]
