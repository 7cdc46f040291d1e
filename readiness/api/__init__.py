"""The API about conversations, what buyers showed in them, and where they stand."""

from readiness.api.acts import DECISION_DATES, QUOTES
from readiness.api.catalogue import ACTION_TYPES, SIGNAL_TYPES
from readiness.api.interactions import INTERACTIONS
from readiness.api.phase_models import PHASE_MODELS, PHASES
from readiness.api.readings import READINGS
from readiness.api.said import CONFIRMATIONS, OVERRIDES, SIGNALS
from readiness.api.seats import STAKEHOLDERS

RESOURCES = (
    *(INTERACTIONS, SIGNALS, CONFIRMATIONS, OVERRIDES, SIGNAL_TYPES, ACTION_TYPES),
    *(PHASE_MODELS, PHASES, READINGS, STAKEHOLDERS, QUOTES, DECISION_DATES),
)
