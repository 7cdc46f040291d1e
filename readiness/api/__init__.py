"""The API about conversations, what buyers showed in them, and where they stand."""

from readiness.api.acts import DECISION_DATES, QUOTES
from readiness.api.catalogue import PHASE_MODELS, SIGNAL_TYPES
from readiness.api.interactions import INTERACTIONS
from readiness.api.readings import READINGS
from readiness.api.said import CONFIRMATIONS, OVERRIDES, SIGNALS
from readiness.api.seats import STAKEHOLDERS

RESOURCES = (
    *(INTERACTIONS, SIGNALS, CONFIRMATIONS, OVERRIDES, SIGNAL_TYPES),
    *(PHASE_MODELS, READINGS, STAKEHOLDERS, QUOTES, DECISION_DATES),
)
