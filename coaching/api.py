"""The API about prompts."""

from accounts.rest import Filter, Resource
from accounts.rest.columns import (
    FLAG,
    ID,
    INSTANT,
    NUMBER,
    column,
    maybe,
    one_of,
    reference,
)
from coaching.models import Prompt, PromptAnswer
from stakeholders.api import seen_by

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
        "weight": column("weight", NUMBER),
    },
    filters={
        "opportunity": Filter(ID, "opportunity"),
        "stakeholder": Filter(ID, "stakeholder"),
        "is_open": Filter(FLAG, "closed_at__isnull"),
    },
)

RESOURCES = (PROMPTS,)
