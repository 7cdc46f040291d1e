"""A version of the phase model as plain data, to be kept, compared and carried along."""

from typing import Any

from readiness.models import ActionType, Phase, PhaseModel, SignalType

FORMAT = "buyreadiness.phase-model/1"
PHASE = (*("code", "anchor", "texts", "prior_probability", "mean_dwell_days", "jumps"),)
SIGNAL = (
    *("code", "texts", "steps", "evidence_class", "stance_effect", "symptoms"),
    "is_default",
)
ACTION = ("code", "texts", "fits")


def pack_of(model: PhaseModel) -> dict[str, Any]:
    """Everything a version says, without ids and moments; three queries."""
    phases = Phase.objects.filter(model=model).order_by("position")
    signals = SignalType.objects.filter(model=model).order_by("code")
    actions = ActionType.objects.filter(model=model).order_by("code")
    return {
        "format": FORMAT,
        "version": model.version,
        "basis": model.basis,
        "parameters": model.parameters,
        "phases": list(phases.values(*PHASE)),
        "signals": list(signals.values(*SIGNAL)),
        "actions": list(actions.values(*ACTION)),
    }
