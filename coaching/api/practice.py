"""The API about what people practised: read by themselves and whoever coaches them."""

from typing import Any

from accounts.rest import Filter, Resource
from accounts.rest.columns import (
    ID,
    INSTANT,
    PROBABILITY,
    Column,
    column,
    maybe,
    one_of,
    reference,
)
from coaching.api.whose import papers_of
from coaching.models import PracticeAnswer
from stakeholders.models import ANCHORS, Anchor

_MIX = {"type": "object", "additionalProperties": PROBABILITY}


def _by_anchor(chances: list[float]) -> dict[str, Any]:
    return dict(zip(ANCHORS, chances, strict=True))


PRACTICE_ANSWERS = Resource(
    name="practice-answers",
    noun="practice-answer",
    about="Where somebody put the buyer of a written case, where the model did, and the "
    "key. Read by themselves and whoever coaches them.",
    permission="workspace.enter",
    rows=papers_of(PracticeAnswer),
    columns={
        "id": column("pk", ID),
        "member": reference("member_id", "member__name"),
        "shipped_case": maybe("shipped"),
        "own_case": reference("case_id", "case__title", null=True),
        "probabilities": Column(("probabilities",), _MIX, _by_anchor),
        "model_probabilities": Column(("model_probabilities",), _MIX, _by_anchor),
        "phase": column("anchor", one_of(Anchor)),
        "answered_at": column("answered_at", INSTANT),
    },
    filters={"member": Filter(ID, "member")},
)
