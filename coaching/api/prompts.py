"""The API about advice and what it answers: prompts, and symptoms of a stalling deal."""

from collections.abc import Mapping
from typing import Any

from accounts.rest import Act, Filter, Reader, Resource
from accounts.rest import fields as body
from accounts.rest.columns import (
    DAY,
    FLAG,
    ID,
    INSTANT,
    NUMBER,
    TEXT,
    Column,
    column,
    list_of,
    maybe,
    object_of,
    one_of,
    reference,
)
from coaching.actions.prompts import (
    PromptOver,
    ReturnsInThePast,
    WhyNotNeeded,
    answer_prompt,
)
from coaching.engine.symptoms import Symptom as Kind
from coaching.models import Prompt, PromptAnswer, Symptom
from stakeholders.api.seen import seen_by


class AnswerBody(body.Body):
    answer = body.Choice(PromptAnswer.choices)
    returns_on = body.Day(required=False, allow_null=True)
    reason = body.Text(max_length=300, required=False)


def _answer(prompt: Prompt, given: Mapping[str, Any], reader: Reader) -> Prompt:
    return answer_prompt(
        prompt=prompt,
        answer=PromptAnswer(given["answer"]),
        returns_on=given.get("returns_on"),
        reason=given.get("reason", ""),
        today=reader.today,
        by=reader.membership,
        now=reader.now,
    )


_CODE = one_of(each.value for each in Kind)


def _days(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"kind": row["kind"], "on": row["on"]} for row in rows]


PROMPTS = Resource(
    name="prompts",
    noun="prompt",
    about="Advice about one person or one deal. `play` says which; `words` what it names.",
    permission="deal.see",
    rows=lambda reader: Prompt.objects.filter(opportunity__in=seen_by(reader)),
    columns={
        "id": column("pk", ID),
        "opportunity": reference("opportunity_id", "opportunity__name"),
        "stakeholder": reference(
            "stakeholder_id", "stakeholder__person__name", null=True
        ),
        "play": column("play__code"),
        "situation": column("play__situation"),
        "words": column("words", {"type": "object"}),
        "opened_at": column("opened_at", INSTANT),
        "closed_at": column("closed_at", INSTANT, null=True),
        "answer": maybe("answer", one_of(PromptAnswer)),
        "answered_at": column("answered_at", INSTANT, null=True),
        "returns_on": column("returns_on", DAY, null=True),
        "reason": maybe("reason"),
        "weight": column("weight", NUMBER),
    },
    filters={
        "opportunity": Filter(ID, "opportunity"),
        "stakeholder": Filter(ID, "stakeholder"),
        "is_open": Filter(FLAG, "closed_at__isnull"),
    },
    row_acts=(
        Act(
            "answer",
            "Take it up, put it off until `returns_on`, or turn it down and say why.",
            _answer,
            "prompt.answer",
            AnswerBody,
            (PromptOver, ReturnsInThePast, WhyNotNeeded),
        ),
    ),
)

SYMPTOMS = Resource(
    name="symptoms",
    noun="symptom",
    about="What buyers of a stalling deal do. It opens and closes by itself; one that comes "
    "back is a new row. `rests_on`: the days of the facts that show it.",
    permission="deal.see",
    rows=lambda reader: Symptom.objects.filter(opportunity__in=seen_by(reader)),
    columns={
        "id": column("pk", ID),
        "opportunity": reference("opportunity_id", "opportunity__name"),
        "stakeholder": reference(
            "stakeholder_id", "stakeholder__person__name", null=True
        ),
        "code": column("code", _CODE),
        "reading": maybe("reading"),
        "people": column("people", list_of(ID)),
        "rests_on": Column(("rows",), list_of(object_of(kind=TEXT, on=DAY)), _days),
        "opened_at": column("opened_at", INSTANT),
        "closed_at": column("closed_at", INSTANT, null=True),
    },
    filters={
        "opportunity": Filter(ID, "opportunity"),
        "stakeholder": Filter(ID, "stakeholder"),
        "code": Filter(_CODE, "code"),
        "is_open": Filter(FLAG, "closed_at__isnull"),
    },
)
