"""A version of the phase model as plain data, to be kept, compared and carried along."""

from collections.abc import Mapping
from typing import Any

from readiness.models import ActionType, Phase, PhaseModel, SignalType

FORMAT = "buyreadiness.phase-model/1"
PHASE = (*("code", "anchor", "texts", "prior_probability", "mean_dwell_days", "jumps"),)
SIGNAL = (
    *("code", "texts", "steps", "evidence_class", "stance_effect", "symptoms"),
    *("is_default", "is_retired"),
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
        "note": model.note,
        "basis": model.basis,
        "parameters": model.parameters,
        "phases": list(phases.values(*PHASE)),
        "signals": list(signals.values(*SIGNAL)),
        "actions": list(actions.values(*ACTION)),
    }


def numbers_in(pack: Mapping[str, Any]) -> dict[str, Any]:
    """What a pack computes with: everything but names, words and fits."""
    phases = ("code", "anchor", "prior_probability", "mean_dwell_days", "jumps")
    signals = ("code", "steps", "evidence_class", "stance_effect", "is_default")
    return {
        "parameters": pack["parameters"],
        "phases": [[phase[name] for name in phases] for phase in pack["phases"]],
        "signals": sorted([row[name] for name in signals] for row in pack["signals"]),
    }
