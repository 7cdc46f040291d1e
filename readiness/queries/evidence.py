"""What was heard from each person: the replay's only input."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from accounts.models import FactQuerySet, start_of
from opportunities.models import Opportunity
from readiness.engine import records
from readiness.engine.records import Confirmation
from readiness.models import PhaseConfirmation, Signal
from readiness.queries.models import LoadedModel
from stakeholders.models import Stakeholder

CLOCK_DRIFT = timedelta(minutes=10)  # another clock may run ahead of ours


@dataclass(frozen=True, slots=True)
class Heard:
    """Everything one person showed, and when their clock starts (seconds since 1970)."""

    stakeholder: Stakeholder
    joined_at: float
    facts: tuple[records.Fact, ...] = field(default=())

    @property
    def signals(self) -> list[records.Signal]:
        return [fact for fact in self.facts if isinstance(fact, records.Signal)]

    def digest(self, *, model: LoadedModel, opportunity: Opportunity) -> str:
        """What a reading rests on, as one hash: the same inputs give the same reading."""
        inputs = [
            str(model.pk),
            opportunity.importance,
            opportunity.buying_class,
            self.joined_at,
            [(type(fact).__name__, fact.at, _word(fact)) for fact in self.facts],
        ]
        return hashlib.sha256(json.dumps(inputs).encode()).hexdigest()


def heard_from(
    stakeholders: Sequence[Stakeholder],
    *,
    model: LoadedModel,
    zone: ZoneInfo,
    until: datetime,
    known_at: datetime | None = None,
) -> dict[UUID, Heard]:
    """What was heard from these people until a moment, by stakeholder; two queries.

    With `known_at` what was logged, and not retracted, by then; else what stands now.
    """
    facts: dict[UUID, list[records.Fact]] = defaultdict(list)
    people = [stakeholder.pk for stakeholder in stakeholders]
    signals = as_known(Signal.objects.all(), known_at)
    rows = signals.filter(stakeholder__in=people, occurred_at__lte=until)
    for pk, who, code, at in rows.values_list(
        "pk", "stakeholder_id", "code", "occurred_at"
    ):
        # A code that the active model dropped says nothing any more.
        if code in model.engine.catalogue.rows:
            facts[who].append(records.Signal(at=at.timestamp(), code=code, key=str(pk)))
    words = as_known(PhaseConfirmation.objects.all(), known_at)
    told = words.filter(stakeholder__in=people, confirmed_at__lte=until)
    for pk, who, anchor, at in told.values_list(
        "pk", "stakeholder_id", "anchor", "confirmed_at"
    ):
        # A merge of phases may have left no phase with that anchor.
        if anchor in model.anchors:
            words_said = Confirmation(at=at.timestamp(), anchor=anchor, key=str(pk))
            facts[who].append(words_said)
    return {
        stakeholder.pk: Heard(
            stakeholder=stakeholder,
            joined_at=start_of(stakeholder.joined_on, zone).timestamp(),
            facts=tuple(sorted(facts[stakeholder.pk], key=_order)),
        )
        for stakeholder in stakeholders
    }


def as_known(facts: FactQuerySet, known_at: datetime | None) -> FactQuerySet:
    """What was logged, and not retracted, by a moment; without one what stands now."""
    return facts.standing() if known_at is None else facts.known_at(known_at)


def _word(fact: records.Fact) -> str:
    return fact.anchor if isinstance(fact, Confirmation) else fact.code


def _order(fact: records.Fact) -> tuple[float, str, str]:
    return fact.at, type(fact).__name__, _word(fact)
