"""What a report of accuracy says, as it is stored: every figure with its n."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import numpy as np
from django.db.models import Count

from accounts.models import Membership, Team, TeamMember, TeamPart
from accounts.queries import with_all_below
from forecasting.engine import scoring
from forecasting.engine.baselines import base_rate
from forecasting.queries.backtest import FEWEST_CLOSED, Backtest, Replayed
from forecasting.queries.phase_ahead import Stood
from opportunities.models import Opportunity, Outcome

COUNTING = (Outcome.WON, Outcome.LOST, Outcome.NO_DECISION)


def told(found: Backtest) -> dict[str, Any]:
    """What a backtest found, ready for JSON."""
    return {
        "as_of": [str(day) for day in found.days],
        "rows": found.rows,
        "deals": found.deals,
        "closed": found.closed,
        "withdrawn": found.withdrawn,
        "only_priors": found.unheard,
        "minimum_closed": FEWEST_CLOSED,
        "readiness": asdict(found.ours),
        "reliability": [asdict(each) for each in found.bins],
        "baselines": {
            str(rival): asdict(score)
            | {"n_compared": found.against[rival].n}
            | {"readiness_minus_this": asdict(found.against[rival].gap)}
            | {"verdict": str(found.against[rival].verdict)}
            for rival, score in found.rivals.items()
        },
    }


def drift(rows: Sequence[Replayed], *, horizon: int) -> list[dict[str, Any]]:
    """Our Brier score by the quarter in which the forecasts came true, beside the base rate.

    A forecast belongs to the quarter its horizon ended in, whether the deal closed or not:
    deals chosen by their closing would flatter or punish every forecaster.
    """
    happened = np.array([row.is_won for row in rows], dtype=float)
    ours = np.array([row.ours for row in rows])
    days = [row.on.toordinal() for row in rows]
    base = base_rate(days, happened, horizon=horizon)
    places = defaultdict(list)
    for place, row in enumerate(rows):
        places[quarter_of(row.on + timedelta(days=horizon))].append(place)
    lines = []
    for starts_on in sorted(places):
        at = np.array(places[starts_on])
        spoke = at[~np.isnan(base[at])]
        lines.append(
            {
                "starts_on": str(starts_on),
                "n": len(at),
                "won": int(happened[at].sum()),
                "brier": scoring.brier(ours[at], happened[at]),
                "n_base": len(spoke),
                "ours_beside": _brier(ours[spoke], happened[spoke]),
                "base": _brier(base[spoke], happened[spoke]),
            }
        )
    return lines


def _brier(said: Any, happened: Any) -> float | None:
    return scoring.brier(said, happened) if len(said) else None


def quarter_of(day: date) -> date:
    """The first day of the calendar quarter."""
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def kept(row: Replayed) -> dict[str, Any]:
    """A replayed row, as a step of the computation keeps it."""
    return asdict(row) | {"opportunity_id": str(row.opportunity_id), "on": str(row.on)}


def read(row: Mapping[str, Any]) -> Replayed:
    """The other way round."""
    curve = row.get("curve")
    return Replayed(
        **{
            **row,
            "opportunity_id": UUID(row["opportunity_id"]),
            "on": date.fromisoformat(row["on"]),
            "mix": _tuple(row.get("mix")),
            "curve": curve and tuple(map(tuple, curve)),
            "people": tuple(
                Stood(each["who"], tuple(each["now"]), tuple(each["ahead"]))
                for each in row.get("people", ())
            ),
        }
    )


def _tuple(values: Sequence[float] | None) -> tuple[float, ...] | None:
    return None if values is None else tuple(values)


@dataclass(frozen=True, slots=True)
class WinRate:
    """Of the deals that came to a decision or to none, how many were won."""

    won: int
    lost: int
    no_decision: int
    withdrawn: int

    @property
    def of(self) -> int:
        return self.won + self.lost + self.no_decision

    @property
    def share(self) -> scoring.Interval | None:
        return scoring.wilson(self.won, self.of) if self.of else None


def win_rate(membership: Membership) -> WinRate:
    """The win rate over the closed deals that a member may see."""
    rows = Opportunity.objects.standing().visible_to(membership)
    closed = rows.filter(outcome__in=[*COUNTING, Outcome.WITHDRAWN]).order_by()
    counts: Counter[str] = Counter()
    for outcome, n in closed.values_list("outcome").annotate(n=Count("pk")):
        counts[outcome] = n
    return WinRate(
        won=counts[Outcome.WON],
        lost=counts[Outcome.LOST],
        no_decision=counts[Outcome.NO_DECISION],
        withdrawn=counts[Outcome.WITHDRAWN],
    )


def owners_by_team() -> list[tuple[Team, set[UUID]]]:
    """Each team with its members and those of the teams below; without anybody, none."""
    members: dict[UUID, set[UUID]] = defaultdict(set)
    placed = TeamMember.objects.filter(part=TeamPart.MEMBER)
    for team_id, owner in placed.values_list("team", "membership"):
        members[team_id].add(owner)
    teams = {team.pk: team for team in Team.objects.order_by("name", "pk")}
    parents = {pk: team.parent_id for pk, team in teams.items()}
    below = {
        pk: set[UUID]().union(
            *(members[each] for each in with_all_below([pk], parents))
        )
        for pk in teams
    }
    return [(team, below[pk]) for pk, team in teams.items() if below[pk]]


def scope_for(
    body: Mapping[str, Any], seen: frozenset[UUID] | None
) -> Mapping[str, Any] | None:
    """The largest part of a report all of whose owners a member may see."""
    if seen is None:
        return body
    allowed = {str(pk) for pk in seen}
    teams = body.get("teams", [])
    return next((each for each in teams if allowed.issuperset(each["owners"])), None)
