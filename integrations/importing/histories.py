"""What was said of deals elsewhere: stages, sellers' forecasts. For comparison only."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from integrations.importing.besides import BesideRow, Besides
from integrations.importing.cells import Cells
from integrations.importing.mappings import Mapping
from integrations.importing.reading import Parsed
from integrations.importing.refusal import Refusal
from integrations.importing.shapes import ID, shape

STAGE = 80


class Entry(NamedTuple):
    """A state of a deal, as it was written down. In memory: a tuple, for there are many."""

    at: str
    stage: str
    probability: float | None
    close_on: str


class Histories:
    def __init__(self, mapping: Mapping, *, cells: Cells, zone: ZoneInfo) -> None:
        self._mapping, self._cells, self._zone = mapping, cells, zone
        self._entries: dict[str, list[Entry]] = defaultdict(list)

    def read(self, besides: Besides) -> Iterator[Parsed]:
        """Learn what was written down; only what is wrong with it is answered."""
        needs = ["deal", "at", "stage"]
        for row in besides.rows(self._mapping.history, needs=needs):
            yield from self._learnt(row)
        for row in besides.rows(self._mapping.changes, needs=[*needs, "field"]):
            if row.get("field") == self._mapping.stage_field:
                yield from self._learnt(row)

    def _learnt(self, row: BesideRow) -> Iterator[Parsed]:
        told, close_on = row.get("probability"), row.get("close_on")
        try:
            entry = Entry(
                at=self._cells.moment(row.get("at")),
                stage=row.get("stage")[:STAGE],
                probability=self._cells.probability(told) if told else None,
                close_on=self._cells.day(close_on) if close_on else "",
            )
        except Refusal as refusal:
            yield row.refused("stage_change", str(refusal))
        else:
            self._entries[row.get("deal")[:ID]].append(entry)

    def of(self, deal: str) -> Iterator[Parsed]:
        """The stages a deal went through, and what its seller foresaw, in order of time."""
        entries = sorted(self._entries.pop(deal, []), key=lambda entry: entry.at)
        stage = ""
        for entry in entries:
            if entry.stage and entry.stage != stage:
                stage = entry.stage
                yield self.stage(deal, stage, entry.at)
        last_of = {entry.at: entry for entry in entries}
        for entry in last_of.values():
            if entry.probability is not None:
                yield self.forecast(deal, entry)

    def has(self, deal: str) -> bool:
        return deal in self._entries

    def stage(self, deal: str, stage: str, at: str) -> Parsed:
        raw = {"opportunity": deal, "stage": stage[:STAGE], "changed_at": at}
        return self._parsed("stage_change", raw)

    def forecast(self, deal: str, entry: Entry) -> Parsed:
        raw = {"opportunity": deal, "set_at": entry.at, "close_on": entry.close_on}
        return self._parsed(
            "seller_forecast", raw | {"probability": str(entry.probability)}
        )

    def _parsed(self, kind: str, raw: dict[str, Any]) -> Parsed:
        return Parsed(1, kind, shape(kind, raw, zone=self._zone, dropped=set()))

    def notes(self) -> Iterator[str]:
        if left := sum(len(entries) for entries in self._entries.values()):
            yield _(
                "Rows of history left out, since their deal is not in the file: %(count)s."
            ) % {"count": left}
