"""What everybody in some deals went through, replayed once for all who ask."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import accumulate
from uuid import UUID

import numpy as np

from accounts.models import Workspace, start_of
from forecasting.engine.stays import Stay, stays_of
from forecasting.queries.anchored import by_anchor
from forecasting.queries.backtest import Replayed
from forecasting.queries.phase_came import Came, came_of, reviews_of
from opportunities.models import Opportunity
from readiness.engine.arrays import SECONDS_PER_DAY
from readiness.queries.models import LoadedModel
from readiness.queries.reading import PersonRead, read_people

DEALS_AT_MOST = 2_000  # the latest ones: whose people are replayed
DEALS_AT_ONCE = 200


@dataclass(slots=True)
class Life:
    """What a deal's people went through: stays, and where they came out when foretold."""

    stays: list[Stay] = field(default_factory=list)
    came: dict[tuple[str, date], Came] = field(default_factory=dict)


def lives_of(
    rows: Sequence[Replayed], *, model: LoadedModel, workspace: Workspace, now: datetime
) -> dict[UUID, Life]:
    """The lives of the latest of the deals in these rows, by deal."""
    asked = _asked(rows)
    deals = list(
        Opportunity.objects.filter(pk__in=list(asked)).order_by("-opened_on", "-pk")
    )[:DEALS_AT_MOST]
    lives: dict[UUID, Life] = {}
    for start in range(0, len(deals), DEALS_AT_ONCE):
        some = deals[start : start + DEALS_AT_ONCE]
        read = read_people(some, model=model, zone=workspace.zone, now=now)
        reviewed = reviews_of(deal.pk for deal in some)
        for deal in some:
            until = now.timestamp()
            if deal.closed_on is not None:
                until = start_of(deal.closed_on, workspace.zone).timestamp()
            life = lives[deal.pk] = Life()
            for who, person in read[deal.pk].items():
                person.stakeholder.opportunity = deal
                life.stays += _stays(person, until=until, anchors=model.anchors)
                came = came_of(
                    person,
                    asked[deal.pk].get(str(who), ()),
                    reviewed=reviewed.get(who, ()),
                    model=model,
                    workspace=workspace,
                )
                life.came |= {(str(who), day): told for day, told in came.items()}
    return lives


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
