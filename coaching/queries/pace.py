"""When to speak to somebody next: from how long people stay in a phase, and their own rhythm."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from statistics import median
from uuid import UUID

from accounts.models import Workspace
from coaching.queries.symptom_clock import median_dwell
from readiness.models import Signal
from readiness.queries.models import LoadedModel
from readiness.queries.standing import last_readings, state_of
from stakeholders.models import Stakeholder

# A rhythm is what repeats: two gaps are the least that can.
FEWEST_DAYS = 3
LATEST_DAYS = 6


@dataclass(frozen=True, slots=True)
class Pace:
    """Speak to them again around `on`: the shorter of half a stay and their own rhythm."""

    on: date
    dwell_days: int
    rhythm_days: int | None  # the median gap between the last days they were heard
    heard_days: int  # how many such days it rests on
    is_due: bool


def pace_of(
    people: Sequence[Stakeholder],
    *,
    model: LoadedModel,
    workspace: Workspace,
    now: datetime,
) -> dict[UUID, Pace]:
    """When each of these people is next to be spoken to; two queries. Nobody unheard."""
    today = workspace.today(now)
    heard = _days_heard(people, workspace=workspace)
    paces = {}
    readings = last_readings(people)
    for person in people:
        row = readings.get(person.pk)
        days = heard.get(person.pk)
        if row is None or row.model_id != model.pk or not days:
            continue
        dwell = median_dwell(person.opportunity, state_of(row.state), model=model)
        gaps = [(b - a).days for a, b in pairwise(days)]
        rhythm = median(gaps) if len(days) >= FEWEST_DAYS else None
        wait = max(1, round(min(dwell, rhythm or dwell)))
        on = days[-1] + timedelta(days=wait)
        paces[person.pk] = Pace(
            on=on,
            dwell_days=round(dwell),
            rhythm_days=round(rhythm) if rhythm is not None else None,
            heard_days=len(days),
            is_due=on <= today,
        )
    return paces


def _days_heard(
    people: Sequence[Stakeholder], *, workspace: Workspace
) -> Mapping[UUID, list[date]]:
    """The last days each person was heard on, in order; one query."""
    rows = Signal.objects.standing().filter(
        stakeholder__in=[person.pk for person in people]
    )
    days: dict[UUID, set[date]] = defaultdict(set)
    for who, at in rows.values_list("stakeholder_id", "occurred_at"):
        days[who].add(workspace.today(at))
    return {who: sorted(found)[-LATEST_DAYS:] for who, found in days.items()}
