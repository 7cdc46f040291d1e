"""The sums of a period over the workspace, its teams and their people."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import ExpressionWrapper, F, FloatField, QuerySet

from accounts.models import Membership, Team, TeamMember, TeamPart, Workspace
from accounts.queries import visible_owners
from forecasting.models import Outlook, PeriodOutlook, Target
from forecasting.queries.periods import Span

DEALS_SHOWN = 25


@dataclass(frozen=True, slots=True)
class RollRow:
    """One line of the roll-up: whose sum, how deep, its target, and the way to it."""

    key: str
    name: str
    depth: int
    outlook: PeriodOutlook
    target: Target | None
    owners: frozenset[UUID] | None  # whose deals stand behind it; None: everybody's

    @property
    def reach(self) -> float | None:
        """The mean as a share of the target."""
        if self.target is None or not self.target.amount:
            return None
        return float(self.outlook.mean / self.target.amount)


@dataclass(frozen=True, slots=True)
class Rollup:
    rows: tuple[RollRow, ...]

    def chosen(self, key: str) -> RollRow | None:
        """The line asked for, else the widest."""
        for row in self.rows:
            if row.key == key:
                return row
        return self.rows[0] if self.rows else None


def rollup(span: Span, *, workspace: Workspace, by: Membership) -> Rollup:
    """What a member may see of a period, from the widest sum to the narrowest.

    A team's sum is shown to whoever sees all its people's deals. Five queries.
    """
    outlooks = list(
        PeriodOutlook.objects.filter(starts_on=span.starts_on, ends_on=span.ends_on)
    )
    targets = {
        (row.team_id, row.owner_id): row
        for row in Target.objects.filter(starts_on=span.starts_on, ends_on=span.ends_on)
    }
    seen = visible_owners(by)
    members = {row.pk: row.name for row in Membership.objects.of(workspace)}
    teams = list(Team.objects.order_by("name", "pk"))
    people: dict[UUID, set[UUID]] = {team.pk: set() for team in teams}
    for team, member in TeamMember.objects.filter(part=TeamPart.MEMBER).values_list(
        "team_id", "membership_id"
    ):
        people[team].add(member)
    lines = _Lines(outlooks, targets, teams, people, members)
    return Rollup(tuple(row for row in lines if _may_see(row, seen)))


def _may_see(row: RollRow, seen: frozenset[UUID] | None) -> bool:
    if seen is None:
        return True
    return bool(row.owners) and row.owners is not None and row.owners <= seen


@dataclass(frozen=True, slots=True)
class _Lines:
    """The roll-up in the order of the tree: a team, its own people, the teams below."""

    outlooks: Iterable[PeriodOutlook]
    targets: Mapping[tuple[UUID | None, UUID | None], Target]
    teams: list[Team]
    people: Mapping[UUID, set[UUID]]
    members: Mapping[UUID, str]

    def __iter__(self) -> Iterator[RollRow]:
        by_team = {o.team_id: o for o in self.outlooks if o.team_id}
        by_owner = {o.owner_id: o for o in self.outlooks if o.owner_id}
        for whole in self.outlooks:
            if whole.team_id is None and whole.owner_id is None:
                yield self._row(whole, key="all", name="", depth=0)
        told: set[UUID] = set()
        for team, depth in self._tree(None, 1):
            if outlook := by_team.get(team.pk):
                key = f"team-{team.pk}"
                yield self._row(outlook, key=key, name=team.name, depth=depth)
            for owner in self._by_name(self.people[team.pk] & set(by_owner)):
                told.add(owner)
                yield self._of(by_owner[owner], owner, depth=depth + 1)
        for owner in self._by_name(set(by_owner) - told):
            yield self._of(by_owner[owner], owner, depth=1)

    def everybody_in(self, team: UUID) -> set[UUID]:
        below = [t.pk for t, _depth in self._tree(team, 0)]
        return set[UUID]().union(*(self.people[each] for each in [team, *below]))

    def _tree(self, parent: UUID | None, depth: int) -> Iterator[tuple[Team, int]]:
        for team in self.teams:
            if team.parent_id == parent:
                yield team, depth
                yield from self._tree(team.pk, depth + 1)

    def _by_name(self, owners: set[UUID]) -> list[UUID]:
        return sorted(owners, key=lambda pk: (self.members.get(pk, ""), pk))

    def _of(self, outlook: PeriodOutlook, owner: UUID, *, depth: int) -> RollRow:
        name = self.members.get(owner, "")
        return self._row(outlook, key=f"owner-{owner}", name=name, depth=depth)

    def _row(
        self, outlook: PeriodOutlook, *, key: str, name: str, depth: int
    ) -> RollRow:
        target = self.targets.get((outlook.team_id, outlook.owner_id))
        owners: frozenset[UUID] | None = None
        if outlook.owner_id is not None:
            owners = frozenset({outlook.owner_id})
        elif outlook.team_id is not None:
            owners = frozenset(self.everybody_in(outlook.team_id))
        return RollRow(key, name, depth, outlook, target, owners)


@dataclass(frozen=True, slots=True)
class PeriodDeal:
    """An open deal and what it adds to the mean."""

    outlook: Outlook
    chance: float

    @property
    def adds(self) -> Decimal | None:
        if self.outlook.amount_sort is None:
            return None
        return Decimal(self.chance * self.outlook.amount_sort)


def deals_by_influence(
    outlooks: "QuerySet[Outlook]", *, is_next: bool
) -> list[PeriodDeal]:
    """Open deals by how much they widen the range: p (1 - p) amount²; one query.

    Deals without an amount come last: they are in the number only.
    """
    name = "won_in_next_probability" if is_next else "won_in_period_probability"
    chance = F(name)
    spread = ExpressionWrapper(
        chance * (1.0 - chance) * F("amount_sort") * F("amount_sort"),
        output_field=FloatField(),
    )
    rows = (
        outlooks.filter(**{f"{name}__isnull": False})
        .annotate(spread=spread)
        .select_related(
            "opportunity__company",
            "opportunity__owner",
            "constraint_stakeholder__person",
        )
        .order_by(F("spread").desc(nulls_last=True), "pk")[:DEALS_SHOWN]
    )
    return [PeriodDeal(row, getattr(row, name)) for row in rows]
