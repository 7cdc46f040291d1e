"""Read the phase of everybody in a deal from what was heard, and keep what changed."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from opportunities.models import Opportunity
from readiness.models import PhaseReading
from readiness.queries.models import LoadedModel
from readiness.queries.reading import PersonRead, read_people
from readiness.queries.standing import instant, last_readings, state_json
from readiness.signals import readings_changed


@transaction.atomic(savepoint=False)  # always within a recompute
def read_phases(
    *, opportunity: Opportunity, model: LoadedModel, zone: ZoneInfo, now: datetime
) -> dict[UUID, PersonRead]:
    """Replay everybody of a deal up to now; store a row where the evidence changed.

    Somebody never heard gets no row: unknown is not stored as a phase. The result is
    that of a full replay, whatever was logged late, edited or retracted.
    """
    read = read_people([opportunity], model=model, zone=zone, now=now)[opportunity.pk]
    _keep_changed(read, opportunity=opportunity, model=model, now=now)
    return read


def _keep_changed(
    read: dict[UUID, PersonRead],
    *,
    opportunity: Opportunity,
    model: LoadedModel,
    now: datetime,
) -> None:
    last = last_readings([person.stakeholder for person in read.values()])
    rows = []
    for pk, person in read.items():
        before = last.get(pk)
        if before is None and person.reading.is_unknown:
            continue
        digest = person.heard.digest(model=model, opportunity=opportunity)
        if before is None or before.inputs_hash != digest:
            rows.append(_row(person, model=model, digest=digest, now=now))
    PhaseReading.objects.bulk_create(rows)
    if rows:
        changes = [(row, last.get(row.stakeholder_id)) for row in rows]
        readings_changed.send(sender=PhaseReading, changes=changes)


def _row(
    person: PersonRead, *, model: LoadedModel, digest: str, now: datetime
) -> PhaseReading:
    state, reading = person.reading.state, person.reading
    heard_at = reading.last_heard_at
    scale = model.engine.settings.stance
    return PhaseReading(
        stakeholder=person.stakeholder,
        model_id=model.pk,
        computed_at=now,
        stands_at=instant(state.at),
        probabilities=list(state.probabilities),
        stance_probability=scale.support(state.stance_logit, state.stance_signals),
        signal_count=state.signals,
        negative_count=state.negative_signals,
        last_heard_at=instant(heard_at) if heard_at is not None else None,
        state=state_json(state),
        inputs_hash=digest,
    )
