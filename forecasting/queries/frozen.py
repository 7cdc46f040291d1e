"""What was frozen before a period ended, scored against what happened in it.

Only stored snapshots are read: a forecast that is made again can learn, one that was
frozen cannot.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import numpy as np
from django.db.models import Min

from accounts.models import Workspace
from forecasting.engine import scoring
from forecasting.engine.passage import WEEK_DAYS
from forecasting.engine.portfolio import PortfolioForecast
from forecasting.engine.recalibration import Past
from forecasting.models import Snapshot
from forecasting.queries.as_of import curves_in
from forecasting.queries.backtest import FEWEST_CLOSED
from forecasting.queries.deal import days_until
from forecasting.queries.periods import Span, period_of
from forecasting.queries.portfolio import (
    Expected,
    Won,
    chance_by,
    forecast_of,
    in_base,
    seed_for,
    won_row,
    won_sum,
)
from forecasting.queries.rates import Rates, rates_into
from opportunities.actions import RateMissing
from opportunities.models import Opportunity, Outcome

LEADS = (90, 60, 30)  # days before a period's end
LATE_NIGHTS = 3  # a night that was missed is replaced by one so many days earlier
FEWEST_PERIODS = 8
LEVELS = (0.1, 0.5, 0.9)


@dataclass(frozen=True, slots=True)
class Said:
    """One deal's frozen chance to be won by the period's end, and whether it was."""

    chance: float
    is_won: bool
    is_closed: bool
    opportunity_id: UUID


@dataclass(frozen=True, slots=True)
class Total:
    """A period's frozen range, and what was won in it, in the base currency."""

    ends_on: date
    mean: float
    p10: float
    p50: float
    p90: float
    won: float
    crps: float


def frozen_scores(workspace: Workspace, *, today: date) -> list[dict[str, Any]]:
    """For each lead the scores of deals and of period totals, hidden while too few."""
    spans = list(_past_periods(workspace, today=today))
    return [_at(lead, spans, workspace=workspace) for lead in LEADS]


def past_of(lead: int, *, workspace: Workspace, today: date) -> Past:
    """What the model said so many days before the ends of past periods, before any map.

    Snapshots that were taken before it was kept are left out.
    """
    rows: list[tuple[Snapshot, Said, Span]] = []
    for span in _past_periods(workspace, today=today):
        nights = [
            night
            for night in _nights(span.ends_on - timedelta(days=lead))
            if night.model_won is not None and night.file_factor is not None
        ]
        ends = _ends(nights)
        for night in nights:
            said = _said(night, ends, span=span, workspace=workspace)
            if said is not None:
                rows.append((night, said, span))
    return Past(
        chance=np.array([_unmapped(night, span, workspace) for night, _, span in rows]),
        factor=np.array([night.file_factor for night, _, _ in rows], dtype=float),
        happened=np.array([said.is_won for _, said, _ in rows], dtype=float),
        made=np.array([n.taken_on.toordinal() for n, _, _ in rows], dtype=np.int64),
        known=np.array([s.ends_on.toordinal() for _, _, s in rows], dtype=np.int64),
        deals=[str(said.opportunity_id) for _, said, _ in rows],
    )


def _unmapped(night: Snapshot, span: Span, workspace: Workspace) -> float:
    days = days_until(span.ends_on, workspace=workspace, now=night.starts_at)
    won = night.model_won or []
    return float(np.interp(days, np.arange(len(won)) * float(WEEK_DAYS), won))


def _past_periods(workspace: Workspace, *, today: date) -> Iterator[Span]:
    """The periods that have ended since the first night that was frozen."""
    first = Snapshot.objects.aggregate(first=Min("taken_on"))["first"]
    if first is None:
        return
    span = period_of(first, workspace=workspace)
    while span.ends_on < today:
        yield span
        span = period_of(span.ends_on + timedelta(days=1), workspace=workspace)


def _at(lead: int, spans: Sequence[Span], *, workspace: Workspace) -> dict[str, Any]:
    said: list[Said | None] = []
    totals: list[Total] = []
    periods = 0
    for span in spans:
        nights = _nights(span.ends_on - timedelta(days=lead))
        if not nights:
            continue
        periods += 1
        ends = _ends(nights)
        said += [_said(night, ends, span=span, workspace=workspace) for night in nights]
        total = _total(nights, span=span, workspace=workspace)
        if total is not None:
            totals.append(total)
    return {
        "lead": lead,
        "periods": periods,
        **_deals(said),
        **_sums(totals),
    }


def _nights(day: date) -> list[Snapshot]:
    """The snapshots of open deals of that night, or of the last one shortly before it."""
    rows = Snapshot.objects.filter(
        taken_on__gt=day - timedelta(days=LATE_NIGHTS), taken_on__lte=day
    )
    last = rows.order_by("-taken_on").values_list("taken_on", flat=True).first()
    if last is None:
        return []
    return list(rows.filter(taken_on=last, outcome=Outcome.OPEN).order_by("pk"))


