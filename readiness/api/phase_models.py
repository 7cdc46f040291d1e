"""The API about the versions of the phase model, drafts among them, and about their phases."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from accounts.models import in_words
from accounts.rest import (
    Act,
    Change,
    Creation,
    Filter,
    Reader,
    Removal,
    Resource,
    everything,
)
from accounts.rest import fields as body
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
from readiness.actions.editing.codes import LacksLoggedSignals
from readiness.actions.editing.drafts import (
    NameTaken,
    discard_draft,
    make_draft,
    rename_draft,
)
from readiness.actions.editing.packs import MOST_BYTES, import_pack
from readiness.actions.editing.parts import (
    MOST_PHASES,
    NeverLeft,
    NoSuchPair,
    TooManyPhases,
    merge_with_next,
    merged_name,
    part_names,
    split_in_two,
)
from readiness.actions.editing.phases import (
    LEAST_DAYS,
    MOST_DAYS,
    BadStay,
    StartsDoNotAddUp,
    describe_phase,
    set_numbers,
)
from readiness.actions.editing.rules import Malformed
from readiness.actions.versions import (
    NotADraft,
    NotRetired,
    activate_model,
    roll_back,
)
from readiness.api.words import NamesBody, PhaseTextsBody, plain, told
from readiness.models import Basis, Phase, PhaseModel
from readiness.models.phase_model import ModelStatus
from stakeholders.api.seen import row_of
from stakeholders.models import Anchor

MAY = "model.manage"
ANCHORS = len(Anchor)


class DraftChangeBody(body.Body):
    version = body.Text(max_length=40)
    note = body.Text(max_length=2_000, line=False, required=False)


class DraftBody(DraftChangeBody):
    base = body.Id(help_text="The version to copy, whatever its state")


class PackBody(body.Body):
    file = body.File(help_text="What `/phase-models/{id}/pack` gave")


class NumbersBody(body.Body):
    """A number for each phase, in their order."""

    mean_dwell_days = serializers.ListField(
        child=body.Number(min_value=LEAST_DAYS, max_value=MOST_DAYS),
        min_length=ANCHORS,
        max_length=MOST_PHASES,
    )
    prior_probabilities = serializers.ListField(
        child=body.Number(min_value=0, max_value=1),
        min_length=ANCHORS,
        max_length=MOST_PHASES,
        required=False,
        help_text="They add up to 1",
    )


class PhaseChangeBody(body.Body):
    texts: Any = PhaseTextsBody()


class SplitBody(body.Body):
    share = body.Number(
        min_value=0.01,
        max_value=0.99,
        help_text="How much of the stay belongs to the first part",
    )
    first: Any = NamesBody(required=False)
    second: Any = NamesBody(required=False)


class MergedBody(body.Body):
    name: Any = NamesBody(required=False)


def _make(given: Mapping[str, Any], reader: Reader) -> PhaseModel:
    return make_draft(
        base=row_of(PhaseModel.objects, given["base"], field="base"),
        name=given["version"],
        note=given.get("note", ""),
        by=reader.membership,
        now=reader.now,
    )


def _bring(given: Mapping[str, Any], reader: Reader) -> PhaseModel:
    content = given["file"].read(MOST_BYTES + 1)
    try:
        return import_pack(content=content, by=reader.membership, now=reader.now)
    except Malformed as refusal:
        raise ValidationError({"file": refusal.reasons}) from refusal


def _rename(row: PhaseModel, given: Mapping[str, Any], reader: Reader) -> PhaseModel:
    return rename_draft(
        draft=row,
        name=given.get("version", row.version),
        note=given.get("note", row.note),
        revision=row.revision,
        by=reader.membership,
        now=reader.now,
    )


def _discard(row: PhaseModel, reader: Reader) -> None:
    discard_draft(
        draft=row, revision=row.revision, by=reader.membership, now=reader.now
    )


def _set_numbers(
    row: PhaseModel, given: Mapping[str, Any], reader: Reader
) -> PhaseModel:
    return set_numbers(
        draft=row,
        dwell_days=given["mean_dwell_days"],
        starts=given.get("prior_probabilities"),
        revision=row.revision,
        by=reader.membership,
        now=reader.now,
    )


def _activate(row: PhaseModel, given: Mapping[str, Any], reader: Reader) -> PhaseModel:
    return activate_model(
        draft=row, revision=row.revision, by=reader.membership, now=reader.now
    )


def _roll_back(row: PhaseModel, given: Mapping[str, Any], reader: Reader) -> PhaseModel:
    return roll_back(to=row, by=reader.membership, now=reader.now)


def _phases_of(ids: Sequence[UUID], reader: Reader) -> dict[UUID, dict[str, Any]]:
    phases: dict[UUID, dict[str, Any]] = {pk: {"phases": []} for pk in ids}
    for row in Phase.objects.filter(model__in=ids).order_by("position"):
        phases[row.model_id]["phases"].append(
            {
                "id": row.pk,
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
    about="The versions of the workspace's phase model; at most one is active. One is made "
    "as a draft, the copy of another; only drafts are changed, here, by their phases, signals "
    "and actions, each change counted in the ETag of all of them.",
    permission="workspace.enter",
    rows=everything(PhaseModel),
    columns={
        "id": column("pk", ID),
        "version": column("version"),
        "note": column("note"),
        "status": column("status", one_of(ModelStatus)),
        "basis": column("basis", one_of(Basis)),
        "created_at": column("created_at", INSTANT),
        "activated_at": column("activated_at", INSTANT, null=True),
    },
    loaded={
        "phases": list_of(
            object_of(
                id=ID,
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
    creation=Creation(DraftBody, _make, MAY, refusals=(NameTaken,)),
    upload=Creation(PackBody, _bring, MAY),
    change=Change(DraftChangeBody, _rename, MAY, refusals=(NotADraft, NameTaken)),
    removal=Removal(_discard, MAY, refusals=(NotADraft,)),
    row_acts=(
        Act(
            "set-numbers",
            "Say how long people stay in each phase of a draft, and where they start.",
            _set_numbers,
            MAY,
            body=NumbersBody,
            refusals=(NotADraft, StartsDoNotAddUp, BadStay, Malformed),
        ),
        Act(
            "activate",
            "Make a draft the model of the workspace; the one before retires, and open deals "
            "are computed again. If-Match says which state of the draft was looked at.",
            _activate,
            MAY,
            refusals=(NotADraft, LacksLoggedSignals),
        ),
        Act(
            "roll-back",
            "Go back to a version that was active before; the one in force retires.",
            _roll_back,
            MAY,
            refusals=(NotRetired, LacksLoggedSignals),
        ),
    ),
)


def _describe(phase: Phase, given: Mapping[str, Any], reader: Reader) -> Phase:
    return describe_phase(
        phase=phase,
        texts=phase.texts | plain(given.get("texts", {})),
        revision=phase.model.revision,
        by=reader.membership,
        now=reader.now,
    )


def _split(phase: Phase, given: Mapping[str, Any], reader: Reader) -> Phase:
    first, second = part_names(phase)
    parts = split_in_two(
        phase=phase,
        share=given["share"],
        names=(given.get("first", first), given.get("second", second)),
        revision=phase.model.revision,
        by=reader.membership,
        now=reader.now,
    )
    return parts[0]


def _merge(phase: Phase, given: Mapping[str, Any], reader: Reader) -> Phase:
    return merge_with_next(
        phase=phase,
        name=given.get("name") or _name_with_next(phase),
        revision=phase.model.revision,
        by=reader.membership,
        now=reader.now,
    )


def _name_with_next(phase: Phase) -> dict[str, str]:
    after = Phase.objects.filter(model=phase.model, position__gt=phase.position)
    return merged_name(phase, after.order_by("position").first() or phase)


PHASES = Resource(
    name="phases",
    noun="phase",
    about="The phases of a version. `jumps`: the shares of those who leave, by how many phases "
    "they go. The ETag is the version's: it counts every change of the draft.",
    permission="workspace.enter",
    rows=everything(Phase),
    columns={
        "id": column("pk", ID),
        "model": reference("model_id", "model__version"),
        "position": column("position", COUNT),
        "code": column("code"),
        "anchor": column("anchor", one_of(Anchor)),
        "name": Column(("texts",), TEXT, lambda texts: in_words(texts, "name")),
        "texts": column("texts", told(PhaseTextsBody)),
        "prior_probability": column("prior_probability", PROBABILITY),
        "mean_dwell_days": column("mean_dwell_days", NUMBER),
        "jumps": column(
            "jumps", {"type": "object", "additionalProperties": PROBABILITY}
        ),
    },
    filters={
        "model": Filter(ID, "model"),
        "status": Filter(one_of(ModelStatus), "model__status"),
    },
    orderings={"id": "pk", "position": "position"},
    version="model__revision",
    change=Change(PhaseChangeBody, _describe, MAY, refusals=(NotADraft, Malformed)),
    row_acts=(
        Act(
            "split",
            "Make two phases of one; the answer is the first of them.",
            _split,
            MAY,
            body=SplitBody,
            refusals=(NotADraft, NeverLeft, TooManyPhases, Malformed),
        ),
        Act(
            "merge",
            "Make one phase of this and the next, which stands for the same default phase.",
            _merge,
            MAY,
            body=MergedBody,
            refusals=(NotADraft, NoSuchPair, NeverLeft, Malformed),
        ),
    ),
)
