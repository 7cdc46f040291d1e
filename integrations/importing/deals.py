"""A table of deals, read by a mapping: each row becomes the lines of a bundle."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from integrations.importing.mappings import EARLIEST, Beside, Mapping
from integrations.importing.personal import is_personal
from integrations.importing.reading import Parsed, broken_off
from integrations.importing.refusal import Refusal, Unreadable
from integrations.importing.shapes import ID, shape
from integrations.importing.tables import Table, TableRow
from integrations.importing.values import show
from opportunities.models import Outcome

DAYS = ("opened_on", "closed_on")
AMOUNTS = ("amount", "won_amount")
SOME_DAY = date(2026, 5, 31)  # as sentences show a way of writing
SEAT = "seat"  # not of the bundle: members come from files beside the deals


class Deals:
    def __init__(
        self, path: Path, *, mapping: Mapping, currency: str, zone: ZoneInfo
    ) -> None:
        self.path, self._mapping, self._zone = path, mapping, zone
        self._currency = currency or mapping.currency
        self.dropped: set[str] = set()
        self.notes: list[str] = []
        self._table = Table(path)
        self._companies: set[str] = set()
        self._products: dict[str, str] = {}
        self._mended: dict[tuple[str, str], int] = {}
        self._earliest: str | None = None

    @property
    def characters(self) -> int:
        return self._table.characters

    def rows(self) -> Iterator[Parsed]:
        try:
            yield from self._beside()
            self._earliest = self._earliest_day()
            table = self._table.rows()
            self._refuse_bad_header(next(table))
            for row in table:
                yield from self._parsed(row)
        except Unreadable as error:
            yield broken_off(error.line, str(error))
        for (wrong, right), count in sorted(self._mended.items()):
            self.notes.append(
                _("“%(wrong)s” was read as “%(right)s” in %(count)s rows.")
                % {"wrong": wrong, "right": right, "count": count}
            )

    # --- the files beside it ---------------------------------------------------------

    def _beside(self) -> Iterator[Parsed]:
        mapping = self._mapping
        for row in self._rows_beside(mapping.teams):
            yield from self._seats(row)
        for row in self._rows_beside(mapping.companies):
            name = row["name"]
            if name and name not in self._companies:
                country = mapping.countries.get(row.get("country", ""), "")
                yield self._company(1, name, country)
        for row in self._rows_beside(mapping.products):
            self._products[_letters(row["name"])] = row["name"]

    def _rows_beside(self, beside: Beside | None) -> Iterator[dict[str, str]]:
        """The rows of a file beside, by what its columns hold.

        :raises Unreadable: naming that file.
        """
        if beside is None:
            return
        path = self.path.parent / beside.file
        if not path.is_file():
            self.notes.append(
                _("%(file)s is not beside the file.") % {"file": beside.file}
            )
            return
        try:
            yield from _told_in(path, beside)
        except Unreadable as error:
            sentence = _("%(file)s, line %(line)s: %(trouble)s") % {
                "file": beside.file,
                "line": error.line,
                "trouble": error,
            }
            raise Unreadable(1, sentence) from None

    def _seats(self, row: dict[str, str]) -> Iterator[Parsed]:
        """A manager leads a team called after them, which lies below their office's."""
        place = {"team": row["manager"], "above": row.get("above", "")}
        for name, role in ((row["manager"], "manager"), (row["member"], "rep")):
            values = {"id": name, "role": role, **place}
            yield Parsed(line=1, kind=SEAT, values=values)

    # --- the deals -------------------------------------------------------------------

    def _refuse_bad_header(self, header: TableRow) -> None:
        known = set(self._mapping.columns.values())
        for column in header.cells:
            if column in known or column in self._mapping.ignored:
                continue
            if not is_personal(column):
                raise Unreadable(
                    header.line,
                    _("The mapping does not know the column %(column)s.")
                    % {"column": show(column)},
                )
            self.dropped.add(column)
        needed = ["id"]
        if self._mapping.opened_on_if_missing != EARLIEST:
            needed.append("opened_on")
        for word in needed:
            column = self._mapping.columns.get(word, word)
            if column not in header.cells:
                raise Unreadable(header.line, _no_column(column))

    def _earliest_day(self) -> str | None:
        """The earliest day of the whole file: before any of a row's own days."""
        if self._mapping.opened_on_if_missing != EARLIEST:
            return None
        rows = Table(self.path).rows()
        next(rows)
        days = (self._day_or_none(row, word) for row in rows for word in DAYS)
        return min((day for day in days if day), default=None)

    def _day_or_none(self, row: TableRow, word: str) -> str | None:
        cell = row.cells.get(self._mapping.columns.get(word, ""), "")
        try:
            return self._day(cell) if cell else None
        except Refusal:
            return None

    def _parsed(self, row: TableRow) -> Iterator[Parsed]:
        mapping = self._mapping
        told = {
            word: row.cells[column]
            for word, column in mapping.columns.items()
            if row.cells.get(column)
        }
        try:
            made = list(self._lines(row, told))
        except Refusal as refusal:
            id = {"id": told["id"]} if "id" in told else {}
            made = [Parsed(row.line, "opportunity", id, error=str(refusal))]
        yield from made

    def _lines(self, row: TableRow, told: dict[str, str]) -> Iterator[Parsed]:
        if row.error:
            raise Refusal(row.error)
        line, raw = row.line, dict[str, Any](told)
        stage, product = raw.pop("stage", ""), raw.pop("product", "")
        told_days = self._tell_days(raw)
        self._tell_outcome(raw, stage)
        self._tell_money(raw)
        self._tell_name(raw, self._mended_product(product))
        company = raw.get("company", "")
        if company:
            raw["company"] = company[:ID]
        values = shape("opportunity", raw, zone=self._zone, dropped=self.dropped)
        if company and company not in self._companies:
            yield self._company(line, company, "")
        yield Parsed(line=line, kind="opportunity", values=values)
        for entered, day in self._stages(stage, values, told_days):
            change = {"opportunity": values["id"], "stage": entered, "changed_at": day}
            kept = shape("stage_change", change, zone=self._zone, dropped=self.dropped)
            yield Parsed(line=line, kind="stage_change", values=kept)

    def _tell_days(self, raw: dict[str, Any]) -> set[str]:
        """Bring the days to one spelling; answer which of them the file tells."""
        told = {word for word in DAYS if word in raw}
        for word in told:
            raw[word] = self._day(raw[word])
        if "opened_on" not in raw and self._earliest:
            raw |= {"opened_on": self._earliest, "opened_on_assumed": True}
        return told

    def _day(self, cell: str) -> str:
        try:
            return str(datetime.strptime(cell, self._mapping.date_format).date())  # noqa: DTZ007 -- a day, no moment
        except ValueError:
            raise Refusal(
                _("%(value)s is not a day written as %(format)s.")
                % {"value": show(cell), "format": self._example()}
            ) from None

    def _example(self) -> str:
        return SOME_DAY.strftime(self._mapping.date_format)

    def _tell_outcome(self, raw: dict[str, Any], stage: str) -> None:
        if not self._mapping.outcomes:
            return
        ended = self._mapping.outcomes.get(stage, self._mapping.outcome_otherwise)
        if not ended:
            raise Refusal(
                _("The mapping does not say how a deal in stage %(stage)s ended.")
                % {"stage": show(stage)}
            )
        raw["outcome"] = ended

    def _tell_money(self, raw: dict[str, Any]) -> None:
        for word in AMOUNTS:
            if word in raw:
                raw[word] = raw[word].replace(self._mapping.decimal_sign, ".")
            if self._mapping.zero_is_unknown and _is_zero(raw.get(word, "")):
                del raw[word]
        if raw.get("outcome") == Outcome.WON and "amount" in raw:
            raw.setdefault("won_amount", raw["amount"])
        if any(word in raw for word in AMOUNTS) and self._currency:
            raw.setdefault("currency", self._currency)

    def _tell_name(self, raw: dict[str, Any], product: str) -> None:
        parts = raw | {"product": product}
        named = [parts[word] for word in self._mapping.name_parts if parts.get(word)]
        raw.setdefault("name", " · ".join(named)[:200])

    def _mended_product(self, product: str) -> str:
        """The product as the list of products spells it: GTXPro is GTX Pro."""
        right = self._products.get(_letters(product), product)
        if right != product:
            pair = (product, right)
            self._mended[pair] = self._mended.get(pair, 0) + 1
        return right

    def _company(self, line: int, name: str, country: str) -> Parsed:
        self._companies.add(name)
        raw = {"id": name[:ID], "name": name, "country": country}
        values = shape("company", raw, zone=self._zone, dropped=self.dropped)
        return Parsed(line=line, kind="company", values=values)

    def _stages(
        self, stage: str, values: dict[str, Any], told_days: set[str]
    ) -> Iterator[tuple[str, str]]:
        """Which stage the deal entered when, as far as the row tells."""
        if not stage:
            return
        closed_on = values.get("closed_on")
        if self._mapping.first_stage and "opened_on" in told_days:
            yield self._mapping.first_stage, values["opened_on"]
            if stage == self._mapping.first_stage:
                return
        yield stage, closed_on or values["opened_on"]


def _told_in(path: Path, beside: Beside) -> Iterator[dict[str, str]]:
    rows = Table(path).rows()
    header = next(rows)
    for column in beside.columns.values():
        if column not in header.cells:
            raise Unreadable(1, _no_column(column))
    for row in rows:
        if row.error:
            raise Unreadable(row.line, row.error)
        yield {word: row.cells[column] for word, column in beside.columns.items()}


def _no_column(column: str) -> str:
    return _("There is no column %(column)s.") % {"column": show(column)}


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def _is_zero(cell: str) -> bool:
    try:
        return float(cell) == 0
    except ValueError:
        return False
