"""How our steps were timed in deals that ended, by team."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import TeamMember, TeamPart, Workspace
from coaching.models import DealTiming
from forecasting.engine.scoring import Interval, wilson
from opportunities.models import Opportunity, Outcome
from readiness.models import SellerActionTarget
from readiness.queries.catalogue import catalogue_of
from readiness.queries.models import LoadedModel
from readiness.queries.reading import PersonRead, read_people
from readiness.queries.timing import mean_fit, stood_before

# Each person of a deal is read again at each of our steps: the last ones tell enough.
DEALS = 60
FEWEST = 5
ENDED = (Outcome.WON, Outcome.LOST, Outcome.NO_DECISION)


@dataclass(frozen=True, slots=True)
class Share:
    """How many of our steps came ill-timed; the range from `FEWEST` of them on."""

    ill: int
    n: int

    @property
    def interval(self) -> Interval | None:
        return wilson(self.ill, self.n) if self.n >= FEWEST else None


@dataclass(frozen=True, slots=True)
class TeamTiming:
    """A team's steps in the deals it won and in those it did not."""

    team: str  # empty: nobody's
    won: Share
    lost: Share


@dataclass(frozen=True, slots=True)
class Timed:
    """`computed_at` is when the oldest of the figures was made; None without a deal."""

    teams: tuple[TeamTiming, ...]
    deals: int
    most: int
    computed_at: datetime | None


def timed_by_team(
    deals: "QuerySet[Opportunity]",
    *,
    model: LoadedModel,
    workspace: Workspace,
    now: datetime,
) -> Timed:
    """Sum up the last deals that were won, lost or left undecided; three queries.

    A step counts once for each person it was for who had been heard before it. A deal
    that nobody counted with this model yet is replayed here, for four queries more.
    """
    ended = list(_last_ended(deals)[:DEALS])
    teams = dict(
        TeamMember.objects.filter(part=TeamPart.MEMBER).values_list(
            "membership_id", "team__name"
        )
    )
    stored = {
        row.opportunity_id: row
        for row in DealTiming.objects.filter(opportunity__in=ended, model=model.pk)
    }
    counts = {pk: Share(row.ill, row.steps) for pk, row in stored.items()}
    missing = [deal for deal in ended if deal.pk not in counts]
    if missing:
        read = read_people(missing, model=model, zone=workspace.zone, now=now)
        counts |= count_steps(missing, read, model=model)
    times = [row.computed_at for row in stored.values()] + [now] * bool(missing)
    return Timed(
        teams=_summed(ended, counts, teams=teams),
        deals=len(ended),
        most=DEALS,
        computed_at=min(times, default=None),
    )


def untimed(*, model: LoadedModel) -> list[Opportunity]:
    """The last deals that ended and were not counted with this model."""
    counted = DealTiming.objects.filter(opportunity=OuterRef("pk"), model=model.pk)
    standing = Opportunity.objects.standing()
    return list(_last_ended(standing).filter(~Exists(counted))[:DEALS])


def _last_ended(deals: "QuerySet[Opportunity]") -> "QuerySet[Opportunity]":
    return deals.filter(outcome__in=ENDED).order_by("-closed_on", "-pk")


def _summed(
    deals: Sequence[Opportunity],
    counts: Mapping[UUID, Share],
    *,
    teams: Mapping[UUID, str],
) -> tuple[TeamTiming, ...]:
    """The shares of each team that has a step, nobody's last."""
    sums: dict[tuple[str, bool], list[int]] = defaultdict(lambda: [0, 0])
    for deal in deals:
        share = counts[deal.pk]
        if share.n:
            team = sums[teams.get(deal.owner_id, ""), deal.outcome == Outcome.WON]
            team[0] += share.ill
            team[1] += share.n
    names = sorted({name for name, _won in sums}, key=lambda name: (not name, name))
    return tuple(
        TeamTiming(name, Share(*sums[name, True]), Share(*sums[name, False]))
        for name in names
    )


def count_steps(
    deals: Sequence[Opportunity],
    read: Mapping[UUID, Mapping[UUID, PersonRead]],
    *,
    model: LoadedModel,
) -> dict[UUID, Share]:
    """How many of our steps in each of these deals came ill-timed; one query."""
    kinds = catalogue_of(model).actions
    counts: dict[UUID, list[int]] = {deal.pk: [0, 0] for deal in deals}
    targets = SellerActionTarget.objects.filter(
        stakeholder__opportunity__in=list(counts), action__retracted_at__isnull=True
    )
    for deal, who, code, at in targets.values_list(
        "stakeholder__opportunity_id",
        "stakeholder_id",
        "action__code",
        "action__interaction__occurred_at",
    ):
        kind, person = kinds.get(code), read[deal].get(who)
        if kind is None or person is None:
            continue
        standing = stood_before(person.reading, at.timestamp())
        if standing is not None:
            counts[deal][0] += mean_fit(kind.fits, standing) < 0
            counts[deal][1] += 1
    return {pk: Share(*count) for pk, count in counts.items()}
