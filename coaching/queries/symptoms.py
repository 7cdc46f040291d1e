"""Symptoms in words: those of one deal, and how many deals show each."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext as _

from accounts.models import in_words
from coaching.engine.symptoms import Symptom as Kind
from coaching.models import Symptom
from opportunities.models import Opportunity
from stakeholders.models import Anchor

if TYPE_CHECKING:
    from coaching.queries.deal import DealPage

DEALS_SHOWN = 12
Texts = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Told:
    """What a symptom is called, what is seen, what it most likely means, what to ask."""

    name: str
    seen: str
    means: str
    ask: str


@dataclass(frozen=True, slots=True)
class RowTold:
    """A fact behind a symptom; `anchor` is where the page of the deal shows it."""

    text: str
    on: date
    anchor: str


@dataclass(frozen=True, slots=True)
class SymptomShown:
    """A symptom that a deal shows now."""

    code: str
    told: Told
    people: tuple[str, ...]
    rows: tuple[RowTold, ...]
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class DealShowing:
    """A deal that shows a symptom: since when, by whom if people show it each."""

    opportunity: Opportunity
    means: str
    people: tuple[str, ...]
    since: datetime


@dataclass(frozen=True, slots=True)
class Scanned:
    """A symptom over many deals."""

    code: str
    told: Told
    count: int
    deals: tuple[DealShowing, ...]

    @property
    def more(self) -> int:
        return self.count - len(self.deals)


@dataclass(frozen=True, slots=True)
class Scan:
    """Each symptom, in the order of the founding article, and of how many open deals."""

    total: int
    symptoms: tuple[Scanned, ...]


def told(code: str, reading: str = "") -> Told:
    """A symptom in the reader's language; what is not known to us by its code."""
    texts = _shipped().get(code, {})
    return Told(
        name=in_words(texts, "name") or code,
        seen=in_words(texts, "seen"),
        means=in_words(texts.get("means", {}), reading),
        ask=in_words(texts, "ask"),
    )


def symptoms_of_deal(page: "DealPage") -> tuple[SymptomShown, ...]:
    """What the deal of a page shows now; no query."""
    rows: Sequence[Any] = page.opportunity.symptom_rows  # type: ignore[attr-defined]
    order = [str(kind) for kind in Kind]
    return tuple(
        SymptomShown(
            code=row["code"],
            told=told(row["code"], row["reading"]),
            people=tuple(
                filter(None, (page.name_of(UUID(who)) for who in row["people"]))
            ),
            rows=tuple(_row(each, page=page) for each in row["rows"]),
            opened_at=datetime.fromisoformat(row["opened_at"]),
        )
        for row in sorted(rows, key=lambda row: order.index(row["code"]))
    )


def scan(deals: "QuerySet[Opportunity]") -> Scan:
    """How many of these deals, if open, show each symptom, and the latest of them.

    Three queries, whatever their number.
    """
    still_open = deals.still_open()  # type: ignore[attr-defined]
    here = Exists(still_open.filter(pk=OuterRef("opportunity")))
    shown = Symptom.objects.filter(here, closed_at__isnull=True)
    counts = dict(
        shown.values("code")
        .annotate(n=Count("opportunity", distinct=True))
        .values_list("code", "n")
    )
    by_code: dict[str, list[Symptom]] = {}
    for row in _latest(shown):
        by_code.setdefault(row.code, []).append(row)
    return Scan(
        total=still_open.count(),
        symptoms=tuple(
            Scanned(
                code=str(kind),
                told=told(str(kind)),
                count=counts.get(str(kind), 0),
                deals=_deals(by_code.get(str(kind), [])),
            )
            for kind in Kind
        ),
    )


def _latest(shown: "QuerySet[Symptom]") -> "QuerySet[Symptom]":
    """Of each symptom the rows that opened last."""
    place = Window(
        RowNumber(), partition_by=F("code"), order_by=[F("opened_at").desc(), F("pk")]
    )
    return (
        shown.annotate(place=place)
        .filter(place__lte=DEALS_SHOWN)
        .select_related(
            "opportunity__company", "opportunity__owner", "stakeholder__person"
        )
        .order_by("code", "-opened_at", "pk")
    )


def _deals(rows: Sequence[Symptom]) -> tuple[DealShowing, ...]:
    """One line a deal, though several of its people may show it."""
    by_deal: dict[UUID, list[Symptom]] = {}
    for row in rows:
        by_deal.setdefault(row.opportunity_id, []).append(row)
    return tuple(
        DealShowing(
            opportunity=of_deal[0].opportunity,
            means=told(of_deal[0].code, of_deal[0].reading).means,
            people=tuple(str(row.stakeholder) for row in of_deal if row.stakeholder),
            since=min(row.opened_at for row in of_deal),
        )
        for of_deal in by_deal.values()
    )


def _row(row: Mapping[str, Any], *, page: "DealPage") -> RowTold:
    kind = row["kind"]
    who = page.name_of(UUID(row["who"])) if row.get("who") else ""
    if kind == "signal":
        text = f"{who}: {page.catalogue.signal(row['code'])}"
    elif kind == "action":
        text = _("We: %(action)s") % {"action": page.catalogue.action(row["code"])}
    elif kind == "quote":
        text = _("Quote %(n)s") % {"n": row["number"]}
    elif kind == "date":
        text = _("Decision date moved")
    else:
        text = _("%(who)s read as: %(phase)s") % {
            "who": who,
            "phase": Anchor(row["anchor"]).label,
        }
    shown = kind in {"signal", "quote", "date"}
    return RowTold(
        text=text,
        on=date.fromisoformat(row["on"]),
        anchor=f"row-{row['id']}" if shown else "timeline",
    )


@cache
def _shipped() -> dict[str, Any]:
    path = files("coaching") / "defaults" / "symptoms.json"
    found: dict[str, Any] = json.loads(path.read_text())["symptoms"]
    return found
