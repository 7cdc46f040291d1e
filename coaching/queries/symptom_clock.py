"""Deals whose symptoms or advice may have changed though only time passed."""

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from accounts.models import Workspace, start_of
from coaching.engine.stopping import long_days
from coaching.engine.symptoms import NO_FILE
from coaching.engine.symptoms import Symptom as Kind
from coaching.models import Symptom
from coaching.queries.thresholds import thresholds
from forecasting.engine.seats import SeatSettings
from opportunities.models import Opportunity
from readiness.engine.records import State
from readiness.models import PhaseReading, Signal
from readiness.queries.models import LoadedModel
from readiness.queries.standing import last_readings, state_of
from stakeholders.models import Anchor, Stakeholder

# Of a stay whose end is as likely on any day, half are over by then.
MEDIAN_OF_MEAN = math.log(2)
NIGHTS = timedelta(days=3)  # a night may be missed
UNDECIDED = {Anchor.STATUS_QUO, Anchor.RECOGNITION}


def median_dwell(deal: Opportunity, state: State, *, model: LoadedModel) -> float:
    """In how many days half of those who stand where somebody was last heard move on.

    Not where silence has taken them since: that would excuse itself. Of the last phase,
    which leads nowhere, as long as of the one before it.
    """
    pace = model.engine.pace(deal.importance or None, deal.buying_class or None)
    likeliest = max(
        range(len(state.probabilities)), key=state.probabilities.__getitem__
    )
    place = min(likeliest, max(len(state.probabilities) - 2, 0))
    rate = -float(model.generator[place, place])
    return MEDIAN_OF_MEAN * pace / rate if rate > 0 else math.inf


def changed_by_time(
    deals: Sequence[Opportunity],
    *,
    model: LoadedModel,
    workspace: Workspace,
    now: datetime,
) -> set[UUID]:
    """Those of these open deals that deserve a recompute; five queries."""
    limits = thresholds()
    open_rows = Symptom.objects.filter(
        opportunity__in=[deal.pk for deal in deals], closed_at__isnull=True
    )
    shown = list(open_rows.values_list("opportunity_id", "stakeholder_id", "code"))
    fading = {deal for deal, _who, code in shown if code == Kind.SELLER_AHEAD}
    stale = {who for _deal, who, code in shown if code == Kind.STALE and who}
    by_id = {deal.pk: deal for deal in deals}
    people = list(
        Stakeholder.objects.active_on(workspace.today(now)).filter(
            opportunity__in=list(by_id)
        )
    )
    readings = last_readings(people)
    silent = {
        person.opportunity_id
        for person in people
        if (row := readings.get(person.pk)) and row.last_heard_at
        if _is_out_of_cover(row, now)
        or (
            person.pk not in stale
            and _is_silent(
                row,
                by_id[person.opportunity_id],
                after=limits.stale_dwells,
                model=model,
                now=now,
            )
        )
    }
    undecided = {
        person.opportunity_id
        for person in people
        if (row := readings.get(person.pk))
        if (days := _undecided_days(row, by_id[person.opportunity_id], model=model))
        if _began(person, days, workspace=workspace, now=now)
    }
    unresolved = _unresolved(by_id, after_days=limits.unresolved_days, now=now)
    return fading | silent | undecided | set(unresolved)


def _is_silent(
    row: PhaseReading,
    deal: Opportunity,
    *,
    after: float,
    model: LoadedModel,
    now: datetime,
) -> bool:
    if row.model_id != model.pk:
        return False  # a new model computes every open deal again
    state = state_of(row.state)
    days = (now.timestamp() - state.at) / 86_400
    return days > after * median_dwell(deal, state, model=model)


def _undecided_days(
    row: PhaseReading, deal: Opportunity, *, model: LoadedModel
) -> float | None:
    """After how many days somebody who still weighs whether to change has done so for long."""
    if row.model_id != model.pk:
        return None
    state = state_of(row.state)
    chances = model.engine.anchor_chances(state.probabilities)
    if max(chances, key=lambda each: chances[each]) not in UNDECIDED:
        return None
    return long_days(median_dwell(deal, state, model=model))


def _began(
    person: Stakeholder, days: float, *, workspace: Workspace, now: datetime
) -> bool:
    """Whether it became long these nights that somebody is in the deal."""
    since = start_of(person.joined_on, workspace.zone)
    ago = (now - since).total_seconds() / 86_400
    return days <= ago < days + NIGHTS.days


def _is_out_of_cover(row: PhaseReading, now: datetime) -> bool:
    """Whether somebody ceased, these nights, to count as heard lately."""
    until = now - timedelta(days=SeatSettings().covered_days)
    return row.last_heard_at is not None and until - NIGHTS < row.last_heard_at < until


def _unresolved(
    deals: Mapping[UUID, Opportunity], *, after_days: float, now: datetime
) -> Iterator[UUID]:
    """Deals whose missing purchase file has been missing for long since these nights."""
    until = now - timedelta(days=after_days)
    yield from (
        Signal.objects.standing()
        .filter(
            code=NO_FILE,
            stakeholder__opportunity__in=list(deals),
            occurred_at__lte=until,
            occurred_at__gt=until - NIGHTS,
        )
        .values_list("stakeholder__opportunity_id", flat=True)
    )
