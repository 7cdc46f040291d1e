"""What was believed of people's phases at some moment: replayed, or as it was stored."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from accounts.models import Workspace, end_of, start_of
from opportunities.models import Opportunity, Outcome
from readiness.engine.records import Reading
from readiness.models import PhaseModel, PhaseOverride, PhaseReading
from readiness.queries.evidence import CLOCK_DRIFT, as_known, heard_from
from readiness.queries.models import LoadedModel, loaded
from readiness.queries.reading import PersonRead, read_people, read_person
from readiness.queries.standing import drifting_prior, reading_at
from stakeholders.models import OutcomeEvent, Stakeholder


@dataclass(frozen=True, slots=True)
class AsOf:
    """A moment to look from. `known_at` is None for the present: what stands now."""

    workspace: Workspace
    at: datetime
    known_at: datetime | None

    @classmethod
    def of(cls, workspace: Workspace, *, at: datetime | None, now: datetime) -> "AsOf":
        """The moment `at`, or the present."""
        return cls(workspace=workspace, at=at or now, known_at=at)

    @classmethod
    def on(cls, day: date | None, *, workspace: Workspace, now: datetime) -> "AsOf":
        """The end of a day, or the present where none is given."""
        if day is None:
            return cls.of(workspace, at=None, now=now)
        return cls.end_of(day, workspace=workspace, now=now)

    @classmethod
    def end_of(cls, day: date, *, workspace: Workspace, now: datetime) -> "AsOf":
        """The last moment of a day of the workspace; of today what has passed of it."""
        last = end_of(day, workspace.zone) - timedelta(microseconds=1)
        at = min(last, now) if day == workspace.today(now) else last
        at = at.astimezone(UTC)
        return cls(workspace=workspace, at=at, known_at=at)


@dataclass(frozen=True, slots=True)
class Believed:
    """One person who was active, where they stood, and what a human said instead."""

    stakeholder: Stakeholder
    reading: Reading
    override: str | None
    model: LoadedModel


def open_deals(when: AsOf) -> list[Opportunity]:
    """The deals that were open at that moment, by id.

    One opened on that day is absent, one closed on that day is closed; its state is that
    of the last event by then. One retracted later is there.
    """
    if when.known_at is None:
        present = Opportunity.objects.still_open()
        return list(present.select_related("owner").order_by("pk"))
    rows = open_then(Opportunity.objects.all(), when=when)
    return list(rows.select_related("owner").order_by("pk"))


def open_then(deals: "QuerySet[Opportunity]", *, when: AsOf) -> "QuerySet[Opportunity]":
    """Those of some deals that were open at a moment that has passed."""
    day = when.workspace.today(when.at)
    kept = Q(retracted_at__isnull=True) | Q(retracted_at__gt=when.at)
    events = OutcomeEvent.objects.not_retracted_by(when.at).filter(
        opportunity=OuterRef("pk")
    )
    by_then = events.filter(happened_on__lte=day)
    last = by_then.order_by("-happened_on", "-logged_at", "-pk").values("outcome")[:1]
    # An import may bring a deal's end without an event.
    ended = Q(closed_on__lte=day) & ~Q(outcome=Outcome.OPEN)
    return (
        deals.filter(kept, opened_on__lt=day)
        .alias(last=Subquery(last), has_event=Exists(events))
        .filter(
            Q(last=Outcome.OPEN)
            | Q(last__isnull=True, has_event=True)
            | Q(Q(has_event=False) & ~ended)
        )
    )


def states_on(when: AsOf) -> dict[UUID, str]:
    """How the deals stood at the end of that day which have an outcome event at all.

    An event counts from its own day: a closing that was entered late is one all the same.
    """
    day = when.workspace.today(when.at)
    if when.known_at is None:
        events = OutcomeEvent.objects.standing()
    else:
        events = OutcomeEvent.objects.not_retracted_by(when.at)
    rows = events.order_by("happened_on", "logged_at", "pk")
    states: dict[UUID, str] = {}
    for pk, outcome, on in rows.values_list("opportunity", "outcome", "happened_on"):
        states.setdefault(pk, Outcome.OPEN)
        if on <= day:
            states[pk] = outcome
    return states


def state_of(row: Opportunity, states: Mapping[UUID, str], *, when: AsOf) -> str:
    """How a deal stood at the end of that day; of `states_on`, where it has an event.

    An import may bring a deal's end without one.
    """
    if row.pk in states:
        return states[row.pk]
    if row.closed_on is None or row.closed_on > when.workspace.today(when.at):
        return Outcome.OPEN
    return row.outcome


def beliefs(
    opportunities: Sequence[Opportunity], *, when: AsOf, model: LoadedModel
) -> list[Believed]:
    """Everybody active in these deals, replayed from what was known at that moment."""
    read = read_people(
        opportunities,
        model=model,
        zone=when.workspace.zone,
        now=when.at,
        known_at=when.known_at,
    )
    people = [
        person
        for opportunity in opportunities
        for person in read[opportunity.pk].values()
        if is_active(person.stakeholder, when)
    ]
    overrides = _anchors([each.stakeholder for each in people], when=when)
    return [
        Believed(
            stakeholder=each.stakeholder,
            reading=each.reading,
            override=overrides.get(each.stakeholder.pk),
            model=model,
        )
        for each in people
    ]


def read_seats(
    seats: Sequence[Stakeholder], *, when: AsOf, model: LoadedModel
) -> dict[UUID, PersonRead]:
    """Replay some people, read with their deals, as of a moment; two queries."""
    heard = heard_from(
        seats,
        model=model,
        zone=when.workspace.zone,
        until=when.at + CLOCK_DRIFT,
        known_at=when.known_at,
    )
    return {
        seat.pk: PersonRead(
            stakeholder=seat,
            heard=heard[seat.pk],
            reading=read_person(
                heard[seat.pk], opportunity=seat.opportunity, model=model, now=when.at
            ),
        )
        for seat in seats
    }


def stored_beliefs(
    opportunities: Sequence[Opportunity], *, when: AsOf, model: LoadedModel
) -> list[Believed]:
    """Everybody active in these deals, by the last row stored by then, drifted to it.

    A row says so with the version of the model it was made with.
    """
    deals = {opportunity.pk: opportunity for opportunity in opportunities}
    rows = Stakeholder.objects.filter(opportunity__in=list(deals))
    people = [row for row in rows.order_by("opportunity", "pk") if is_active(row, when)]
    last = _stored_by(people, when.at)
    models = {row.pk: loaded(row) for row in _models(last.values())}
    overrides = _anchors(people, when=when)
    return [
        Believed(
            stakeholder=person,
            reading=reading_at(row, when.at, model=models[row.model_id])
            if (row := last.get(person.pk))
            else unheard(deals[person.opportunity_id], person, when=when, model=model),
            override=overrides.get(person.pk),
            model=models[row.model_id] if row else model,
        )
        for person in people
    ]


def unheard(
    opportunity: Opportunity, person: Stakeholder, *, when: AsOf, model: LoadedModel
) -> Reading:
    """Where somebody stands of whom nothing was stored: at the drifting prior."""
    return drifting_prior(
        start_of(person.joined_on, when.workspace.zone).timestamp(),
        when.at,
        model=model,
        importance=opportunity.importance or None,
        buying_class=opportunity.buying_class or None,
    )


def is_active(stakeholder: Stakeholder, when: AsOf) -> bool:
    """Joined, and not left: people who left give no line.

    A row that says a day and no moment counts from the end of that day.
    """
    day = when.workspace.today(when.at)
    if stakeholder.left_on is not None and stakeholder.left_on <= day:
        return False
    is_late = when.known_at is not None and stakeholder.joined_on == day
    return stakeholder.joined_on <= day and not is_late


def _stored_by(people: Sequence[Stakeholder], at: datetime) -> dict[UUID, PhaseReading]:
    rows = PhaseReading.objects.filter(
        stakeholder__in=[person.pk for person in people], computed_at__lte=at
    )
    last = rows.order_by("stakeholder", "-computed_at", "-id").distinct("stakeholder")
    return {row.stakeholder_id: row for row in last}


def _models(rows: Iterable[PhaseReading]) -> list[PhaseModel]:
    return list(PhaseModel.objects.filter(pk__in={row.model_id for row in rows}))


def overrides_in_force(
    people: Sequence[Stakeholder], *, when: AsOf
) -> dict[UUID, PhaseOverride]:
    """The override in force of each person who has one; one query."""
    day = when.workspace.today(when.at)
    rows = as_known(PhaseOverride.objects.all(), when.known_at).filter(
        Q(expires_on__isnull=True) | Q(expires_on__gte=day),
        stakeholder__in=[person.pk for person in people],
        set_at__lte=when.at + CLOCK_DRIFT,
    )
    last = rows.order_by("set_at", "logged_at", "pk")
    return {row.stakeholder_id: row for row in last}


def _anchors(people: Sequence[Stakeholder], *, when: AsOf) -> dict[UUID, str]:
    return {pk: row.anchor for pk, row in overrides_in_force(people, when=when).items()}
