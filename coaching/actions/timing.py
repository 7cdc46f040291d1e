"""Keep how our steps were timed in deals that ended."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import Workspace
from coaching.models import DealTiming
from coaching.queries.timed import ENDED, count_steps, untimed
from opportunities.models import Opportunity
from readiness.queries.models import LoadedModel
from readiness.queries.reading import PersonRead, read_people


@transaction.atomic(savepoint=False)  # always within a recompute
def keep_timing(
    *,
    opportunity: Opportunity,
    read: Mapping[UUID, PersonRead],
    model: LoadedModel,
    now: datetime,
) -> None:
    """Count the steps of a deal that ended, with what was just read of its people."""
    if opportunity.outcome in ENDED:
        _keep([opportunity], {opportunity.pk: read}, model=model, now=now)


@transaction.atomic
def catch_up_on_timing(
    *, workspace: Workspace, model: LoadedModel, now: datetime
) -> None:
    """Count the last deals that nobody counted with the model of now; a page's worth."""
    deals = untimed(model=model)
    if deals:
        read = read_people(deals, model=model, zone=workspace.zone, now=now)
        _keep(deals, read, model=model, now=now)


def _keep(
    deals: Sequence[Opportunity],
    read: Mapping[UUID, Mapping[UUID, PersonRead]],
    *,
    model: LoadedModel,
    now: datetime,
) -> None:
    counts = count_steps(deals, read, model=model)
    DealTiming.objects.bulk_create(
        [
            DealTiming(
                opportunity=deal,
                model_id=model.pk,
                ill=counts[deal.pk].ill,
                steps=counts[deal.pk].n,
                computed_at=now,
            )
            for deal in deals
        ],
        update_conflicts=True,
        unique_fields=["workspace", "opportunity"],
        update_fields=["model", "ill", "steps", "computed_at"],
    )
