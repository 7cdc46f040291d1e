"""How the readings of our own people turned out, beside the model's at the same moment."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import Membership, Workspace, start_of
from coaching.engine.judging import (
    WITHIN_DAYS,
    Judged,
    SkillScore,
    ToldBy,
    skill_of,
)
from opportunities.models import Opportunity
from readiness.engine.records import Confirmation, Fact, Reading
from readiness.engine.records import Signal as Signalled
from readiness.engine.replay import replay
from readiness.engine.told import told_alone
from readiness.models import (
    ModelStatus,
    PhaseConfirmation,
    PhaseModel,
    PhaseOverride,
    Signal,
)
from readiness.queries.evidence import CLOCK_DRIFT
from readiness.queries.models import LoadedModel, expert_version, loaded
from stakeholders.models import ANCHORS, Anchor, ReviewedPhase, Stakeholder

WITHIN = timedelta(days=WITHIN_DAYS)
SCORED = 200  # the latest readings of one person
# Taken back within a day it was a slip, and no reading; later it is one that was ended.
SLIP = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class HumanReading:
    """Where somebody of ours put a person, and when."""

    stakeholder: Stakeholder
    anchor: str
    at: datetime
    is_review: bool


@dataclass(frozen=True, slots=True)
class Case:
    """A human's reading, what the model gave it then, and what told."""

    said: HumanReading
    chance: float  # what the model gave it at that moment
    judged: Judged | None  # None while nothing has told

    @property
    def human(self) -> str:
        return str(Anchor(self.said.anchor).label)

    @property
    def truth(self) -> str:
        return str(Anchor(self.judged.truth).label) if self.judged else ""


@dataclass(frozen=True, slots=True)
class Skill:
    """How the readings of one member turned out."""

    cases: tuple[Case, ...]
    score: SkillScore | None

    @property
    def told(self) -> int:
        return sum(case.judged is not None for case in self.cases)

    @property
    def by_source(self) -> dict[str, int]:
        counts = dict.fromkeys(ToldBy, 0)
        for case in self.cases:
            if case.judged:
                counts[case.judged.told_by] += 1
        return {str(source): n for source, n in counts.items()}


def skill(
    member: Membership,
    *,
    deals: "QuerySet[Opportunity]",
    workspace: Workspace,
    now: datetime,
) -> Skill:
    """Judge a member's readings by what came after; seven queries, whatever their number.

    The model's side is replayed from what was known when the human spoke, by the version
    in force then: nothing later is looked at.
    """
    readings = _readings_of(member, deals=deals)
    told = _Told(readings, by=member, workspace=workspace, now=now)
    cases = tuple(told.case(said) for said in readings)
    judged = [case.judged for case in cases if case.judged]
    return Skill(cases=cases, score=skill_of(judged, order=ANCHORS))


def _readings_of(
    member: Membership, *, deals: "QuerySet[Opportunity]"
) -> list[HumanReading]:
    """The member's overrides and closing reviews, the latest first; two queries."""
    with_names = ("stakeholder__person", "stakeholder__opportunity")
    overrides = PhaseOverride.objects.filter(
        logged_by=member, stakeholder__opportunity__in=deals
    ).select_related(*with_names)
    reviewed = ReviewedPhase.objects.filter(
        review__logged_by=member,
        review__retracted_at__isnull=True,
        stakeholder__opportunity__in=deals,
    ).select_related("review", *with_names)
    said = [
        *(
            HumanReading(row.stakeholder, row.anchor, row.set_at, is_review=False)
            for row in overrides.order_by("-set_at", "-pk")[:SCORED]
            if row.retracted_at is None or row.retracted_at - row.logged_at >= SLIP
        ),
        *(
            HumanReading(
                row.stakeholder, row.anchor, row.review.logged_at, is_review=True
            )
            for row in reviewed.order_by("-review__logged_at", "-pk")[:SCORED]
        ),
    ]
    return sorted(said, key=lambda row: row.at, reverse=True)[:SCORED]


@dataclass(frozen=True, slots=True)
class _Known:
    """A fact with when it was known, and until when."""

    fact: Fact
    occurred_at: datetime
    logged_at: datetime
    retracted_at: datetime | None

    def was_known(self, at: datetime) -> bool:
        kept = self.retracted_at is None or self.retracted_at > at
        return self.logged_at <= at and kept and self.occurred_at <= at + CLOCK_DRIFT

    def came_after(self, at: datetime, *, now: datetime) -> bool:
        until = min(at + WITHIN, now)
        return self.retracted_at is None and at < self.occurred_at <= until


