"""Months and quarters of a workspace's fiscal year."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.formats import date_format

from accounts.models import Period, Workspace

AHEAD = 5  # periods, this one included, of which sums are kept


@dataclass(frozen=True, slots=True)
class Span:
    """A period, its first and its last day."""

    starts_on: date
    ends_on: date

    def __str__(self) -> str:
        days = (self.starts_on, self.ends_on)
        first, last = (date_format(day, "j M Y") for day in days)
        return f"{first} – {last}"  # noqa: RUF001 -- a range is written with a dash


def period_of(day: date, *, workspace: Workspace) -> Span:
    """The month or quarter of the fiscal year that a day lies in."""
    length = 1 if workspace.period == Period.MONTH else 3
    into = (day.month - workspace.fiscal_month) % 12 % length
    starts_on = _month(day.replace(day=1), -into)
    return Span(starts_on, _month(starts_on, length) - timedelta(days=1))


def periods_shown(day: date, *, workspace: Workspace) -> tuple[Span, Span]:
    """The period that a day lies in, and the next one."""
    this, following = periods_ahead(day, workspace=workspace, count=2)
    return this, following


def periods_ahead(day: date, *, workspace: Workspace, count: int) -> list[Span]:
    """The period that a day lies in, and those that follow it."""
    spans = [period_of(day, workspace=workspace)]
    while len(spans) < count:
        eve = spans[-1].ends_on
        spans.append(period_of(eve + timedelta(days=1), workspace=workspace))
    return spans


def periods_before(day: date, *, workspace: Workspace, count: int) -> list[Span]:
    """The periods before the one that a day lies in, the latest first."""
    spans: list[Span] = []
    start = period_of(day, workspace=workspace).starts_on
    while len(spans) < count:
        spans.append(period_of(start - timedelta(days=1), workspace=workspace))
        start = spans[-1].starts_on
    return spans


def weeks_of(span: Span, *, today: date) -> list[date]:
    """The days a week apart that are still to come in a period, its last day apart."""
    eve = max(today, span.starts_on - timedelta(days=1))
    return [eve + timedelta(days=n) for n in range(7, (span.ends_on - eve).days, 7)]


def _month(first: date, by: int) -> date:
    months = first.year * 12 + first.month - 1 + by
    return date(months // 12, months % 12 + 1, 1)
