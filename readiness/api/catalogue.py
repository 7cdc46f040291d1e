"""The API about what buyers show and what we do: the signals and actions of a version."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from accounts.models import in_words
from accounts.rest import (
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
    FLAG,
    ID,
    TEXT,
    Column,
    Schema,
    column,
    list_of,
    one_of,
    reference,
)
from readiness.actions.editing.action_types import (
    StillDone,
    add_action_type,
    change_action_type,
    remove_action_type,
)
from readiness.actions.editing.parts import MOST_PHASES
from readiness.actions.editing.rules import Malformed
from readiness.actions.editing.signal_types import (
    CodeTaken,
    LastDefault,
    SignalSpec,
    StillLogged,
    add_signal_type,
    change_signal_type,
    remove_signal_type,
)
from readiness.actions.versions import NotADraft
from readiness.api.words import (
    ActionTextsBody,
    NewActionTextsBody,
    NewSignalTextsBody,
    SignalTextsBody,
    filled,
    plain,
    told,
)
from readiness.models import ActionType, EvidenceClass, PhaseModel, SignalType
from readiness.models.phase_model import ModelStatus, SymptomCode
from stakeholders.api.seen import row_of
from stakeholders.models import Anchor

MAY = "model.manage"
SIGN, CONTRARY = "sign", "contrary"
OF_A_VERSION = {
    "model": Filter(ID, "model"),
    "status": Filter(one_of(ModelStatus), "model__status"),
    "code": Filter(TEXT, "code"),
}


class Code(body.Text):
    """A letter, then letters and digits; it is not changed later."""

    described = {"pattern": "^[A-Za-z][A-Za-z0-9_-]{0,19}$"}

    def to_internal_value(self, data: Any) -> str:
        code = super().to_internal_value(data)
        if not re.fullmatch(self.described["pattern"], code):
            raise ValidationError(_("A code is a letter, then letters and digits."))
        return code


def _numbers(least: int, most: int) -> Any:
    """One for each phase, in their order."""
    return serializers.ListField(
        child=body.Whole(min_value=least, max_value=most),
        min_length=len(Anchor),
        max_length=MOST_PHASES,
    )


class SymptomsBody(body.Body):
    """Of which symptoms it is a sign, or a sign of the contrary; of the others of none."""

    S1 = body.Choice([SIGN, CONTRARY], required=False)
    S2 = body.Choice([SIGN, CONTRARY], required=False)
    S3 = body.Choice([SIGN, CONTRARY], required=False)
    S4 = body.Choice([SIGN, CONTRARY], required=False)
    S5 = body.Choice([SIGN, CONTRARY], required=False)


class SignalTypeChangeBody(body.Body):
    texts: Any = SignalTextsBody()
    steps = _numbers(1, 5)
    evidence_class = body.Choice(EvidenceClass.choices)
    stance_effect = body.Whole(min_value=-2, max_value=2, required=False)
    symptoms: Any = SymptomsBody(required=False)
    is_retired = body.Flag(required=False)


class SignalTypeBody(SignalTypeChangeBody):
    model = body.Id(help_text="A draft")
    code = Code()
    texts: Any = NewSignalTextsBody()


class ActionTypeChangeBody(body.Body):
    texts: Any = ActionTextsBody()
    fits = _numbers(-2, 2)


class ActionTypeBody(ActionTypeChangeBody):
    model = body.Id(help_text="A draft")
    code = Code()
    texts: Any = NewActionTextsBody()


def _draft(given: Mapping[str, Any]) -> PhaseModel:
    rows = PhaseModel.objects.select_for_update()
    draft: PhaseModel = row_of(rows, given["model"], field="model")
    return draft


def _symptoms(signs: Mapping[str, str]) -> str:
    return " ".join(
        code if signs[code] == SIGN else f"{code}-"
        for code in SymptomCode.values
        if code in signs
    )


def _symptoms_told(kept: str) -> dict[str, str]:
    return {
        code.removesuffix("-"): CONTRARY if code.endswith("-") else SIGN
        for code in kept.split()
    }


def _spec(row: SignalType, given: Mapping[str, Any]) -> SignalSpec:
    """What a signal says, with what was sent in the place of what it said."""
    names = ("steps", "evidence_class", "stance_effect", "symptoms", "is_retired")
    spec = SignalSpec(
        texts=row.texts | plain(given.get("texts", {})),
        **{name: given.get(name, getattr(row, name)) for name in names},
    )
    if "symptoms" in given:
        spec = replace(spec, symptoms=_symptoms(given["symptoms"]))
    return spec


def _add_signal(given: Mapping[str, Any], reader: Reader) -> SignalType:
    draft = _draft(given)
    texts = filled(given["texts"], "definition", "example")
    return add_signal_type(
        draft=draft,
        code=given["code"],
        spec=_spec(SignalType(texts=texts), given),
        revision=draft.revision,
        by=reader.membership,
        now=reader.now,
    )


def _change_signal(
    row: SignalType, given: Mapping[str, Any], reader: Reader
) -> SignalType:
    return change_signal_type(
        row=row,
        spec=_spec(row, given),
        revision=row.model.revision,
        by=reader.membership,
        now=reader.now,
    )


def _remove_signal(row: SignalType, reader: Reader) -> None:
    remove_signal_type(
        row=row, revision=row.model.revision, by=reader.membership, now=reader.now
    )


def _add_action(given: Mapping[str, Any], reader: Reader) -> ActionType:
    draft = _draft(given)
    return add_action_type(
        draft=draft,
        code=given["code"],
        texts=filled(given["texts"], "definition"),
        fits=given["fits"],
        revision=draft.revision,
        by=reader.membership,
        now=reader.now,
    )


def _change_action(
    row: ActionType, given: Mapping[str, Any], reader: Reader
) -> ActionType:
    return change_action_type(
        row=row,
        texts=row.texts | plain(given.get("texts", {})),
        fits=given.get("fits", row.fits),
        revision=row.model.revision,
        by=reader.membership,
        now=reader.now,
    )


def _remove_action(row: ActionType, reader: Reader) -> None:
    remove_action_type(
        row=row, revision=row.model.revision, by=reader.membership, now=reader.now
    )


_SYMPTOMS: Schema = {
    "type": "object",
    "properties": {code: one_of([SIGN, CONTRARY]) for code in SymptomCode.values},
    "additionalProperties": False,
}

SIGNAL_TYPES = Resource(
    name="signal-types",
    noun="signal-type",
    about="The signals of a phase model. `steps`: 1 rare to 5 very typical, by phase. One of "
    "your own moves nobody who has not shown it. Only those of drafts are changed; the ETag is "
    "the version's.",
    permission="workspace.enter",
    rows=everything(SignalType),
    columns={
        "id": column("pk", ID),
        "model": reference("model_id", "model__version"),
        "code": column("code"),
        "name": Column(("texts",), TEXT, lambda texts: in_words(texts, "name")),
        "texts": column("texts", told(SignalTextsBody)),
        "steps": column("steps", list_of(COUNT)),
        "evidence_class": column("evidence_class", one_of(EvidenceClass)),
        "stance_effect": column("stance_effect", COUNT),
        "symptoms": Column(("symptoms",), _SYMPTOMS, _symptoms_told),
        "is_default": column("is_default", FLAG),
        "is_retired": column("is_retired", FLAG),
    },
    filters=OF_A_VERSION,
    orderings={"id": "pk", "code": "code"},
    version="model__revision",
    creation=Creation(
        SignalTypeBody, _add_signal, MAY, refusals=(NotADraft, CodeTaken, Malformed)
    ),
    change=Change(
        SignalTypeChangeBody, _change_signal, MAY, refusals=(NotADraft, Malformed)
    ),
    removal=Removal(
        _remove_signal, MAY, refusals=(NotADraft, StillLogged, LastDefault)
    ),
)

ACTION_TYPES = Resource(
    name="action-types",
    noun="action-type",
    about="What we do, by a phase model. `fits`: -2 does harm to +2 right now, by phase. It is "
    "no evidence. Only those of drafts are changed; the ETag is the version's.",
    permission="workspace.enter",
    rows=everything(ActionType),
    columns={
        "id": column("pk", ID),
        "model": reference("model_id", "model__version"),
        "code": column("code"),
        "name": Column(("texts",), TEXT, lambda texts: in_words(texts, "name")),
        "texts": column("texts", told(ActionTextsBody)),
        "fits": column("fits", list_of(COUNT)),
    },
    filters=OF_A_VERSION,
    orderings={"id": "pk", "code": "code"},
    version="model__revision",
    creation=Creation(
        ActionTypeBody, _add_action, MAY, refusals=(NotADraft, CodeTaken, Malformed)
    ),
    change=Change(
        ActionTypeChangeBody, _change_action, MAY, refusals=(NotADraft, Malformed)
    ),
    removal=Removal(_remove_action, MAY, refusals=(NotADraft, StillDone)),
)
