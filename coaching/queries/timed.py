"""How our steps were timed in deals that ended, by team."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import TeamMember, TeamPart, Workspace
from forecasting.engine.scoring import Interval, wilson
from opportunities.models import Opportunity, Outcome
from readiness.models import SellerActionTarget
from readiness.queries.catalogue import catalogue_of
from readiness.queries.models import LoadedModel
from readiness.queries.reading import read_people
from readiness.queries.timing import mean_fit, stood_before

# Each person of a deal is read again at each of our steps: the last ones tell enough.
DEALS = 60
FEWEST = 5
LOST = (Outcome.LOST, Outcome.NO_DECISION)


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
    teams: tuple[TeamTiming, ...]
    deals: int
    most: int


def timed_by_team(
    deals: "QuerySet[Opportunity]",
    *,
    model: LoadedModel,
    workspace: Workspace,
    now: datetime,
) -> Timed:
    """Read the last deals that were won, lost or left undecided; six queries.

    A step counts once for each person it was for who had been heard before it.
    """
    ended = list(
        deals.filter(outcome__in=[Outcome.WON, *LOST]).order_by("-closed_on", "-pk")[
            :DEALS
        ]
    )
    teams = dict(
        TeamMember.objects.filter(part=TeamPart.MEMBER).values_list(
            "membership_id", "team__name"
        )
    )
    of = {deal.pk: deal for deal in ended}
    counts: dict[tuple[str, bool], list[int]] = defaultdict(lambda: [0, 0])
    for deal_id, is_ill in _steps(of, model=model, workspace=workspace, now=now):
        deal = of[deal_id]
        count = counts[teams.get(deal.owner_id, ""), deal.outcome == Outcome.WON]
        count[0] += is_ill
        count[1] += 1
    names = sorted({name for name, _won in counts}, key=lambda name: (not name, name))
    return Timed(
        teams=tuple(
            TeamTiming(name, Share(*counts[name, True]), Share(*counts[name, False]))
            for name in names
        ),
        deals=len(ended),
        most=DEALS,
    )


def _steps(
    deals: Mapping[UUID, Opportunity],
    *,
    model: LoadedModel,
    workspace: Workspace,
    now: datetime,
) -> Iterator[tuple[UUID, bool]]:
    kinds = catalogue_of(model).actions
    read = read_people(list(deals.values()), model=model, zone=workspace.zone, now=now)
    targets = SellerActionTarget.objects.filter(
        stakeholder__opportunity__in=list(deals), action__retracted_at__isnull=True
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
            yield deal, mean_fit(kind.fits, standing) < 0
