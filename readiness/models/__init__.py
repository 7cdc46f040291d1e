"""The phase model, what buyers showed, and what we read from it."""

from readiness.models.draft import LogDraft
from readiness.models.human import PhaseConfirmation, PhaseOverride
from readiness.models.learning import LearningOutcome, LearningRun
from readiness.models.phase_model import (
    ActionType,
    Basis,
    EvidenceClass,
    ModelStatus,
    Phase,
    PhaseModel,
    SignalType,
    SymptomCode,
)
from readiness.models.reading import PhaseReading
from readiness.models.signal import SellerAction, SellerActionTarget, Signal

__all__ = [
    "ActionType",
    "Basis",
    "EvidenceClass",
    "LearningOutcome",
    "LearningRun",
    "LogDraft",
    "ModelStatus",
    "Phase",
    "PhaseConfirmation",
    "PhaseModel",
    "PhaseOverride",
    "PhaseReading",
    "SellerAction",
    "SellerActionTarget",
    "Signal",
    "SignalType",
    "SymptomCode",
]
