"""How a table writes days, moments, numbers and yes or no: brought to one spelling."""

import re
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from integrations.importing.mappings import Mapping
from integrations.importing.refusal import Refusal
from integrations.importing.values import show

SOME_DAY = date(2026, 5, 31)  # as sentences show a way of writing
_ISO = re.compile(
    r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:?\d\d)?)?"
)
_TIMES = ("%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M:%S %p")
_YES = frozenset({"true", "1", "yes"})


class Cells:
    """`reads_moments`: also the one standard spelling, and a time of day behind the day."""

    def __init__(
        self, mapping: Mapping, *, zone: ZoneInfo, reads_moments: bool
    ) -> None:
        self._mapping, self._zone, self._reads_moments = mapping, zone, reads_moments

    def day(self, cell: str) -> str:
        """A day of the workspace.

        :raises Refusal: when it is none.
        """
        try:
            return str(self._read(cell).date())
        except ValueError:
            raise Refusal(self._no_day(cell)) from None

    def moment(self, cell: str) -> str:
        """A moment; a bare day is its beginning. Without a zone it is the workspace's.

        :raises Refusal: when it is none.
        """
        try:
            return self._read(cell).astimezone(UTC).isoformat()
        except ValueError:
            raise Refusal(self._no_day(cell)) from None

    def amount(self, cell: str) -> str:
        return cell.replace(self._mapping.decimal_sign, ".")

    def probability(self, cell: str) -> float:
        """:raises Refusal: when it is none."""
        bare = self.amount(cell).strip()
        whole = 100 if bare.endswith("%") else self._mapping.probability_of
        try:
            return round(float(bare.rstrip("% ")) / whole, 6)
        except ValueError:
            raise Refusal(
                _("%(value)s is not a number.") % {"value": show(cell)}
            ) from None

    def _read(self, cell: str) -> datetime:
        """:raises ValueError: when it is no day and no moment."""
        if not self._reads_moments:
            return datetime.strptime(cell, self._mapping.date_format).replace(
                tzinfo=self._zone
            )
        if _ISO.fullmatch(cell):
            found = datetime.fromisoformat(cell)
            known = found if found.tzinfo else found.replace(tzinfo=self._zone)
            return known.astimezone(self._zone)
        day, _blank, clock = cell.partition(" ")
        return datetime.combine(
            self._day_as_told(day), _time_of(clock), tzinfo=self._zone
        )

    def _day_as_told(self, cell: str) -> date:
        form = self._mapping.date_format
        try:
            return datetime.strptime(cell, form).date()  # noqa: DTZ007 -- a day, no moment
        except ValueError:
            short = form.replace("%Y", "%y")
            return datetime.strptime(cell, short).date()  # noqa: DTZ007 -- a day, no moment

    def _no_day(self, cell: str) -> str:
        return _("%(value)s is not a day written as %(format)s.") % {
            "value": show(cell),
            "format": SOME_DAY.strftime(self._mapping.date_format),
        }


def is_yes(cell: str) -> bool:
    return cell.strip().casefold() in _YES


def listed(cell: str) -> list[str]:
    """The words of a cell that holds several."""
    return [word.strip() for word in re.split(r"[;,]", cell) if word.strip()]


def _time_of(clock: str) -> time:
    for form in _TIMES if clock else ():
        try:
            return datetime.strptime(clock, form).time()  # noqa: DTZ007 -- of a day
        except ValueError:
            continue
    if clock:
        raise ValueError(clock)
    return time()
