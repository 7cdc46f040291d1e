"""Which period and whose deals a page of the forecast is asked about: its address says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode
from uuid import UUID

from django.utils import timezone
from django.utils.dateparse import parse_date

from accounts.http.request import WorkspaceRequest
from accounts.queries import visible_owners
from forecasting.queries.periods import Span, period_of, periods_shown
from forecasting.queries.roll_up import Line, largest, owners_of, roll_up

THIS, NEXT = "this", "next"
YEARS_BACK, YEARS_AHEAD = 5, 2


@dataclass(frozen=True, slots=True)
class Asked:
    """A period and a sum within it that the member may see; `chosen` None: there is none."""

    now: datetime
    today: date
    which: str  # "this", "next", or the first day of another period
    span: Span
    seen: frozenset[UUID] | None
    lines: Sequence[Line]
    chosen: Line | None

    @property
    def owners(self) -> frozenset[UUID] | None:
        """Whose deals the chosen sum is made of; None is everybody's."""
        return owners_of(self.chosen) if self.chosen else self.seen

    @property
    def is_past(self) -> bool:
        return self.span.ends_on < self.today

    def query(self, **more: object) -> str:
        """The same question as an address, with more of it."""
        scope = {"scope": self.chosen.key} if self.chosen else {}
        told = {"period": self.which, **scope, **more}
        return urlencode({name: value for name, value in told.items() if value})


def asked_of(request: WorkspaceRequest) -> Asked:
    """Read the address: five queries."""
    now, workspace = timezone.now(), request.workspace
    today = workspace.today(now)
    this, following = periods_shown(today, workspace=workspace)
    which, span = _period(request.GET.get("period", ""), request, today=today)
    which = {this: THIS, following: NEXT}.get(span, which)
    seen = visible_owners(request.membership)
    lines = roll_up(span, seen=seen, currency=workspace.base_currency)
    return Asked(
        now=now,
        today=today,
        which=which,
        span=span,
        seen=seen,
        lines=lines,
        chosen=largest(lines, request.GET.get("scope", "")),
    )


def _period(asked: str, request: WorkspaceRequest, *, today: date) -> tuple[str, Span]:
    """A period by its name or by a day in it; without one, this."""
    this, following = periods_shown(today, workspace=request.workspace)
    if asked == NEXT:
        return NEXT, following
    day = day_in(asked)
    if day is None or not -YEARS_BACK <= day.year - today.year <= YEARS_AHEAD:
        return THIS, this
    span = period_of(day, workspace=request.workspace)
    return str(span.starts_on), span


def day_in(text: str) -> date | None:
    """A day of an address, None when there is none or it makes no sense."""
    try:
        return parse_date(text)
    except ValueError:
        return None
