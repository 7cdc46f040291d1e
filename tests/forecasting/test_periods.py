"""Months and quarters of a fiscal year."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.models import Workspace
from forecasting.queries.amounts import range_of, rounded
from forecasting.queries.periods import Span, period_of


@pytest.mark.parametrize(
    ("period", "fiscal_month", "day", "span"),
    [
        ("month", 1, date(2028, 2, 29), (date(2028, 2, 1), date(2028, 2, 29))),
        ("quarter", 1, date(2026, 5, 4), (date(2026, 4, 1), date(2026, 6, 30))),
        ("quarter", 2, date(2026, 1, 31), (date(2025, 11, 1), date(2026, 1, 31))),
        ("quarter", 12, date(2026, 12, 1), (date(2026, 12, 1), date(2027, 2, 28))),
    ],
)
def test_a_day_lies_in_its_period(period: str, fiscal_month: int, day: date, span):
    workspace = Workspace(period=period, fiscal_month=fiscal_month)

    assert period_of(day, workspace=workspace) == Span(*span)


@pytest.mark.parametrize(
    ("value", "currency", "text"),
    [("12.345", "EUR", "12.34"), ("12.5", "JPY", "12"), ("1.0005", "KWD", "1.000")],
)
def test_money_is_rounded_half_to_even_in_its_own_digits(value, currency, text):
    assert str(rounded(Decimal(value), currency)) == text


def test_nothing_spread_is_nothing_drawn():
    points = range_of(Decimal(100), currency="EUR", sigma=0.0)

    assert {points.p10, points.p50, points.p90} == {Decimal(100)}
