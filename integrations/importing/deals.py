"""A table of deals, read by a mapping: each row becomes the lines of a bundle."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from integrations.importing.besides import Besides, fitted, no_column
from integrations.importing.cells import Cells, is_yes
from integrations.importing.companies import Companies, Members
from integrations.importing.histories import Entry, Histories
from integrations.importing.mappings import EARLIEST, Mapping
from integrations.importing.outcomes import close, outcome_of
from integrations.importing.people import People
from integrations.importing.personal import is_personal
from integrations.importing.reading import Parsed, broken_off
from integrations.importing.refusal import Refusal, Unreadable
from integrations.importing.shapes import ID, SHAPES, shape
from integrations.importing.sheets import table_of
from integrations.importing.tables import TableRow
from integrations.importing.values import show
from opportunities.models import CLOSED_OUTCOMES, Outcome

DAYS = ("opened_on", "closed_on")
AMOUNTS = ("amount", "won_amount")


class Deals:
    def __init__(
        self, path: Path, *, mapping: Mapping, currency: str, zone: ZoneInfo
    ) -> None:
        self.path, self._mapping, self._zone = path, mapping, zone
        self._currency = currency or mapping.currency
        self.dropped: set[str] = set()
        self.notes: list[str] = []
        self._table = table_of(path, sheet=mapping.sheet)
        self._cells = Cells(
            mapping,
            zone=zone,
            reads_moments=mapping.is_export or self._table.writes_iso,
        )
        self._companies, self._members = Companies(mapping, zone=zone), Members(mapping)
        known: dict[str, Any] = {"cells": self._cells, "zone": zone}
        self._people = People(mapping, company_of=self._companies.of, **known)
        self._histories = Histories(mapping, **known)
        self._products: dict[str, str] = {}
        self._mended: Counter[tuple[str, str]] = Counter()
        self._deleted = self._late = 0
        self._earliest: str | None = None

    @property
    def characters(self) -> int:
        return self._table.characters

    def rows(self) -> Iterator[Parsed]:
        try:
            yield from self._beside()
            table = self._table.rows()
            self._fit(next(table))
            self._earliest = self._earliest_day()
            for row in table:
                yield from self._parsed(row)
        except Unreadable as error:
            yield broken_off(error.line, str(error))
        self.notes += [*self._own_notes(), *self._people.notes()]
        self.notes += self._histories.notes()

    def _beside(self) -> Iterator[Parsed]:
        besides = Besides(self.path, notes=self.notes, dropped=self.dropped)
        yield from self._members.read(besides)
        yield from self._companies.read(besides)
        for row in besides.rows(self._mapping.products, needs=["name"]):
            self._products[_letters(row.get("name"))] = row.get("name")
        yield from self._people.read(besides)
        yield from self._histories.read(besides)

    def _own_notes(self) -> Iterator[str]:
        for (wrong, right), count in sorted(self._mended.items()):
            told = {"wrong": wrong, "right": right, "count": count}
            yield _("“%(wrong)s” was read as “%(right)s” in %(count)s rows.") % told
        if self._deleted:
            yield _("Deals left out, since they were deleted there: %(count)s.") % {
                "count": self._deleted
            }
        if self._late:
            yield _(
                "Deals entered after they had closed, and counted as opened on the day they"
                " closed: %(count)s."
            ) % {"count": self._late}

    # --- columns ---------------------------------------------------------------------

    def _fit(self, header: TableRow) -> None:
        """Take the mapping to this very header.

        :raises Unreadable: when a column is missing, or is told nothing of.
        """
        mapping = self._mapping
        self.dropped |= {column for column in header.cells if is_personal(column)}
        if mapping.is_export:
            columns = fitted(mapping.columns, header.cells)
            columns = {w: c for w, c in columns.items() if c not in self.dropped}
            self._mapping = replace(mapping, columns=columns)
        else:
            self._refuse_unknown(header)
        needed = ["id"]
        if mapping.opened_on_if_missing != EARLIEST:
            needed.append("opened_on")
        for word in needed:
            told = mapping.columns.get(word, word)
            names = [told] if isinstance(told, str) else told
            if self._mapping.columns.get(word, word) not in header.cells:
                raise Unreadable(header.line, no_column(names[0]))

    def _refuse_unknown(self, header: TableRow) -> None:
        known = {*self._mapping.columns.values(), *self._mapping.ignored, *self.dropped}
        for column in header.cells:
            if column not in known:
                raise Unreadable(
                    header.line,
                    _("The mapping does not know the column %(column)s.")
                    % {"column": show(column)},
                )

    def _told(self, row: TableRow) -> dict[str, str]:
        return {
            word: row.cells[str(column)]
            for word, column in self._mapping.columns.items()
            if row.cells.get(str(column))
        }

    def _earliest_day(self) -> str | None:
        """The earliest day of the whole file: before any of a row's own days."""
        if self._mapping.opened_on_if_missing != EARLIEST:
            return None
        rows = table_of(self.path, sheet=self._mapping.sheet).rows()
        next(rows)
        days = (self._day_or_none(row, word) for row in rows for word in DAYS)
        return min((day for day in days if day), default=None)

    def _day_or_none(self, row: TableRow, word: str) -> str | None:
        cell = row.cells.get(str(self._mapping.columns.get(word, "")), "")
        try:
            return self._cells.day(cell) if cell else None
        except Refusal:
            return None

    # --- one deal --------------------------------------------------------------------

    def _parsed(self, row: TableRow) -> Iterator[Parsed]:
        told = self._told(row)
        if is_yes(told.get("is_deleted", "")):
            self._deleted += 1
            return
        told |= (
            {"id": told["id"][:ID]} if self._mapping.is_export and "id" in told else {}
        )
        try:
            made = list(self._lines(told, row.error))
        except Refusal as refusal:
            id = {"id": told["id"]} if "id" in told else {}
            made = [Parsed(row.line, "opportunity", id, error=str(refusal))]
        for parsed in made:
            parsed.line = row.line
        yield from made

    def _lines(self, told: dict[str, str], error: str) -> Iterator[Parsed]:
        if error:
            raise Refusal(error)
        raw: dict[str, Any] = {
            w: c for w, c in told.items() if w in SHAPES["opportunity"]
        }
        self._tell_days(raw)
        ended = outcome_of(told, self._mapping)
        if ended:
            raw["outcome"] = ended
        self._late += close(raw, told, self._cells)
        self._tell_money(raw)
        self._tell_name(raw, self._mended_product(told.get("product", "")))
        raw |= self._members.owner(told)
        company, made = self._companies.of(
            told.get("company_id", ""), told.get("company", "")
        )
        yield from made
        raw["company"] = company
        values = shape("opportunity", raw, zone=self._zone, dropped=self.dropped)
        yield Parsed(1, "opportunity", values)
        yield from self._end(values, told)
        yield from self._people.seats(values, told)
        yield from self._past(values, told)

    def _tell_days(self, raw: dict[str, Any]) -> None:
        """Bring the days to one spelling."""
        for word in DAYS:
            if word in raw:
                raw[word] = self._cells.day(raw[word])
        if "opened_on" not in raw and self._earliest:
            raw |= {"opened_on": self._earliest, "opened_on_assumed": True}

    def _tell_money(self, raw: dict[str, Any]) -> None:
        for word in AMOUNTS:
            if word in raw:
                raw[word] = self._cells.amount(raw[word])
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
            self._mended[product, right] += 1
        return right

    def _end(self, values: dict[str, Any], told: dict[str, str]) -> Iterator[Parsed]:
        """Why a deal ended, where the file tells it."""
        reason = told.get("reason", "")[:300]
        if reason and values.get("outcome") in CLOSED_OUTCOMES:
            raw = {"opportunity": values["id"], "outcome": values["outcome"]}
            raw |= {"on": values["closed_on"], "reason": reason}
            kept = shape("outcome_event", raw, zone=self._zone, dropped=self.dropped)
            yield Parsed(1, "outcome_event", kept)

    def _past(self, values: dict[str, Any], told: dict[str, str]) -> Iterator[Parsed]:
        id, histories = values["id"], self._histories
        if histories.has(id):
            yield from histories.of(id)
            return
        for entered, at in self._stages(values, told):
            yield histories.stage(id, entered, at)
        if "probability" in told and "modified_at" in told:
            entry = Entry(
                at=self._cells.moment(told["modified_at"]),
                stage="",
                probability=self._cells.probability(told["probability"]),
                close_on=self._cells.day(told["close_on"])
                if "close_on" in told
                else "",
            )
            yield histories.forecast(id, entry)

    def _stages(
        self, values: dict[str, Any], told: dict[str, str]
    ) -> Iterator[tuple[str, str]]:
        """Which stage the deal entered when, as far as the row tells."""
        stage = told.get("stage", "")
        if not stage:
            return
        if self._mapping.first_stage and "opened_on" in told:
            yield self._mapping.first_stage, values["opened_on"]
            if stage == self._mapping.first_stage:
                return
        if "stage_on" in told:
            yield stage, self._cells.moment(told["stage_on"])
        else:
            yield stage, values.get("closed_on") or values["opened_on"]


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def _is_zero(cell: str) -> bool:
    try:
        return float(cell) == 0
    except ValueError:
        return False
