"""All facts of an opportunity become readings, a forecast, prompts and symptoms, together.

Claim in one transaction, count the attempt in a second, compute and settle in a third: a
worker killed at any point leaves either the request or everything it asked for.
"""

import logging
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import Workspace
from buyreadiness.nightly import ask_for_periods
from coaching.actions.prompts import close_prompts, refresh_prompts
from coaching.actions.symptoms import close_symptoms, refresh_symptoms
from coaching.actions.timing import keep_timing
from coaching.engine.symptoms import symptoms_of
from coaching.queries.advice import advice_for
from coaching.queries.symptom_facts import symptom_facts
from coaching.queries.thresholds import thresholds
from forecasting.actions.forecasts import forecast_opportunity
from forecasting.actions.outlooks import drop_outlook, refresh_outlook
from forecasting.queries.deal import deal_of
from integrations.webhooks.outbox import asked_once
from opportunities.models import Opportunity, Outcome, RecomputeRequest
from readiness.actions.readings import read_phases
from readiness.queries.models import active_model
from stakeholders.actions.seats import gather_strays

logger = logging.getLogger(__name__)

AT_ONCE = 100


@transaction.atomic
def claim_requests(*, now: datetime) -> list[RecomputeRequest]:
    """Take what is due; park what was tried three times in vain, and say so."""
    requests = RecomputeRequest.objects
    for hopeless in requests.exhausted(now).select_for_update(skip_locked=True):
        requests.filter(pk=hopeless.pk).update(parked_at=now)
        logger.error(
            "Could not recompute opportunity %s of workspace %s in %s attempts: parked",
            hopeless.opportunity_id,
            hopeless.workspace_id,
            hopeless.attempts,
        )
    return requests.claim(now=now, limit=AT_ONCE)


@transaction.atomic
def begin_attempt(*, opportunity_id: UUID, now: datetime) -> UUID | None:
    """Count an attempt that begins now; None when the request was answered meanwhile."""
    return RecomputeRequest.objects.begin(opportunity_id=opportunity_id, now=now)


@transaction.atomic
def answer_request(*, opportunity_id: UUID, asking_id: UUID, now: datetime) -> bool:
    """Compute one opportunity of the open workspace; False when it was asked for again."""
    # Two workers may hold the same request after a lease ran out: one at a time.
    rows = Opportunity.objects.select_for_update(of=("self",))
    opportunity = rows.filter(pk=opportunity_id).first()
    if opportunity is not None:
        recompute(opportunity=opportunity, now=now)
    is_settled = RecomputeRequest.objects.settle(
        opportunity_id=opportunity_id, asking_id=asking_id
    )
    if opportunity is not None:
        # Last: others who recompute in this workspace wait for this row until we commit.
        ask_for_periods(workspace_id=opportunity.workspace_id, now=now)
    return is_settled


@transaction.atomic(savepoint=False)
@asked_once()
def recompute(*, opportunity: Opportunity, now: datetime) -> None:
    """Make everything of a deal again from its facts: what nothing changed stays as it is."""
    workspace = Workspace.objects.get(pk=opportunity.workspace_id)
    gather_strays(opportunity=opportunity, now=now)
    model = active_model()
    read = read_phases(
        opportunity=opportunity, model=model, zone=workspace.zone, now=now
    )
    if opportunity.retracted_at is not None or opportunity.outcome != Outcome.OPEN:
        drop_outlook(opportunity)
        close_prompts(opportunity=opportunity, now=now)
        close_symptoms(opportunity=opportunity, now=now)
        keep_timing(opportunity=opportunity, read=read, model=model, now=now)
        return
    deal = deal_of(
        opportunity=opportunity, read=read, model=model, workspace=workspace, now=now
    )
    made = forecast_opportunity(deal, model=model, workspace=workspace, now=now)
    refresh_outlook(made, model=model, workspace=workspace, now=now)
    gathered = symptom_facts(made, read, model=model, workspace=workspace, now=now)
    findings = symptoms_of(gathered.facts, thresholds=thresholds())
    refresh_prompts(
        opportunity=opportunity,
        advice=advice_for(
            made, read, model=model, facts=gathered.facts, findings=findings
        ),
        now=now,
    )
    refresh_symptoms(
        opportunity=opportunity, findings=findings, rows=gathered.rows, now=now
    )
