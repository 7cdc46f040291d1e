"""The API about how deals ended, and what was said of it."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.rest import Creation, Filter, Reader, Resource
from accounts.rest import fields as body
from accounts.rest.columns import (
    DAY,
    ID,
    column,
    list_of,
    maybe,
    object_of,
    one_of,
    reference,
)
from opportunities.models import Opportunity, Outcome
from stakeholders.actions.outcomes import Review, StillOpen, record_review, refuse_open
from stakeholders.api.seen import (
    FACT,
    LOGGED,
    OF_A_DEAL,
    deal_of,
    facts_seen,
    once,
    person_in,
)
from stakeholders.models import (
    Anchor,
    FileExisted,
    OutcomeEvent,
    OutcomeReview,
    ReviewedPhase,
)


class ReviewedPhaseBody(body.Body):
    stakeholder = body.Id()
    phase = body.Choice(Anchor.choices)


class ReviewedBody(body.Body):
    file_existed = body.Choice(FileExisted.choices, required=False)
    stopped_by = body.Id(required=False, allow_null=True)
    note = body.Text(max_length=5_000, line=False, required=False)
    phases: Any = serializers.ListSerializer(
        child=ReviewedPhaseBody(), required=False, max_length=50
    )


class OutcomeReviewBody(ReviewedBody):
    opportunity = body.Id()


def review_of(
    deal: Opportunity, given: Mapping[str, Any], *, place: str = ""
) -> Review:
    """What was said of the end of a deal; `place` leads to it in the body."""
    told = given.get("phases", ())
    once(
        (each["stakeholder"] for each in told),
        field=f"{place}phases",
        sentence=_("Name each person once."),
    )
    return Review(
        file_existed=given.get("file_existed", FileExisted.UNKNOWN),
        stopped_by=person_in(deal, given.get("stopped_by"), field=f"{place}stopped_by"),
        note=given.get("note", ""),
        phases={
            person_in(
                deal, each["stakeholder"], field=f"{place}phases[{n}].stakeholder"
            ): Anchor(each["phase"])
            for n, each in enumerate(told)
        },
    )


def _review(given: Mapping[str, Any], reader: Reader) -> OutcomeReview:
    deal = deal_of(given, reader)
    refuse_open(deal)
    return record_review(
        opportunity=deal,
        review=review_of(deal, given),
        reviewed_on=reader.today,
        by=reader.membership,
        now=reader.now,
    )


def _phases_of(ids: Sequence[UUID], reader: Reader) -> dict[UUID, dict[str, Any]]:
    phases: dict[UUID, dict[str, Any]] = {pk: {"phases": []} for pk in ids}
    for row in ReviewedPhase.objects.filter(review__in=ids).order_by("pk"):
        told = {"stakeholder": row.stakeholder_id, "phase": row.anchor}
        phases[row.review_id]["phases"].append(told)
    return phases


OUTCOMES = Resource(
    name="outcomes",
    noun="outcome",
    about="A deal ended or was reopened; its state is the last event's.",
    permission="deal.see",
    key="lineage_id",
    rows=facts_seen(OutcomeEvent),
    columns={
        **FACT,
        "outcome": column("outcome", one_of(Outcome)),
        "on": column("happened_on", DAY),
        "reason": maybe("reason"),
        **LOGGED,
    },
    filters=OF_A_DEAL | {"outcome": Filter(one_of(Outcome), "outcome")},
)

OUTCOME_REVIEWS = Resource(
    name="outcome-reviews",
    noun="outcome-review",
    about="What was said of a deal's end: was there a file, who stopped it, who was where. "
    "The phases are human readings, scored and never calculated with.",
    permission="deal.see",
    key="lineage_id",
    rows=facts_seen(OutcomeReview),
    columns={
        **FACT,
        "reviewed_on": column("reviewed_on", DAY),
        "file_existed": column("file_existed", one_of(FileExisted)),
        "stopped_by": reference("stopped_by_id", "stopped_by__person__name", null=True),
        "note": maybe("note"),
        **LOGGED,
    },
    loaded={"phases": list_of(object_of(stakeholder=ID, phase=one_of(Anchor)))},
    load=_phases_of,
    filters=OF_A_DEAL,
    creation=Creation(OutcomeReviewBody, _review, "deal.write", (StillOpen,)),
)
