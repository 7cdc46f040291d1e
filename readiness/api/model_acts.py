"""What is done to versions of the phase model: put in force, and gone back to."""

from collections.abc import Mapping
from typing import Any

from accounts.rest import Act, Reader
from readiness.actions.editing.codes import LacksLoggedSignals
from readiness.actions.versions import (
    NotADraft,
    NotRetired,
    activate_model,
    roll_back,
)
from readiness.models import PhaseModel


def _activate(row: PhaseModel, given: Mapping[str, Any], reader: Reader) -> PhaseModel:
    return activate_model(
        draft=row, revision=row.revision, by=reader.membership, now=reader.now
    )


def _roll_back(row: PhaseModel, given: Mapping[str, Any], reader: Reader) -> PhaseModel:
    return roll_back(to=row, by=reader.membership, now=reader.now)


MODEL_ACTS = (
    Act(
        "activate",
        "Make a draft the model of the workspace; the one before retires, and open deals "
        "are computed again. If-Match says which state of the draft was looked at.",
        _activate,
        "model.manage",
        refusals=(NotADraft, LacksLoggedSignals),
    ),
    Act(
        "roll-back",
        "Go back to a version that was active before; the one in force retires.",
        _roll_back,
        "model.manage",
        refusals=(NotRetired, LacksLoggedSignals),
    ),
)
