"""What everybody in some deals went through, replayed once for all who ask."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import accumulate
from uuid import UUID

import numpy as np
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Workspace, start_of
from forecasting.engine.stays import Stay, stays_of
from forecasting.queries.anchored import by_anchor
from forecasting.queries.backtest import Replayed
from forecasting.queries.effort import Spent, first_day, spent_on
from forecasting.queries.phase_came import Came, came_of, reviews_of
from opportunities.models import Opportunity
from readiness.engine.arrays import SECONDS_PER_DAY
from readiness.queries.models import LoadedModel
from readiness.queries.reading import PersonRead, read_people
from stakeholders.models import Interaction

DEALS_AT_MOST = 2_000  # the latest ones: whose people are replayed
DEALS_AT_ONCE = 200


@dataclass(slots=True)
class Life:
    """What a deal's people went through: stays, where they came out when foretold, talks."""

    owner_id: UUID
    stays: list[Stay] = field(default_factory=list)
    came: dict[tuple[str, date], Came] = field(default_factory=dict)
    spent: list[Spent] = field(default_factory=list)


def lives_of(
    rows: Sequence[Replayed], *, model: LoadedModel, workspace: Workspace, now: datetime
) -> dict[UUID, Life]:
    """The lives of the latest of the deals in these rows or talked in lately, by deal."""
    asked, since = _asked(rows), first_day(workspace.today(now))
    deals = list(_deals(asked, since=since, workspace=workspace)[:DEALS_AT_MOST])
    lives: dict[UUID, Life] = {}
    for start in range(0, len(deals), DEALS_AT_ONCE):
        some = deals[start : start + DEALS_AT_ONCE]
        read = read_people(some, model=model, zone=workspace.zone, now=now)
        reviewed = reviews_of(deal.pk for deal in some)
        spent = spent_on(some, read, model=model, workspace=workspace, since=since)
        for deal in some:
            until = now.timestamp()
            if deal.closed_on is not None:
                until = start_of(deal.closed_on, workspace.zone).timestamp()
            life = lives[deal.pk] = Life(deal.owner_id)
            life.spent = spent.get(deal.pk, [])
            for who, person in read[deal.pk].items():
                person.stakeholder.opportunity = deal
                life.stays += _stays(person, until=until, anchors=model.anchors)
                came = came_of(
                    person,
                    asked.get(deal.pk, {}).get(str(who), ()),
                    reviewed=reviewed.get(who, ()),
                    model=model,
                    workspace=workspace,
                )
                life.came |= {(str(who), day): told for day, told in came.items()}
    return lives


def _deals(
    asked: Iterable[UUID], *, since: date, workspace: Workspace
) -> "QuerySet[Opportunity]":
    talks = Interaction.objects.standing().filter(
        opportunity=OuterRef("pk"), occurred_at__gte=start_of(since, workspace.zone)
    )
    rows = Opportunity.objects.filter(
        Q(pk__in=list(asked)) | Q(Exists(talks), retracted_at__isnull=True)
    )
    return rows.order_by("-opened_on", "-pk")


def _asked(rows: Sequence[Replayed]) -> Mapping[UUID, Mapping[str, list[date]]]:
    """The days on which each person of each deal was foretold."""
    asked: dict[UUID, dict[str, list[date]]] = {}
    for row in rows:
        of = asked.setdefault(row.opportunity_id, defaultdict(list))
        for person in row.people:
            of[person.who].append(row.on)
    return asked


def _stays(
    person: PersonRead, *, until: float, anchors: Sequence[str]
) -> tuple[Stay, ...]:
    reading = person.reading
    changes = accumulate(
        (np.array(step.change) for step in reading.steps),
        initial=np.array(reading.start),
    )
    next(changes)
    moments = [
        (step.at / SECONDS_PER_DAY, by_anchor(chances, anchors))
        for step, chances in zip(reading.steps, changes, strict=True)
        if step.kind != "time" and step.at <= until
    ]
    return stays_of(moments, until=until / SECONDS_PER_DAY)
