"""The weekly reviews one may see, and what a period that is over brought in the end."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import Q

from accounts.models import Workspace
from forecasting.engine.changes import Part
from forecasting.models import PeriodReview
from forecasting.queries.causes import CAUSES
from forecasting.queries.periods import Span
from forecasting.queries.portfolio import won_row, won_sum
from forecasting.queries.rates import all_rates_into
from forecasting.queries.roll_up import owners_within, teams_known
from opportunities.models import Opportunity, Outcome


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose reviews: the workspace's, a team's or an owner's."""

    team_id: UUID | None
    owner_id: UUID | None
    name: str  # empty: the workspace's
    owners: frozenset[UUID] | None

    @property
    def key(self) -> str:
        if self.team_id:
            return f"team:{self.team_id}"
        return f"owner:{self.owner_id}" if self.owner_id else "workspace"


@dataclass(frozen=True, slots=True)
class Line:
    """One review, and what moved since the one before it; None: it is the first."""

    review: PeriodReview
    change: Decimal | None
    parts: Sequence[tuple[str, Decimal]]

    @property
    def since(self) -> str:
        return str(self.review.movement.get("since", ""))


@dataclass(frozen=True, slots=True)
class Came:
    """What was won in a period that is over."""

    amount: Decimal
    deals: int


def reviewed_scopes(span: Span, *, seen: frozenset[UUID] | None) -> list[Scope]:
    """Those with a review of the period that one may see, the widest first; three queries."""
    teams = teams_known()
    rows = PeriodReview.objects.filter(starts_on=span.starts_on, ends_on=span.ends_on)
    # Of each the latest row: a team is called what it was called last.
    order = ("team_id", "owner", "-taken_on")
    kept = rows.order_by(*order).distinct("team_id", "owner")
    scopes = [
        Scope(
            team_id=row.team_id,
            owner_id=row.owner_id,
            name=row.scope_name,
            owners=owners_within(
                team_id=row.team_id, owner_id=row.owner_id, teams=teams
            ),
        )
        for row in kept
    ]
    visible = [each for each in scopes if seen is None or _is_within(each, seen)]

    def width(each: Scope) -> tuple[bool, int, str]:
        return each.owners is not None, -len(each.owners or ()), each.name

    return sorted(visible, key=width)


def _is_within(scope: Scope, seen: frozenset[UUID]) -> bool:
    return bool(scope.owners) and scope.owners is not None and scope.owners <= seen


def reviews_of(span: Span, scope: Scope) -> Sequence[Line]:
    """The latest first."""
    here = Q(starts_on=span.starts_on, ends_on=span.ends_on)
    rows = PeriodReview.objects.filter(
        here, team_id=scope.team_id, owner=scope.owner_id
    )
    return [_line(row) for row in rows.order_by("-taken_on")]


def _line(row: PeriodReview) -> Line:
    """The change is the sum of its parts, as both were frozen."""
    parts = row.movement.get("parts")
    if parts is None:
        return Line(row, change=None, parts=())
    # As they are heard: JSON keeps no order.
    told = [(str(CAUSES[part]), Decimal(parts[part])) for part in Part if part in parts]
    change = sum((value for _label, value in told), Decimal(0))
    return Line(row, change=change, parts=told)


def what_came(
    span: Span, *, owners: frozenset[UUID] | None, workspace: Workspace
) -> Came:
    """The deals won in a period, by the rates of their closing days.

    :raises RateMissing: when there is none.
    """
    rows = Opportunity.objects.standing().filter(
        outcome=Outcome.WON, closed_on__gte=span.starts_on, closed_on__lte=span.ends_on
    )
    if owners is not None:
        rows = rows.filter(owner__in=owners)
    rates = all_rates_into(workspace.base_currency)
    won = [won_row(row, rates=rates) for row in rows.order_by("pk")]
    return Came(amount=won_sum(won), deals=len(won))
