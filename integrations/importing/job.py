"""What all steps of one import share: the clock, the words, what is known so far."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from accounts.models import Membership, Workspace, end_of
from integrations.importing.journal import Journal
from integrations.importing.members import Members
from integrations.importing.refusal import Refusal
from integrations.importing.report import MADE, Report
from integrations.queries.names import Names
from readiness.models import ActionType, SignalType
from readiness.queries.evidence import CLOCK_DRIFT
from stakeholders.queries.roles import role_codes

BATCH = 1_000


class Follows(Exception):
    """A row stands or falls with another one that is refused: nothing more to say."""


@dataclass(slots=True)
class Job:
    workspace: Workspace
    source: str
    report: Report
    by: Membership | None
    now: datetime
    journal: Journal
    known: dict[str, dict[str, Any]] = field(default_factory=dict)
    lines: dict[str, dict[str, int]] = field(default_factory=dict)
    broken: set[tuple[str, str]] = field(default_factory=set)
    fresh: set[UUID] = field(default_factory=set)  # made by this import
    touched: set[UUID] = field(default_factory=set)  # deals to be computed again
    zone: ZoneInfo = field(init=False)
    today: date = field(init=False)
    members: Members = field(init=False)
    names: Names = field(init=False)
    roles: frozenset[str] = field(init=False)
    signals: frozenset[str] = field(init=False)
    actions: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self.zone = ZoneInfo(self.workspace.time_zone)
        self.today = self.workspace.today(self.now)
        self.members = Members(
            self.workspace, by=self.by, now=self.now, on_seat=self._seat_made
        )
        self.names = Names(self.members.all)
        self.roles = role_codes()
        self.signals, self.actions = _codes(SignalType), _codes(ActionType)

    def _seat_made(self, seat: Membership) -> None:
        self.journal.made([seat])
        self.names.meet(seat)
        self.report.count("seat", MADE)

    # --- what is written -------------------------------------------------------------

    def create(self, model: Any, rows: Sequence[Any]) -> None:
        model.objects.bulk_create(rows, batch_size=BATCH)
        self.journal.made(rows)

    def update(self, model: Any, rows: Sequence[Any], names: Collection[str]) -> None:
        self.journal.changing(model, [row.pk for row in rows], names)
        model.objects.bulk_update(rows, sorted(names), batch_size=BATCH)

    def retract(self, model: Any, pks: Collection[UUID]) -> None:
        """Take facts back that stand."""
        taken_back = {"retracted_at": self.now, "retracted_by": self.by}
        self.journal.changing(model, pks, taken_back)
        model.objects.filter(pk__in=pks).update(**taken_back)

    # --- what the file calls things --------------------------------------------------

    def learn(self, kind: str, id: str, row: Any) -> None:
        self.known.setdefault(kind, {})[id] = row
        self.names.call(row.pk, id)

    def find(self, kind: str, id: str | None) -> Any:
        """The row the file means; None for None.

        :raises Refusal: when the file has none of that id.
        """
        if id is None:
            return None
        found = self.known.get(kind, {}).get(id)
        if found is not None:
            return found
        if (kind, id) in self.broken:
            raise Follows
        raise Refusal(
            _("There is no %(kind)s “%(id)s” in the file.") % {"kind": kind, "id": id}
        )

    def find_in(self, deal: Any, id: str | None) -> Any:
        """A stakeholder of a deal.

        :raises Refusal: when there is none of that id, or it sits in another deal.
        """
        found = self.find("stakeholder", id)
        if found is not None and found.opportunity_id != deal.pk:
            raise Refusal(
                _("“%(id)s” has no seat in the deal “%(deal)s”.")
                % {"id": id, "deal": self.names.of(deal.pk)}
            )
        return found

    def refuse_second(self, kind: str, id: str, line: int) -> None:
        """:raises Refusal: when the id stands in an earlier line already."""
        first = self.lines.setdefault(kind, {}).setdefault(id, line)
        if first != line:
            raise Refusal(
                _("“%(id)s” stands in line %(line)s already.")
                % {"id": id, "line": first}
            )

    # --- time ------------------------------------------------------------------------

    def told_on(self, day: date) -> datetime:
        """Since when a fact of a day counts as known: the day's end, and never later than now."""
        return min(end_of(day, self.zone), self.now)

    def told_at(self, moment: datetime) -> datetime:
        return self.told_on(moment.astimezone(self.zone).date())

    def refuse_future(self, name: str, moment: datetime) -> None:
        if moment > self.now + CLOCK_DRIFT:
            raise Refusal(_("%(name)s: that lies in the future.") % {"name": name})

    def refuse_future_day(self, name: str, day: date) -> None:
        if day > self.today:
            raise Refusal(_("%(name)s: that lies in the future.") % {"name": name})


def _codes(model: Any) -> frozenset[str]:
    active = model.objects.filter(model__status="active")
    return frozenset(active.values_list("code", flat=True))
