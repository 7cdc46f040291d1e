"""The API about the phase model and its signals."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from accounts.models import in_words
from accounts.rest import Filter, Reader, Resource, everything
from accounts.rest.columns import (
    COUNT,
    ID,
    INSTANT,
    NUMBER,
    PROBABILITY,
    TEXT,
    Column,
    column,
    list_of,
    object_of,
    one_of,
    reference,
)
from readiness.api.model_acts import MODEL_ACTS
from readiness.models import Basis, EvidenceClass, Phase, PhaseModel, SignalType
from readiness.models.phase_model import ModelStatus
from stakeholders.models import Anchor

SIGNAL_TYPES = Resource(
    name="signal-types",
    noun="signal-type",
    about="The signals of a phase model. `steps`: 1 rare to 5 very typical, by phase.",
    permission="workspace.enter",
    rows=everything(SignalType),
    columns={
        "id": column("pk", ID),
        "model": reference("model_id", "model__version"),
        "code": column("code"),
        "name": Column(("texts",), TEXT, lambda texts: in_words(texts, "name")),
        "steps": column("steps", list_of(COUNT)),
        "evidence_class": column("evidence_class", one_of(EvidenceClass)),
        "stance_effect": column("stance_effect", COUNT),
    },
    filters={
        "model": Filter(ID, "model"),
        "status": Filter(one_of(ModelStatus), "model__status"),
        "code": Filter(TEXT, "code"),
    },
    orderings={"id": "pk", "code": "code"},
)


def _phases_of(ids: Sequence[UUID], reader: Reader) -> dict[UUID, dict[str, Any]]:
    phases: dict[UUID, dict[str, Any]] = {pk: {"phases": []} for pk in ids}
    for row in Phase.objects.filter(model__in=ids).order_by("position"):
        phases[row.model_id]["phases"].append(
            {
                "code": row.code,
                "anchor": row.anchor,
                "name": str(row),
                "prior_probability": row.prior_probability,
                "mean_dwell_days": row.mean_dwell_days,
            }
        )
    return phases


PHASE_MODELS = Resource(
    name="phase-models",
    noun="phase-model",
    about="The versions of the workspace's phase model; at most one is active.",
    permission="workspace.enter",
    rows=everything(PhaseModel),
    columns={
        "id": column("pk", ID),
        "version": column("version"),
        "status": column("status", one_of(ModelStatus)),
        "basis": column("basis", one_of(Basis)),
        "created_at": column("created_at", INSTANT),
        "activated_at": column("activated_at", INSTANT, null=True),
    },
    loaded={
        "phases": list_of(
            object_of(
                code=TEXT,
                anchor=one_of(Anchor),
                name=TEXT,
                prior_probability=PROBABILITY,
                mean_dwell_days=NUMBER,
            )
        )
    },
    load=_phases_of,
    filters={"status": Filter(one_of(ModelStatus), "status")},
    version="revision",
    row_acts=MODEL_ACTS,
)
