"""What the tests of a draft look up and say."""

from readiness.actions.editing.parts import (
    part_names,
    split_in_two,
)
from readiness.actions.editing.signal_types import (
    SignalSpec,
)
from readiness.models import (
    ActionType,
    Phase,
    PhaseModel,
    SignalType,
)

SPEC = SignalSpec(
    texts={
        "name": {"en": "Asks for our roadmap", "nl": "Vraagt de planning", "fr": ""},
        "definition": {"en": "Wants to see what comes", "nl": "", "fr": ""},
        "example": {"en": "“What comes in spring?”", "nl": "", "fr": ""},
    },
    steps=[1, 2, 3, 4, 5, 4, 3],
    evidence_class="O",
    stance_effect=1,
    symptoms="S2-",
)


def phase_of(draft: PhaseModel, code: str) -> Phase:
    return Phase.objects.select_related("model").get(model=draft, code=code)


def signal_of(draft: PhaseModel, code: str) -> SignalType:
    return SignalType.objects.select_related("model").get(model=draft, code=code)


def action_of(draft: PhaseModel, code: str) -> ActionType:
    return ActionType.objects.select_related("model").get(model=draft, code=code)


def split(edit, draft, code, share=0.5):
    phase = phase_of(draft, code)
    both = edit(split_in_two, phase=phase, share=share, names=part_names(phase))
    draft.refresh_from_db()
    return both
