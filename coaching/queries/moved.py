"""What one interaction, or one departure, moved: phases, the forecast, what to ask next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.models import AuditEvent
from coaching.queries.advised import Advised
from coaching.queries.deal import DealPage, GroupRow
from coaching.queries.symptoms import SymptomShown
from forecasting.models import Forecast
from readiness.models import PhaseReading, SellerActionTarget, Signal
from readiness.queries.standing import reading_at
from readiness.queries.timing import Timing, timing_of
from stakeholders.models import Interaction, Participation, Stakeholder

LEFT = "stakeholder.left"  # the verb of the trail


@dataclass(frozen=True, slots=True)
class PersonMoved:
    """Where somebody stood before, where they stand now, and which signals did it."""

    row: GroupRow
    before: tuple[float, ...] | None
    signals: tuple[str, ...]

    @property
    def after(self) -> tuple[float, ...] | None:
        return self.row.position.probabilities

    @property
    def has_moved(self) -> bool:
        """Whether the likeliest phase is another one."""
        return _likeliest(self.before) != _likeliest(self.after)


@dataclass(frozen=True, slots=True)
class ChanceMoved:
    """The chance to win by the date, before and after."""

    before: float | None
    after: float
    is_same_date: bool


@dataclass(frozen=True, slots=True)
class WhatMoved:
    people: tuple[PersonMoved, ...]
    chance: ChanceMoved | None
    next: Advised | None
    timings: tuple[Timing, ...]  # of what we did, by where people stood before


@dataclass(frozen=True, slots=True)
class SeatLeft:
    """Somebody left: what that did to the chance, and what it made visible."""

    stakeholder: Stakeholder
    chance: ChanceMoved | None
    symptoms: tuple[SymptomShown, ...]


def left_when(stakeholder: Stakeholder) -> datetime | None:
    """When it was entered that somebody left; None while they have not."""
    if stakeholder.left_on is None:
        return None
    events = AuditEvent.objects.filter(verb=LEFT, subject_id=stakeholder.pk)
    return events.order_by("-at", "-pk").values_list("at", flat=True).first()


def seat_left(stakeholder: Stakeholder, page: DealPage, *, since: datetime) -> SeatLeft:
    """Compare the forecast before somebody left with the one now; two queries."""
    return SeatLeft(
        stakeholder=stakeholder,
        chance=_chance(stakeholder.opportunity_id, since=since),
        symptoms=tuple(each for each in page.symptoms if each.opened_at >= since),
    )


def what_moved(interaction: Interaction, page: DealPage, *, now: datetime) -> WhatMoved:
    """Compare the readings and the forecast before the interaction with those now."""
    who = set(
        Participation.objects.filter(interaction=interaction).values_list(
            "stakeholder_id", flat=True
        )
    )
    said: dict[UUID, list[str]] = {}
    for person, code in (
        Signal.objects.standing()
        .filter(interaction=interaction)
        .order_by("pk")
        .values_list("stakeholder_id", "code")
    ):
        said.setdefault(person, []).append(page.catalogue.signal(code))
    rows = [row for row in page.rows if row.stakeholder.pk in who]
    before = _before(rows, interaction, now=now)
    people = [
        PersonMoved(
            row=row,
            before=before.get(row.stakeholder.pk),
            signals=tuple(said.get(row.stakeholder.pk, ())),
        )
        for row in rows
    ]
    return WhatMoved(
        people=tuple(people),
        chance=_chance(interaction.opportunity_id, since=interaction.logged_at),
        next=_next(rows, page),
        timings=tuple(_timings(interaction, people, page)),
    )


def _next(rows: Sequence[GroupRow], page: DealPage) -> Advised | None:
    """What to ask now: first of who took part, a contradiction before anything else."""
    of_them = [row.advised for row in rows if row.advised]
    doubts = [each for each in of_them if each.is_clarifying]
    lead = page.lead.advised if page.lead else None
    return next(iter([*doubts, *of_them]), page.for_group or lead)


def _timings(
    interaction: Interaction, people: list[PersonMoved], page: DealPage
) -> list[Timing]:
    """How what we did came to each who was there and had been heard before; one query."""
    stood = {person.row.stakeholder.pk: person for person in people if person.before}
    rows = SellerActionTarget.objects.filter(
        action__interaction=interaction, action__retracted_at__isnull=True
    )
    found = []
    for code, who in rows.values_list("action__code", "stakeholder_id"):
        action, person = page.catalogue.actions.get(code), stood.get(who)
        if action is None or person is None or person.before is None:
            continue
        timing = timing_of(
            action,
            name=person.row.stakeholder.person.name,
            standing=person.before,
            labels=page.catalogue.phase_names,
        )
        if timing.is_ill or timing.suits:
            found.append(timing)
    return sorted(found, key=lambda each: (each.fit, each.action.code, each.name))


def _before(
    rows: list[GroupRow], interaction: Interaction, *, now: datetime
) -> dict[UUID, tuple[float, ...]]:
    """Where these people stood by the last reading stored before it was logged."""
    if not rows:
        return {}
    model = rows[0].position.model
    earlier = PhaseReading.objects.filter(
        stakeholder__in=[row.stakeholder.pk for row in rows],
        computed_at__lt=interaction.logged_at,
        model_id=model.pk,
    )
    last = earlier.order_by("stakeholder", "-computed_at", "-id").distinct(
        "stakeholder"
    )
    found = {}
    for row in last:
        reading = reading_at(row, now, model=model)
        if not reading.is_unknown:
            found[row.stakeholder_id] = reading.probabilities
    return found


def _chance(opportunity_id: UUID, *, since: datetime) -> ChanceMoved | None:
    rows = Forecast.objects.filter(opportunity=opportunity_id).order_by(
        "-computed_at", "-pk"
    )
    fields = ("computed_at", "won_by_target_probability", "target_on")
    last = rows.values_list(*fields).first()
    if last is None:
        return None
    before = rows.filter(computed_at__lt=since).values_list(*fields).first()
    return ChanceMoved(
        before=before[1] if before else None,
        after=last[1],
        is_same_date=before is None or before[2] == last[2],
    )


def _likeliest(probabilities: tuple[float, ...] | None) -> int | None:
    if probabilities is None:
        return None
    return max(range(len(probabilities)), key=probabilities.__getitem__)
