"""What the phases say of a deal's end, kept, frozen and cached."""

from forecasting.models.accuracy import AccuracyReport, AccuracyRun, ReplayedDay
from forecasting.models.calibration import CalibrationVersion, MapStatus
from forecasting.models.call import ManagerCall, Verdict
from forecasting.models.forecast import (
    RAW_WEEKS,
    WEEKS,
    ConstraintKind,
    Forecast,
    Snapshot,
    TargetBasis,
)
from forecasting.models.outlook import ListedSymptom, Outlook, PeriodOutlook
from forecasting.models.review import PeriodReview, ReviewSubscription
from forecasting.models.target import Target

__all__ = [
    "RAW_WEEKS",
    "WEEKS",
    "AccuracyReport",
    "AccuracyRun",
    "CalibrationVersion",
    "ConstraintKind",
    "Forecast",
    "ListedSymptom",
    "ManagerCall",
    "MapStatus",
    "Outlook",
    "PeriodOutlook",
    "PeriodReview",
    "ReplayedDay",
    "ReviewSubscription",
    "Snapshot",
    "Target",
    "TargetBasis",
    "Verdict",
]
