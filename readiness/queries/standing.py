"""Where the people of a deal stand now: the stored readings, drifted to the moment."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from readiness.engine.records import Reading, State
from readiness.engine.replay import replay, state_at
from readiness.models import PhaseReading
from readiness.queries.models import LoadedModel
from stakeholders.models import Stakeholder


def last_readings(stakeholders: Sequence[Stakeholder]) -> dict[UUID, PhaseReading]:
    """The last stored reading of each person, of those who have one; one query."""
    rows = PhaseReading.objects.filter(
        stakeholder__in=[stakeholder.pk for stakeholder in stakeholders]
    )
    last = rows.order_by("stakeholder", "-computed_at", "-id").distinct("stakeholder")
    return {row.stakeholder_id: row for row in last}


def reading_at(row: PhaseReading, when: datetime, *, model: LoadedModel) -> Reading:
    """What a stored reading says at a later moment: its π times exp(QΔ)."""
    at = max(when, row.stands_at).timestamp()
    return state_at(state_of(row.state), at, model=model.engine)


def drifting_prior(
    stakeholder_joined_at: float,
    when: datetime,
    *,
    model: LoadedModel,
    importance: str | None,
    buying_class: str | None,
) -> Reading:
    """Somebody never heard: the prior, drifting since they joined."""
    at = when.timestamp()
    return replay(
        (),
        model=model.engine,
        joined_at=min(stakeholder_joined_at, at),
        as_of=at,
        importance=importance,
        buying_class=buying_class,
    )


def state_json(state: State) -> dict[str, Any]:
    return asdict(state)


def state_of(kept: dict[str, Any]) -> State:
    """A state as it was kept in JSON."""
    values = dict(kept)
    values["probabilities"] = tuple(values["probabilities"])
    values["recent"] = tuple((code, at) for code, at in values["recent"])
    return State(**values)


def instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, tz=UTC)
