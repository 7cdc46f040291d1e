"""What the phases say of a deal's end, kept, frozen and cached."""

from forecasting.models.accuracy import AccuracyReport, AccuracyRun, ReplayedDay
from forecasting.models.call import ManagerCall, Verdict
from forecasting.models.forecast import (
    WEEKS,
    ConstraintKind,
    Forecast,
    Snapshot,
    TargetBasis,
)
from forecasting.models.outlook import ListedSymptom, Outlook, PeriodOutlook
from forecasting.models.review import PeriodReview
from forecasting.models.target import Target

__all__ = [
    "WEEKS",
    "AccuracyReport",
    "AccuracyRun",
    "ConstraintKind",
    "Forecast",
    "ListedSymptom",
    "ManagerCall",
    "Outlook",
    "PeriodOutlook",
    "PeriodReview",
    "ReplayedDay",
    "Snapshot",
    "Target",
    "TargetBasis",
    "Verdict",
]
