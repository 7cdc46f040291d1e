"""Where the people of some deals stand, from everything that was heard from them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from opportunities.models import Opportunity
from readiness.engine.records import Reading
from readiness.engine.replay import replay
from readiness.queries.evidence import CLOCK_DRIFT, Heard, heard_from
from readiness.queries.models import LoadedModel
from stakeholders.models import Stakeholder


@dataclass(frozen=True, slots=True)
class PersonRead:
    """One stakeholder, what was heard from them, and where that puts them now."""

    stakeholder: Stakeholder
    heard: Heard
    reading: Reading


def read_people(
    opportunities: Sequence[Opportunity],
    *,
    model: LoadedModel,
    zone: ZoneInfo,
    now: datetime,
    known_at: datetime | None = None,
) -> dict[UUID, dict[UUID, PersonRead]]:
    """Replay everybody of these deals up to now, by deal and stakeholder; three queries.

    Somebody never heard stands at the drifting prior. With `known_at`, which is `now`
    then, nobody who joined on that day or later, and nothing that was not known by then.
    """
    deals = {opportunity.pk: opportunity for opportunity in opportunities}
    rows = Stakeholder.objects.filter(opportunity__in=list(deals))
    if known_at is not None:
        rows = rows.filter(joined_on__lt=known_at.astimezone(zone).date())
    people = list(rows.select_related("person").order_by("pk"))
    heard = heard_from(
        people, model=model, zone=zone, until=now + CLOCK_DRIFT, known_at=known_at
    )
    read: dict[UUID, dict[UUID, PersonRead]] = defaultdict(dict)
    for stakeholder in people:
        opportunity = deals[stakeholder.opportunity_id]
        read[opportunity.pk][stakeholder.pk] = PersonRead(
            stakeholder=stakeholder,
            heard=heard[stakeholder.pk],
            reading=read_person(
                heard[stakeholder.pk], opportunity=opportunity, model=model, now=now
            ),
        )
    return read


def read_person(
    heard: Heard, *, opportunity: Opportunity, model: LoadedModel, now: datetime
) -> Reading:
    """Where one person stands at `now`, from everything heard from them."""
    # Another clock may run a few minutes ahead of ours.
    at = max([now.timestamp(), *(fact.at for fact in heard.facts)])
    return replay(
        heard.facts,
        model=model.engine,
        # Someone who joins tomorrow has a clock that starts now.
        joined_at=min(heard.joined_at, at),
        as_of=at,
        importance=opportunity.importance or None,
        buying_class=opportunity.buying_class or None,
    )
