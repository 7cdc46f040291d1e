"""The thresholds that hold in the open workspace."""

from coaching.engine.symptoms import Thresholds
from coaching.models import SymptomThresholds


def thresholds() -> Thresholds:
    """The workspace's own where it has set one, else the experts'; one query."""
    row = SymptomThresholds.objects.values_list("own", flat=True).first()
    return Thresholds(**(row or {}))