def _ends(nights: Iterable[Snapshot]) -> dict[UUID, Opportunity]:
    """How those deals stand now; one made by mistake is left out."""
    ids = [night.opportunity_id for night in nights]
    rows = Opportunity.objects.standing().filter(pk__in=ids)
    return {row.pk: row for row in rows}


def _said(
    night: Snapshot,
    ends: dict[UUID, Opportunity],
    *,
    span: Span,
    workspace: Workspace,
) -> Said | None:
    deal = ends.get(night.opportunity_id)
    if deal is None:
        return None
    in_time = deal.closed_on is not None and deal.closed_on <= span.ends_on
    if in_time and deal.outcome == Outcome.WITHDRAWN:
        return None
    return Said(
        chance=_chance(night, span.ends_on, workspace=workspace),
        is_won=in_time and deal.outcome == Outcome.WON,
        is_closed=in_time,
        opportunity_id=deal.pk,
    )


def _chance(night: Snapshot, day: date, *, workspace: Workspace) -> float:
    days = days_until(day, workspace=workspace, now=night.starts_at)
    return chance_by(curves_in(night), days)


def _deals(rows: Iterable[Said | None]) -> dict[str, Any]:
    said = [row for row in rows if row is not None]
    closed = len({row.opportunity_id for row in said if row.is_closed})
    missing = max(0, FEWEST_CLOSED - closed)
    answer: dict[str, Any] = {"n": len(said), "closed": closed, "missing": missing}
    if missing:
        return answer
    chances = [row.chance for row in said]
    happened = [float(row.is_won) for row in said]
    line = scoring.calibration_line(chances, happened)
    return answer | {
        "won": int(sum(happened)),
        "brier": scoring.brier(chances, happened),
        "log_loss": scoring.log_loss(chances, happened),
        "auc": scoring.auc(chances, happened),
        "murphy": asdict(scoring.murphy(chances, happened)),
        "line": asdict(line) if line else None,
    }


def _total(
    nights: Sequence[Snapshot], *, span: Span, workspace: Workspace
) -> Total | None:
    """The range as it was frozen; None where a sum would need a rate nobody entered."""
    night = nights[0].taken_on
    won = _won(span)
    rates = rates_into(
        workspace.base_currency,
        of=[*(row.currency for row in won), *(row.currency for row in nights)],
    )
    try:
        rows = [won_row(row, rates=rates) for row in won]
        expected = [_expected(row, span, workspace, rates=rates) for row in nights]
    except RateMissing:
        return None
    before = [row for row in rows if row.on is not None and row.on <= night]
    drawn = forecast_of(expected, before, seed=seed_for(workspace, span))
    return _compared(drawn, rows, ends_on=span.ends_on)


def _won(span: Span) -> list[Opportunity]:
    rows = Opportunity.objects.standing().filter(
        outcome=Outcome.WON,
        closed_on__gte=span.starts_on,
        closed_on__lte=span.ends_on,
    )
    return list(rows.order_by("pk"))


def _expected(
    night: Snapshot, span: Span, workspace: Workspace, *, rates: Rates
) -> Expected:
    """A deal as it was frozen; what would be won before the period begins is left out."""
    eve = span.starts_on - timedelta(days=1)
    before = _chance(night, eve, workspace=workspace) if eve >= night.taken_on else 0.0
    return Expected(
        opportunity_id=night.opportunity_id,
        owner_id=night.owner_id,
        probability=_chance(night, span.ends_on, workspace=workspace) - before,
        amount=_amount(night, rates=rates),
        sigma=night.amount_spread or 0.0,
    )


def _amount(night: Snapshot, *, rates: Rates) -> Decimal | None:
    if night.amount is not None and night.rate_to_base is not None:
        return night.amount * night.rate_to_base
    return in_base(
        night.amount, currency=night.currency, day=night.taken_on, rates=rates
    )


def _compared(drawn: PortfolioForecast, won: Iterable[Won], *, ends_on: date) -> Total:
    amount, real = drawn.amount, float(won_sum(won))
    # The draws are not kept: the ninety-nine percentiles stand for them.
    return Total(
        ends_on=ends_on,
        mean=amount.mean,
        p10=amount.p10,
        p50=amount.p50,
        p90=amount.p90,
        won=real,
        crps=scoring.crps(drawn.percentiles, real),
    )


def _sums(totals: Sequence[Total]) -> dict[str, Any]:
    missing = max(0, FEWEST_PERIODS - len(totals))
    answer: dict[str, Any] = {"totals": len(totals), "totals_missing": missing}
    if missing:
        return answer
    within = scoring.coverage(
        [each.p10 for each in totals],
        [each.p90 for each in totals],
        [each.won for each in totals],
    )
    pinball = {
        f"p{round(level * 100)}": sum(
            scoring.pinball(
                getattr(each, f"p{round(level * 100)}"), each.won, level=level
            )
            for each in totals
        )
        / len(totals)
        for level in LEVELS
    }
    return answer | {
        "coverage": asdict(within),
        "crps": sum(each.crps for each in totals) / len(totals),
        "pinball": pinball,
        "periods_seen": [
            asdict(each) | {"ends_on": str(each.ends_on)} for each in totals
        ],
    }
