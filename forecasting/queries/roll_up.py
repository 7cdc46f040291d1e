"""A period from the workspace down to its teams and reps: what a member may see of it."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from accounts.models import Team, TeamMember, TeamPart
from accounts.queries import with_all_below
from forecasting.models import PeriodOutlook, Target
from forecasting.queries.periods import Span

Key = tuple[UUID | None, UUID | None]  # a team's id, or an owner's; neither: all


@dataclass(frozen=True, slots=True)
class Line:
    """One sum of the roll-up, with its target beside it."""

    row: PeriodOutlook
    level: int
    target: Decimal | None
    reach: float | None  # the chance to reach the target

    @property
    def kind(self) -> str:
        if self.row.team_id:
            return "team"
        return "owner" if self.row.owner_id else "workspace"

    @property
    def key(self) -> str:
        """How the address names it."""
        pk = self.row.team_id or self.row.owner_id
        return f"{self.kind}:{pk}" if pk else self.kind

    @property
    def of(self) -> str:
        """How the address of the list of deals names it, ready to be continued."""
        pk = self.row.team_id or self.row.owner_id
        return f"{self.kind}={pk}&" if pk else ""

    @property
    def name(self) -> str:
        return str(self.row.team or self.row.owner or "")


@dataclass(frozen=True, slots=True)
class Teams:
    """The tree, and who belongs where."""

    rows: Mapping[UUID, Team]
    members: Mapping[UUID, set[UUID]]  # of a team itself

    def below(self, parent: UUID | None) -> list[Team]:
        teams = [team for team in self.rows.values() if team.parent_id == parent]
        return sorted(teams, key=lambda team: (team.name, team.pk))

    def everybody_in(self, team: UUID) -> set[UUID]:
        parents = {pk: row.parent_id for pk, row in self.rows.items()}
        below = with_all_below({team}, parents)
        return set[UUID]().union(*(self.members[each] for each in below))


def roll_up(span: Span, *, seen: frozenset[UUID] | None, currency: str) -> list[Line]:
    """The sums a member may see, from the largest down; four queries.

    A sum is shown to who may see the deals of everybody in it; `seen` None is everybody.
    """
    here = {"starts_on": span.starts_on, "ends_on": span.ends_on}
    rows = PeriodOutlook.objects.filter(**here).defer("fan", "movers")
    by_key: dict[Key, PeriodOutlook] = {
        (row.team_id, row.owner_id): row for row in rows.select_related("team", "owner")
    }
    targets: dict[Key, Decimal] = {
        (team, owner): amount
        for team, owner, amount in Target.objects.filter(
            **here, currency=currency
        ).values_list("team_id", "owner_id", "amount")
    }
    return [
        Line(
            row=row,
            level=level,
            target=(target := targets.get((row.team_id, row.owner_id))),
            reach=None if target is None else reach(target, row.percentiles),
        )
        for row, level in _walk(by_key, teams_known(), seen=seen)
    ]


def owners_of(line: Line) -> frozenset[UUID] | None:
    """Whose deals a sum is made of; None is everybody's. Two queries for a team."""
    if line.row.owner_id:
        return frozenset({line.row.owner_id})
    if line.row.team_id:
        return frozenset(teams_known().everybody_in(line.row.team_id))
    return None


def owners_within(
    *, team_id: UUID | None, owner_id: UUID | None, teams: Teams
) -> frozenset[UUID] | None:
    """See also: owners_of, which asks for the teams itself."""
    if owner_id:
        return frozenset({owner_id})
    return frozenset(teams.everybody_in(team_id)) if team_id else None


def teams_known() -> Teams:
    """Two queries."""
    members: dict[UUID, set[UUID]] = defaultdict(set)
    places = TeamMember.objects.filter(part=TeamPart.MEMBER)
    for team, member in places.values_list("team_id", "membership_id"):
        members[team].add(member)
    return Teams({team.pk: team for team in Team.objects.all()}, members)


def _walk(
    rows: Mapping[Key, PeriodOutlook], teams: Teams, *, seen: frozenset[UUID] | None
) -> Iterator[tuple[PeriodOutlook, int]]:
    """Each sum below the one it is part of; where that one is hidden, a level higher."""
    owners = {owner for _team, owner in rows if owner}
    placed: set[UUID] = set()
    whole = rows.get((None, None))
    level = 0
    if seen is None and whole is not None:
        yield whole, 0
        level = 1

    def of_team(team: Team, level: int) -> Iterator[tuple[PeriodOutlook, int]]:
        row = rows.get((team.pk, None))
        inside = teams.everybody_in(team.pk) & owners
        if row is not None and inside and (seen is None or inside <= seen):
            yield row, level
            level += 1
        for part in teams.below(team.pk):
            yield from of_team(part, level)
        yield from of_owners(teams.members[team.pk] & owners, level)

    def of_owners(some: set[UUID], level: int) -> Iterator[tuple[PeriodOutlook, int]]:
        mine = [rows[None, pk] for pk in some if seen is None or pk in seen]
        placed.update(some)
        for row in sorted(mine, key=lambda row: (str(row.owner), row.pk)):
            yield row, level

    for team in teams.below(None):
        yield from of_team(team, level)
    yield from of_owners(owners - placed, level)


def reach(target: Decimal, percentiles: Sequence[float]) -> float | None:
    """The chance of at least so much, from the 1st to 99th percentile of the draws."""
    if not percentiles:
        return None
    goal, place = float(target), bisect_left(percentiles, float(target))
    if place == 0:
        return 1.0 if goal < percentiles[0] else 0.995
    if place == len(percentiles):
        return 0.004
    low, high = percentiles[place - 1], percentiles[place]
    between = (goal - low) / (high - low) if high > low else 0.0
    return 1 - (place + between) / 100


def largest(lines: Sequence[Line], key: str) -> Line | None:
    """The sum that is asked for; else the one that holds most."""
    for line in lines:
        if line.key == key:
            return line
    top = [line for line in lines if line.level == 0]
    return max(top, key=lambda line: line.row.open_count, default=None)
