"""Did it move them? Where people stood before a prompt was answered, and a month later."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import numpy as np
from django.db.models import QuerySet

from coaching.models import Prompt, PromptAnswer
from coaching.queries.advised import CONSTRAINT
from forecasting.engine.scoring import Interval, bootstrap
from opportunities.models import Opportunity
from readiness.models import PhaseReading
from readiness.queries.models import LoadedModel
from readiness.queries.standing import reading_at
from stakeholders.models import ANCHORS

WINDOW = timedelta(days=30)
SINCE = timedelta(days=365)
FEWEST = 5
MOST = 1000
UNANSWERED = ""
GROUPS = (
    PromptAnswer.ACCEPTED,
    PromptAnswer.SNOOZED,
    PromptAnswer.DISMISSED,
    UNANSWERED,
)


@dataclass(frozen=True, slots=True)
class Moved:
    """How far people moved after one kind of answer, in phases of seven."""

    answer: str
    n: int  # prompts
    people: int
    change: Interval | None  # from `FEWEST` people on

    @property
    def label(self) -> str:
        return str(PromptAnswer(self.answer).label) if self.answer else ""


def moved_after(
    deals: "QuerySet[Opportunity]", *, model: LoadedModel, now: datetime
) -> list[Moved]:
    """The mean change of the expected phase in the month after; two queries.

    From the answer, or the opening where there was none, by the readings stored by then:
    nothing that was logged later. Only months that are over; of a person several prompts
    share one fate, so people are drawn again, not prompts.
    """
    rows = Prompt.objects.filter(
        opportunity__in=deals,
        stakeholder__isnull=False,
        opened_at__gte=now - SINCE,
        opened_at__lte=now - WINDOW,
    ).exclude(play__situation=CONSTRAINT)
    prompts = list(
        rows.order_by("-opened_at", "-pk").values_list(
            "stakeholder_id", "answer", "opened_at", "answered_at"
        )[:MOST]
    )
    stored = _stored({who for who, *_ in prompts}, model=model)
    changes: dict[str, dict[UUID, list[float]]] = defaultdict(lambda: defaultdict(list))
    for who, answer, opened_at, answered_at in prompts:
        start = answered_at or opened_at
        if start > now - WINDOW:
            continue
        change = _change(stored.get(who, ()), start, model=model)
        if change is not None:
            changes[answer][who].append(change)
    return [_summed(answer, changes[answer]) for answer in GROUPS]


def _stored(
    people: Iterable[UUID], *, model: LoadedModel
) -> Mapping[UUID, list[PhaseReading]]:
    """Every stored reading of these people by the model of now, in order; one query."""
    found: dict[UUID, list[PhaseReading]] = defaultdict(list)
    rows = PhaseReading.objects.filter(
        stakeholder__in=list(people), model_id=model.pk, signal_count__gt=0
    )
    for row in rows.order_by("computed_at", "pk"):
        found[row.stakeholder_id].append(row)
    return found


def _change(
    rows: Iterable[PhaseReading], start: datetime, *, model: LoadedModel
) -> float | None:
    rows = list(rows)
    times = [row.computed_at for row in rows]
    places = [bisect_right(times, at) - 1 for at in (start, start + WINDOW)]
    if places[0] < 0:
        return None
    before, after = (
        _expected(rows[place], at, model=model)
        for place, at in zip(places, (start, start + WINDOW), strict=True)
    )
    return after - before


def _expected(row: PhaseReading, at: datetime, *, model: LoadedModel) -> float:
    """The expected phase, 1 to 7 by anchor."""
    chances = model.engine.anchor_chances(
        reading_at(row, at, model=model).probabilities
    )
    return sum(
        place * chances.get(anchor, 0.0) for place, anchor in enumerate(ANCHORS, 1)
    )


def _summed(answer: str, changes: Mapping[UUID, list[float]]) -> Moved:
    sums = np.array([[sum(each), len(each)] for each in changes.values()])
    return Moved(
        answer=answer,
        n=sum(len(each) for each in changes.values()),
        people=len(changes),
        change=bootstrap(sums, _mean) if len(changes) >= FEWEST else None,
    )


def _mean(sums: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float:
    total, n = sums.sum(axis=0)
    return float(total / n)
