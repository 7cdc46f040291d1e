"""Where people stand now, as pages show it: stored readings, drifted to this moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.models import Workspace
from readiness.engine.disagreement import Disagreement, disagreement
from readiness.engine.records import Reading
from readiness.models import PhaseOverride
from readiness.queries.as_of import AsOf, overrides_in_force
from readiness.queries.catalogue import catalogue_of
from readiness.queries.models import LoadedModel, active_model
from readiness.queries.reading import PersonRead
from readiness.queries.standing import instant, last_readings, reading_at
from stakeholders.models import ANCHORS, Stakeholder


@dataclass(frozen=True, slots=True)
class Position:
    """One person in a deal: the whole distribution, how sure, how old, and a human's view.

    `probabilities` is None for somebody never heard: unknown, not the first phase.
    """

    stakeholder: Stakeholder
    labels: tuple[str, ...]  # the phases of the model, in order
    anchors: tuple[str, ...]
    probabilities: tuple[float, ...] | None
    stance: float | None
    certainty: float | None
    signal_count: int
    heard_at: datetime | None
    age_days: float | None
    is_contradictory: bool
    override: PhaseOverride | None
    model: LoadedModel

    @property
    def is_unknown(self) -> bool:
        return self.probabilities is None

    @property
    def anchor(self) -> str:
        """The anchor of the likeliest phase; empty when unknown."""
        if self.probabilities is None:
            return ""
        place = max(
            range(len(self.probabilities)),
            key=lambda i: ((self.probabilities or ())[i], -i),
        )
        return self.anchors[place]

    @property
    def apart(self) -> Disagreement | None:
        """How far a human's reading lies from this one; None where there is no such pair."""
        if self.override is None or self.probabilities is None:
            return None
        chances = self.model.engine.anchor_chances(self.probabilities)
        return disagreement(chances, self.override.anchor, order=ANCHORS)


def positions_of(
    stakeholders: Sequence[Stakeholder], *, workspace: Workspace, now: datetime
) -> dict[UUID, Position]:
    """Where these people stand, by stakeholder; three queries, whatever their number."""
    if not stakeholders:
        return {}
    model = active_model()
    labels = catalogue_of(model).phase_names
    last = last_readings(stakeholders)
    when = AsOf.of(workspace, at=None, now=now)
    overrides = overrides_in_force(stakeholders, when=when)
    positions = {}
    for person in stakeholders:
        row = last.get(person.pk)
        # A row of an older version waits for its recompute: its phases are not these.
        reading = (
            reading_at(row, now, model=model)
            if row is not None and row.model_id == model.pk
            else None
        )
        positions[person.pk] = _position(
            person,
            reading,
            model=model,
            labels=labels,
            at=now,
            override=overrides.get(person.pk),
        )
    return positions


def positions_then(
    read: Mapping[UUID, PersonRead], *, when: AsOf, model: LoadedModel
) -> dict[UUID, Position]:
    """Where people who were replayed as of a moment stood; one query."""
    people = [each.stakeholder for each in read.values()]
    overrides = overrides_in_force(people, when=when)
    labels = catalogue_of(model).phase_names
    return {
        pk: _position(
            each.stakeholder,
            each.reading,
            model=model,
            labels=labels,
            at=when.at,
            override=overrides.get(pk),
        )
        for pk, each in read.items()
    }


def _position(
    person: Stakeholder,
    reading: Reading | None,
    *,
    model: LoadedModel,
    labels: tuple[str, ...],
    at: datetime,
    override: PhaseOverride | None,
) -> Position:
    if reading is not None and reading.is_unknown:
        reading = None
    heard = reading.last_heard_at if reading else None
    return Position(
        stakeholder=person,
        labels=labels,
        anchors=model.anchors,
        probabilities=reading.probabilities if reading else None,
        stance=reading.stance if reading else None,
        certainty=reading.certainty if reading else None,
        signal_count=reading.signals if reading else 0,
        heard_at=instant(heard) if heard is not None else None,
        age_days=(at.timestamp() - heard) / 86_400 if heard is not None else None,
        is_contradictory=reading.is_contradictory if reading else False,
        override=override,
        model=model,
    )
