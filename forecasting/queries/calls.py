"""What managers said of a period: what stands, and what stood."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q

from forecasting.models import ManagerCall
from forecasting.queries.periods import Span
from forecasting.queries.roll_up import Line, teams_known

if TYPE_CHECKING:
    from accounts.models.facts import FactQuerySet

HISTORY_SHOWN = 50


def calls_of(span: Span) -> "FactQuerySet":
    """Every call of a period, those that were taken back too; the latest first."""
    rows = ManagerCall.objects.filter(starts_on=span.starts_on, ends_on=span.ends_on)
    told = rows.select_related("logged_by", "opportunity", "retracted_by")
    return told.order_by("-logged_at", "-pk")


def history(span: Span, line: Line) -> Sequence[ManagerCall]:
    """What was called for a sum, the latest first."""
    return list(_about(span, line)[:HISTORY_SHOWN])


def standing_call(span: Span, line: Line) -> ManagerCall | None:
    found: ManagerCall | None = _about(span, line).standing().first()
    return found


def calls_on_deals(span: Span, deals: Collection[UUID]) -> dict[UUID, ManagerCall]:
    """What stands of some deals, by deal."""
    rows = calls_of(span).standing().filter(opportunity__in=list(deals))
    return {call.opportunity_id: call for call in rows}


def calls_seen_by(seen: frozenset[UUID] | None) -> "FactQuerySet":
    """The standing calls about what one may see, as of `visible_owners`."""
    return past_calls(seen).standing()


def past_calls(seen: frozenset[UUID] | None) -> "FactQuerySet":
    """Those that were taken back or followed by another too."""
    rows: FactQuerySet = ManagerCall.objects.all()
    if seen is None:
        return rows
    return rows.filter(of_scopes_seen_by(seen) | Q(opportunity__owner__in=seen))


def of_scopes_seen_by(seen: frozenset[UUID] | None) -> Q:
    """What is said of an owner one sees, or of a team one sees everybody of."""
    if seen is None:
        return Q()
    known = teams_known()
    teams = [pk for pk in known.rows if is_seen(known.everybody_in(pk), seen)]
    return Q(owner__in=seen) | Q(team_id__in=teams)


def is_seen(people: Collection[UUID], seen: frozenset[UUID]) -> bool:
    """Whether one sees all of a team that has anybody."""
    return bool(people) and seen.issuperset(people)


def _about(span: Span, line: Line) -> "FactQuerySet":
    row = line.row
    return calls_of(span).filter(team=row.team_id, owner=row.owner_id, opportunity=None)
