"""The API about what a version of the phase model would change, before it is activated."""

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.rest import Conflict, WorkspaceView
from accounts.rest.columns import (
    COUNT,
    ID,
    NAMED,
    NUMBER,
    PROBABILITY,
    TEXT,
    list_of,
    object_of,
    one_of,
    or_null,
)
from forecasting.queries.preview import preview
from readiness.actions.editing.codes import lacking_words
from readiness.models import PhaseModel
from readiness.queries.models import active_model, loaded
from stakeholders.models import Anchor

CHANCE = or_null(PROBABILITY)


class ModelPreviewView(WorkspaceView):
    """Who would stand in another phase, and which chances would change: by a replay of at most
    200 open deals under both versions. Nothing is written.
    """

    permission = "model.manage"
    scope = "phase_models:read"
    codes = (409,)  # it could not read what was logged
    answer = object_of(
        active=ID,
        all_deals=COUNT,
        deals_looked_at=COUNT,
        people_heard=COUNT,
        mean_shift=NUMBER,
        won_before=CHANCE,
        won_after=CHANCE,
        movers=list_of(
            object_of(
                name=TEXT,
                opportunity=NAMED,
                before=one_of(Anchor),
                before_probability=PROBABILITY,
                after=one_of(Anchor),
                after_probability=PROBABILITY,
                shift=NUMBER,
            )
        ),
        opportunities=list_of(
            object_of(opportunity=NAMED, before=PROBABILITY, after=PROBABILITY)
        ),
    )

    def get(self, request: Request, id: UUID) -> Response:
        self.given(request)
        reader = self.reader(request)
        row = get_object_or_404(PhaseModel, pk=id)
        if lacking := lacking_words(row):
            raise Conflict(lacking)
        old, new = active_model(), loaded(row)
        told = preview(old=old, new=new, workspace=reader.workspace, now=reader.now)
        return Response(
            {
                "active": old.pk,
                "all_deals": told.all_deals,
                "deals_looked_at": len(told.deals),
                "people_heard": told.heard,
                "mean_shift": told.shift,
                "won_before": told.before,
                "won_after": told.after,
                "movers": [
                    {
                        "name": each.name,
                        "opportunity": _named(each.deal),
                        "before": each.before,
                        "before_probability": _chance(each.before_chance),
                        "after": each.after,
                        "after_probability": _chance(each.after_chance),
                        "shift": each.shift,
                    }
                    for each in told.movers
                ],
                "opportunities": [
                    {
                        "opportunity": _named(each.deal),
                        "before": each.before,
                        "after": each.after,
                    }
                    for each in told.changed
                ],
            }
        )


def _named(row: Any) -> dict[str, Any]:
    return {"id": row.pk, "name": row.name}


def _chance(sum_of_some: float) -> float:
    """A sum of phases may be a rounding beyond one."""
    return min(float(sum_of_some), 1.0)
