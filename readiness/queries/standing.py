"""Where the people of a deal stand now: the stored readings, drifted to the moment."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import QuerySet
from django.db.models.functions import JSONObject

from readiness.engine.records import Reading, State
from readiness.engine.replay import replay, state_at
from readiness.models import ModelStatus, PhaseModel, PhaseReading
from readiness.queries.models import LoadedModel, NoActiveModel, loaded
from stakeholders.models import Stakeholder


def last_readings(stakeholders: Sequence[Stakeholder]) -> dict[UUID, PhaseReading]:
    """The last stored reading of each person, of those who have one; one query."""
    last = _last([stakeholder.pk for stakeholder in stakeholders])
    return {row.stakeholder_id: row for row in last}


def stand_now(
    people: Collection[UUID], *, now: datetime
) -> tuple[LoadedModel, dict[UUID, tuple[float, ...]]]:
    """The active model, and where these people stand by it; both in one query.

    Left out is whom nobody heard, and whom a new model has not read yet.

    :raises NoActiveModel: when there is none.
    """
    last = _last(people).values(
        row=JSONObject(
            who="stakeholder_id",
            model="model_id",
            signals="signal_count",
            stands_at="stands_at",
            state="state",
        )
    )
    active = PhaseModel.objects.filter(status=ModelStatus.ACTIVE)
    found: Any = active.annotate(last=ArraySubquery(last)).first()
    if found is None:
        raise NoActiveModel("this workspace has no active phase model")
    model = loaded(found)
    standing = {}
    for told in found.last or ():  # of nobody there is no array
        if told["signals"] and UUID(told["model"]) == model.pk:
            stands_at = datetime.fromisoformat(told["stands_at"])
            row = PhaseReading(stands_at=stands_at, state=told["state"])
            reading = reading_at(row, now, model=model)
            standing[UUID(told["who"])] = reading.probabilities
    return model, standing


def _last(people: Collection[UUID]) -> "QuerySet[PhaseReading]":
    rows = PhaseReading.objects.filter(stakeholder__in=people)
    return rows.order_by("stakeholder", "-computed_at", "-id").distinct("stakeholder")


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
