"""From days since a deal began to days and moments somebody works."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

OPENS, HOURS = 8.5, 9.0  # from half past eight to half past five


@dataclass(slots=True)
class Calendar:
    """The calendar of one deal: weekends go back to Friday, nothing is after `now`."""

    began_on: date
    now: datetime
    zone: ZoneInfo
    _taken: set[datetime] = field(default_factory=set)

    def on(self, day: float) -> date:
        """The working day, today at the latest."""
        return min(self.planned(day), self.now.astimezone(self.zone).date())

    def planned(self, day: float) -> date:
        """The working day, in the future if need be."""
        there = self.began_on + timedelta(days=int(day))
        return there - timedelta(days=max(0, there.weekday() - 4))

    def at(self, day: float) -> datetime:
        """The moment, in working hours, each given out once."""
        minutes = int(60 * (OPENS + HOURS * (day % 1)))
        there = self.on(day)
        local = datetime(there.year, there.month, there.day, tzinfo=self.zone)
        moment = (local + timedelta(minutes=minutes)).astimezone(UTC)
        moment = min(moment, self.now.astimezone(UTC).replace(second=0, microsecond=0))
        while moment in self._taken:
            moment -= timedelta(minutes=1)
        self._taken.add(moment)
        return moment


def written(moment: datetime) -> str:
    """As a bundle writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
