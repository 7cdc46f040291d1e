"""The list of deals: what Outlook keeps of each, and the totals over all that match."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, F, Q, QuerySet, When
from django.db.models import Sum as SumOf
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from forecasting.models import ConstraintKind, ListedSymptom, TargetBasis
from opportunities.models import Opportunity
from readiness.models import ModelStatus, Phase
from readiness.templatetags.phases import PHASES
from stakeholders.models import ANCHORS

# What limits deals, in the order in which groups of them are shown.
NO_LIMIT = "none"
GROUPS = (*(kind.value for kind in ConstraintKind), NO_LIMIT)

_KEPT = (
    *("target_on", "target_basis", "won_by_target_probability", "computed_at"),
    *("decision_early_on", "decision_median_on", "decision_late_on"),
    *("constraint_kind", "constraint_stakeholder_id", "constraint_anchor"),
    *("amount", "currency", "amount_sort", "phase_mix", "coverage"),
    *("heard_count", "people_count", "seat_count", "last_heard_at"),
    "symptoms",
)
_OWN = (
    *("id", "name", "outcome", "closed_on", "won_amount", "amount", "currency"),
    "lost_to",
)


@dataclass(frozen=True, slots=True)
class Listed:
    """One line: the deal's own fields, and what the cache says of it when open."""

    id: UUID
    name: str
    company: str
    owner: str
    outcome: str
    closed_on: date | None
    lost_to: str
    amount: Decimal | None
    currency: str
    has_rate: bool
    target_on: date | None
    is_passed: bool
    chance: float | None
    early_on: date | None
    median_on: date | None
    late_on: date | None
    group: str  # one of GROUPS
    limit: str
    limiting_id: UUID | None
    phase: str  # the limiting person's likeliest; empty: not heard, or nobody
    phase_tone: int
    phase_mix: list[float] | None
    coverage: float | None
    heard: int
    people: int
    unmapped: int
    last_heard_at: datetime | None
    heard_days: float | None
    computed_at: datetime | None
    symptoms: tuple[str, ...]
    sort_value: Any

    @property
    def is_open(self) -> bool:
        return self.outcome == "open"


def listed(
    deals: QuerySet[Opportunity],
    *,
    now: datetime,
    sort_by: str,
    labels: Mapping[str, str],
) -> list[Listed]:
    """These deals as lines, in one query."""
    rows = deals.values(
        *_OWN,
        *(f"outlooks__{name}" for name in _KEPT),
        company_name=F("company__name"),
        owner_name=F("owner__name"),
        limiting=F("outlooks__constraint_stakeholder__person__name"),
        sort_value=F(sort_by),
    )
    return [_line(row, now=now, labels=labels) for row in rows]


def _line(
    row: Mapping[str, Any], *, now: datetime, labels: Mapping[str, str]
) -> Listed:
    kept = {name: row[f"outlooks__{name}"] for name in _KEPT}
    is_open = row["outcome"] == "open"
    heard_at, anchor = kept["last_heard_at"], kept["constraint_anchor"] or ""
    people, seats = kept["people_count"] or 0, kept["seat_count"] or 0
    amount = kept["amount"] if kept["computed_at"] else row["amount"]
    return Listed(
        id=row["id"],
        name=row["name"],
        company=row["company_name"] or "",
        owner=row["owner_name"],
        outcome=row["outcome"],
        closed_on=row["closed_on"],
        lost_to=row["lost_to"],
        amount=amount if is_open else row["won_amount"],
        currency=(is_open and kept["currency"]) or row["currency"],
        has_rate=kept["amount_sort"] is not None or not kept["computed_at"],
        target_on=kept["target_on"],
        is_passed=kept["target_basis"] == TargetBasis.PASSED,
        chance=kept["won_by_target_probability"],
        early_on=kept["decision_early_on"],
        median_on=kept["decision_median_on"],
        late_on=kept["decision_late_on"],
        group=kept["constraint_kind"] or NO_LIMIT,
        limit=limit_in_words(
            kept["constraint_kind"] or "",
            name=row["limiting"] or "",
            unmapped=max(seats - people, 0),
        ),
        limiting_id=kept["constraint_stakeholder_id"] if row["limiting"] else None,
        phase=labels.get(anchor, ""),
        phase_tone=ANCHORS.index(anchor) + 1 if anchor in labels else 0,
        phase_mix=kept["phase_mix"],
        coverage=kept["coverage"],
        heard=kept["heard_count"] or 0,
        people=people,
        unmapped=max(seats - people, 0),
        last_heard_at=heard_at,
        heard_days=(now - heard_at).total_seconds() / 86_400 if heard_at else None,
        computed_at=kept["computed_at"],
        symptoms=tuple(
            str(ListedSymptom(code).label) for code in (kept["symptoms"] or "").split()
        ),
        sort_value=row["sort_value"],
    )


