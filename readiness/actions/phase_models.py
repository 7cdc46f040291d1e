"""Copy the shipped phase model into a new workspace: from then on it is its own."""

import csv
import json
from datetime import datetime
from importlib.resources import files
from typing import Any

from django.db import transaction

from readiness.models import (
    ActionType,
    Basis,
    ModelStatus,
    Phase,
    PhaseModel,
    SignalType,
)

LANGUAGES = ("en", "nl", "fr")
TEXTS = (
    "name",
    "definition",
    "cues",
    "moves_on",
    "pushes_back",
    "do",
    "do_not",
    "look_for",
)
JUMPS = {"forward_one": "1", "forward_two": "2", "back_one": "-1"}


@transaction.atomic
def copy_default_model(*, now: datetime) -> PhaseModel:
    """Make the default the workspace's active model, its signals and actions with it."""
    shipped = json.loads(_read("phases.json"))
    model = PhaseModel.objects.create(
        version=shipped["version"],
        status=ModelStatus.ACTIVE,
        basis=Basis.EXPERT,
        parameters={
            name: parameter["value"]
            for name, parameter in shipped["parameters"].items()
        },
        created_at=now,
        activated_at=now,
    )
    phases = [_phase(model, place, row) for place, row in enumerate(shipped["phases"])]
    Phase.objects.bulk_create(phases)
    codes = [phase.code for phase in phases]
    SignalType.objects.bulk_create(
        [_signal_type(model, codes, row) for row in _rows("signals.csv")]
    )
    ActionType.objects.bulk_create(
        [_action_type(model, codes, row) for row in _rows("actions.csv")]
    )
    return model


def _phase(model: PhaseModel, position: int, row: dict[str, Any]) -> Phase:
    return Phase(
        model=model,
        position=position,
        code=row["code"],
        anchor=row["anchor"],
        texts={name: row[name] for name in TEXTS},
        prior_probability=row["prior"],
        mean_dwell_days=row["mean_dwell_days"],
        jumps={JUMPS[name]: share for name, share in row["jumps"].items() if share},
    )


def _signal_type(
    model: PhaseModel, codes: list[str], row: dict[str, str]
) -> SignalType:
    return SignalType(
        model=model,
        code=row["code"],
        texts=_texts(row, "name", "definition", "example"),
        steps=[int(row[f"step_{code}"]) for code in codes],
        evidence_class=row["evidence_class"],
        stance_effect=int(row["stance_effect"]),
        symptoms=row["symptoms"],
        is_default=True,
    )


def _action_type(
    model: PhaseModel, codes: list[str], row: dict[str, str]
) -> ActionType:
    return ActionType(
        model=model,
        code=row["code"],
        texts=_texts(row, "name", "definition"),
        fits=[int(row[f"fit_{code}"]) for code in codes],
    )


def _texts(row: dict[str, str], *names: str) -> dict[str, dict[str, str]]:
    return {
        name: {language: row[f"{name}_{language}"] for language in LANGUAGES}
        for name in names
    }


def _rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(_read(name).splitlines()))


def _read(name: str) -> str:
    return (files("readiness") / "defaults" / name).read_text()
