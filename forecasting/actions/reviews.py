"""Freeze what the periods are expected to bring, once a week."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.models import Membership
from forecasting.actions.periods import sums_of
from forecasting.models import ManagerCall, PeriodOutlook, PeriodReview, Target
from forecasting.queries.as_of import stored_outcomes
from forecasting.queries.changes import Movement, movement, summary
from forecasting.queries.moments import Moment
from forecasting.queries.periods import Span, periods_shown
from forecasting.queries.roll_up import Teams, owners_within, teams_known
from opportunities.actions import RateMissing
from readiness.queries.as_of import AsOf

_COPIED = (
    *("team_id", "owner_id", "starts_on", "ends_on", "currency", "won_so_far"),
    *("mean", "p10", "p50", "p90", "open_count", "without_amount_count", "seed"),
)
Key = tuple[UUID | None, UUID | None, date]


@transaction.atomic
def freeze_review(when: AsOf) -> int:
    """Keep this period's and the next one's sums as of a night, and what moved in a week.

    The first night of a week that is whole does it; the others find it done. A review
    rests on that night's snapshots alone. Where a rate is missing there is none.
    """
    workspace, today = when.workspace, when.workspace.today(when.at)
    monday = today - timedelta(days=today.weekday())
    if PeriodReview.objects.filter(week_starts_on=monday).exists():
        return 0
    spans = periods_shown(today, workspace=workspace)
    try:
        sums = sums_of(spans, list(stored_outcomes(when)), when=when)
    except RateMissing:
        return 0
    moved = {span.starts_on: _moved(span, today, when) for span in spans}
    told, teams = _beside(spans), teams_known()
    names: dict[UUID | None, str] = {pk: team.name for pk, team in teams.rows.items()}
    members = Membership.objects.of(workspace)
    names |= dict(members.values_list("pk", "name"))
    rows = [
        PeriodReview(
            week_starts_on=monday,
            taken_on=today,
            scope_name=names.get(row.team_id or row.owner_id, ""),
            movement=_parts(row, moved[row.starts_on], teams),
            target=told[0].get((row.team_id, row.owner_id, row.starts_on)),
            call=told[1].get((row.team_id, row.owner_id, row.starts_on)),
            **{name: getattr(row, name) for name in _COPIED},
        )
        for row in sums
    ]
    # Two workers may end the same night: the first to commit has frozen it.
    PeriodReview.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _moved(span: Span, today: date, when: AsOf) -> Movement | None:
    before = PeriodReview.objects.filter(taken_on__lt=today).order_by("-taken_on")
    last = before.values_list("taken_on", flat=True).first()
    if last is None:
        return None
    workspace, now = when.workspace, when.at
    since, until = (
        Moment.of(workspace, night=night, now=now) for night in (last, today)
    )
    try:
        return movement(span, since=since, until=until, workspace=workspace)
    except RateMissing:
        return None


def _parts(row: PeriodOutlook, moved: Movement | None, teams: Teams) -> dict[str, Any]:
    if moved is None:
        return {}
    owners = owners_within(team_id=row.team_id, owner_id=row.owner_id, teams=teams)
    parts = summary(moved, owners=owners).parts
    told = {str(part): str(amount) for part, amount in parts.items()}
    return {"since": str(moved.since), "parts": told}


def _beside(
    spans: tuple[Span, ...],
) -> tuple[dict[Key, Decimal | None], dict[Key, Decimal | None]]:
    """The targets and the standing calls of these periods."""
    starts = [span.starts_on for span in spans]
    fields = ("team_id", "owner_id", "starts_on", "amount")
    targets = Target.objects.filter(starts_on__in=starts)
    calls = ManagerCall.objects.standing().filter(
        starts_on__in=starts, opportunity__isnull=True
    )
    first, second = (
        {
            (team, owner, on): amount
            for team, owner, on, amount in rows.values_list(*fields)
        }
        for rows in (targets, calls)
    )
    return first, second
