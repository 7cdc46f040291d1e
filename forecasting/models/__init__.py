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
from forecasting.models.saved_view import LONGEST_QUERY, Reach, SavedView, reach_of
from forecasting.models.target import Target

__all__ = [
    "LONGEST_QUERY",
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
    "Reach",
    "ReplayedDay",
    "ReviewSubscription",
    "SavedView",
    "Snapshot",
    "Target",
    "TargetBasis",
    "Verdict",
    "reach_of",
]