def limit_in_words(kind: str, *, name: str, unmapped: int = 0) -> str:
    """What holds a deal down, as one would say it."""
    if kind == ConstraintKind.APPROVAL:
        said = _("%(name)s has to approve") if name else _("Nobody found who approves")
        return said % {"name": name} if name else said
    if kind == ConstraintKind.VETO:
        said = _("%(name)s can block it") if name else _("Somebody can block it")
        return said % {"name": name} if name else said
    if kind == ConstraintKind.UNMAPPED:
        if not unmapped:
            return _("People not found yet")
        people = ngettext(
            "%(n)s person not found yet", "%(n)s people not found yet", unmapped
        )
        return people % {"n": unmapped}
    words: dict[str, str] = {
        ConstraintKind.QUORUM: _("Not enough support yet"),
        ConstraintKind.PURCHASE_FILE: _("No sign of a purchase file"),
    }
    return words.get(kind, "")


@dataclass(frozen=True, slots=True)
class Sum:
    """An amount of money in one currency."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Totals:
    """Over all that match, not only the page: what one may see."""

    count: int
    sums: list[Sum]
    without_amount: int
    without_rate: int


@dataclass(frozen=True, slots=True)
class Group:
    """Deals that are limited by the same, over all that match."""

    kind: str
    totals: Totals

    @property
    def label(self) -> str:
        if self.kind == NO_LIMIT:
            return _("no limit known")
        return str(ConstraintKind(self.kind).label)


def place_of(group: str) -> int:
    return GROUPS.index(group)


RANK = Case(
    *(
        When(outlooks__constraint_kind=kind, then=place)
        for place, kind in enumerate(ConstraintKind.values)
    ),
    default=len(ConstraintKind.values),
)


def totals_of(deals: QuerySet[Opportunity], *, is_open: bool, base: str) -> Totals:
    """One query. Open deals add up in the base currency, closed ones each in their own."""
    return _open_totals(deals, base=base) if is_open else _closed_totals(deals)


def groups_of(deals: QuerySet[Opportunity], *, base: str) -> tuple[list[Group], Totals]:
    """Open deals by what limits them, and all of them together; one query."""
    rows = list(
        deals.order_by()
        .annotate(rank=RANK)
        .values("rank")
        .annotate(**_MEASURES)
        .order_by("rank")
    )
    groups = [Group(GROUPS[row["rank"]], _added_up([row], base=base)) for row in rows]
    return groups, _added_up(rows, base=base)


_MEASURES = {
    "count": Count("pk"),
    "worth": SumOf("outlooks__amount_sort"),
    "priced": Count("pk", filter=Q(outlooks__amount__isnull=False)),
    "rated": Count("pk", filter=Q(outlooks__amount_sort__isnull=False)),
}


def _open_totals(deals: QuerySet[Opportunity], *, base: str) -> Totals:
    return _added_up([deals.aggregate(**_MEASURES)], base=base)


def _added_up(rows: Sequence[Mapping[str, Any]], *, base: str) -> Totals:
    count, priced, rated = (
        sum(row[name] for row in rows) for name in ("count", "priced", "rated")
    )
    worth = Decimal(round(sum(row["worth"] or 0 for row in rows)))
    return Totals(
        count=count,
        sums=[Sum(worth, base)] if rated else [],
        without_amount=count - priced,
        without_rate=priced - rated,
    )


def _closed_totals(deals: QuerySet[Opportunity]) -> Totals:
    rows = list(
        deals.order_by()
        .values("currency")
        .annotate(
            count=Count("pk"),
            amount=SumOf("won_amount"),
            won=Count("pk", filter=Q(outcome="won")),
            priced=Count("pk", filter=Q(won_amount__isnull=False)),
        )
    )
    return Totals(
        count=sum(row["count"] for row in rows),
        sums=[Sum(row["amount"], row["currency"]) for row in rows if row["priced"]],
        without_amount=sum(row["won"] - row["priced"] for row in rows),
        without_rate=0,
    )


def labels_by_anchor() -> dict[str, str]:
    """What the active model calls the phase that stands for each anchor; one query."""
    labels = {a: str(label) for a, label in zip(ANCHORS, PHASES, strict=True)}
    rows = Phase.objects.filter(model__status=ModelStatus.ACTIVE)
    # Of several phases with one anchor the first gives its name.
    named = {row.anchor: str(row) for row in rows.order_by("-position")}
    return {anchor: named.get(anchor, label) for anchor, label in labels.items()}
