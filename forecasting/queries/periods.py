"""Months and quarters of a workspace's fiscal year."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.formats import date_format

from accounts.models import Period, Workspace


@dataclass(frozen=True, slots=True)
class Span:
    """A period, its first and its last day."""

    starts_on: date
    ends_on: date

    def __str__(self) -> str:
        first, last = (
            date_format(day, "SHORT_DATE_FORMAT")
            for day in (self.starts_on, self.ends_on)
        )
        return f"{first} – {last}"  # noqa: RUF001 -- a range is written with a dash


def period_of(day: date, *, workspace: Workspace) -> Span:
    """The month or quarter of the fiscal year that a day lies in."""
    length = 1 if workspace.period == Period.MONTH else 3
    into = (day.month - workspace.fiscal_month) % 12 % length
    starts_on = _month(day.replace(day=1), -into)
    return Span(starts_on, _month(starts_on, length) - timedelta(days=1))


def next_period(span: Span, *, workspace: Workspace) -> Span:
    """The period that begins when one ends."""
    return period_of(span.ends_on + timedelta(days=1), workspace=workspace)


def _month(first: date, by: int) -> date:
    months = first.year * 12 + first.month - 1 + by
    return date(months // 12, months % 12 + 1, 1)
