"""How a period fills week by week, and which deals move it most: as rows keep them."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from forecasting.engine.portfolio import PortfolioForecast, Range
from forecasting.queries.periods import Span
from forecasting.queries.portfolio import Expected, Won, won_sum

MOVERS = 25


def fan_of(
    won: Sequence[Won],
    drawn: PortfolioForecast,
    *,
    span: Span,
    today: date,
    days: Sequence[date],
) -> dict[str, Any]:
    """What was won by each week, and the range of what will have been by those to come."""
    until = min(today, span.ends_on)
    past = [
        *_weekly(span.starts_on, until),
        *([until] if until >= span.starts_on else []),
    ]
    so_far = float(won_sum(won))
    flat = Range(so_far, so_far, so_far, so_far)
    start = max(today, span.starts_on - timedelta(days=1))
    points = [flat, *(drawn.fan or [flat] * len(days)), drawn.amount]
    return {
        "won": [[str(day), _won_until(day, won)] for day in past],
        "weeks": [
            [str(day), point.mean, point.p10, point.p50, point.p90]
            for day, point in zip([start, *days, span.ends_on], points, strict=True)
        ],
    }


def _weekly(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range(0, (last - first).days, 7)]


def _won_until(day: date, won: Sequence[Won]) -> float:
    return float(won_sum(deal for deal in won if deal.on is None or deal.on <= day))


def movers_of(expected: Sequence[Expected]) -> list[list[Any]]:
    """The deals that move the range most, the largest first."""
    drawn = [deal.as_drawn for deal in expected]
    moving = sorted(drawn, key=lambda deal: (-deal.swing, deal.key))[:MOVERS]
    return [
        [deal.key, deal.probability, deal.amount, deal.swing]
        for deal in moving
        if deal.swing
    ]