class _Told:
    """All that was heard from the people of some readings, before and after."""

    def __init__(
        self,
        readings: Sequence[HumanReading],
        *,
        by: Membership,
        workspace: Workspace,
        now: datetime,
    ) -> None:
        people = {row.stakeholder.pk for row in readings}
        self.workspace, self.now = workspace, now
        self.known: dict[UUID, list[_Known]] = defaultdict(list)
        for who, known in _facts_of(people):
            self.known[who].append(known)
        self.reviews = _reviews_of(people, by=by)
        self.versions = _versions()
        self.expert = loaded(expert_version())

    def case(self, said: HumanReading) -> Case:
        model = self._version_at(said.at)
        joined_on = said.stakeholder.joined_on
        reading = self._replayed(
            said,
            [each.fact for each in self._of(said) if each.was_known(said.at)],
            model=model,
            joined_at=start_of(joined_on, self.workspace.zone).timestamp(),
            as_of=said.at.timestamp(),
        )
        chances = model.engine.anchor_chances(reading.probabilities)
        truth, told_by = self._truth(said)
        judged = Judged(
            human=said.anchor,
            model=chances,
            truth=truth,
            told_by=told_by,
            deal=str(said.stakeholder.opportunity_id),
        )
        return Case(said, chances.get(said.anchor, 0.0), judged if truth else None)

    def _truth(self, said: HumanReading) -> tuple[str, ToldBy]:
        """What told where they were: their words, a review by another, what they did."""
        later = [e for e in self._of(said) if e.came_after(said.at, now=self.now)]
        words = [e.fact for e in later if isinstance(e.fact, Confirmation)]
        if words:
            first = min(words, key=lambda fact: fact.at)
            return first.anchor, ToldBy.CONFIRMATION
        if not said.is_review:
            for at, anchor in self.reviews.get(said.stakeholder.pk, ()):
                if said.at < at <= said.at + WITHIN:
                    return anchor, ToldBy.REVIEW
        return self._later_alone(said, [e.fact for e in later]), ToldBy.EVIDENCE

    def _later_alone(self, said: HumanReading, facts: Sequence[Fact]) -> str:
        """What later signals tell without anything earlier, so that neither side is favoured."""
        if not facts:
            return ""
        model, first = self._version_at(said.at), min(fact.at for fact in facts)
        reading = self._replayed(
            said,
            facts,
            model=model,
            joined_at=first,
            as_of=max(fact.at for fact in facts),
        )
        chances = model.engine.anchor_chances(reading.probabilities)
        return told_alone(chances, signals=reading.signals)

    def _replayed(
        self,
        said: HumanReading,
        facts: Sequence[Fact],
        *,
        model: LoadedModel,
        joined_at: float,
        as_of: float,
    ) -> Reading:
        deal = said.stakeholder.opportunity
        at = max([as_of, *(fact.at for fact in facts)])
        return replay(
            [fact for fact in facts if _is_in(fact, model)],
            model=model.engine,
            joined_at=min(joined_at, at),
            as_of=at,
            importance=deal.importance or None,
            buying_class=deal.buying_class or None,
        )

    def _of(self, said: HumanReading) -> list[_Known]:
        return self.known[said.stakeholder.pk]

    def _version_at(self, at: datetime) -> LoadedModel:
        """The version put in force last by then; before the first one, the experts'."""
        by_then = [
            row for row in self.versions if row.activated_at and row.activated_at <= at
        ]
        return loaded(by_then[-1]) if by_then else self.expert


def _is_in(fact: Fact, model: LoadedModel) -> bool:
    if isinstance(fact, Confirmation):
        return fact.anchor in model.anchors
    return fact.code in model.engine.catalogue.rows


def _facts_of(people: set[UUID]) -> Iterator[tuple[UUID, _Known]]:
    """Everything ever heard from these people, taken back or not; two queries."""
    times = ("logged_at", "retracted_at")
    signals = Signal.objects.filter(stakeholder__in=people).values_list(
        "pk", "stakeholder_id", "code", "occurred_at", *times
    )
    for pk, who, code, at, *rest in signals:
        fact = Signalled(at=at.timestamp(), code=code, key=str(pk))
        yield who, _Known(fact, at, *rest)
    words = PhaseConfirmation.objects.filter(stakeholder__in=people).values_list(
        "pk", "stakeholder_id", "anchor", "confirmed_at", *times
    )
    for pk, who, anchor, at, *rest in words:
        said = Confirmation(at=at.timestamp(), anchor=anchor, key=str(pk))
        yield who, _Known(said, at, *rest)


def _reviews_of(
    people: set[UUID], *, by: Membership
) -> Mapping[UUID, list[tuple[datetime, str]]]:
    """What others said of these people when the deal was closed; nobody judges themselves."""
    rows = (
        ReviewedPhase.objects.filter(
            stakeholder__in=people, review__retracted_at__isnull=True
        )
        .exclude(review__logged_by=by)
        .order_by("review__logged_at", "pk")
    )
    found: dict[UUID, list[tuple[datetime, str]]] = defaultdict(list)
    for who, at, anchor in rows.values_list(
        "stakeholder_id", "review__logged_at", "anchor"
    ):
        found[who].append((at, anchor))
    return found


def _versions() -> list[PhaseModel]:
    """The versions that were in force at some time, the earliest first."""
    rows = PhaseModel.objects.exclude(status=ModelStatus.DRAFT)
    return list(rows.filter(activated_at__isnull=False).order_by("activated_at", "pk"))
