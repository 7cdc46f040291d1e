"""The API about conversations, what buyers showed in them, and where they stand."""

from readiness.api.catalogue import PHASE_MODELS, SIGNAL_TYPES
from readiness.api.interactions import INTERACTIONS
from readiness.api.readings import READINGS
from readiness.api.said import CONFIRMATIONS, OVERRIDES, SIGNALS

RESOURCES = (
    *(INTERACTIONS, SIGNALS, CONFIRMATIONS, OVERRIDES, SIGNAL_TYPES),
    *(PHASE_MODELS, READINGS),
)
