"""The list of deals: a page of it, and totals over all that match."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, Prefetch, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from accounts.http.keyset import Page, page_of
from accounts.queries import matching
from forecasting.models import Outlook
from opportunities.models import Opportunity, Outcome

PAGE = 50
FRESH = timedelta(days=30)
LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)
FAR = date(9999, 12, 31)


@dataclass(frozen=True, slots=True)
class Totals:
    """Over everything that matches: how many, how much, and how many say no amount."""

    count: int
    amount: float | None
    without_amount: int


def deals_matching(
    deals: "QuerySet[Opportunity]",
    given: Mapping[str, Any],
    *,
    status: str,
    now: datetime,
) -> "QuerySet[Opportunity]":
    """Narrow deals down to what was chosen."""
    rows = deals
    if status == "open":
        rows = rows.filter(outcome=Outcome.OPEN)
    elif status == "closed":
        rows = rows.exclude(outcome=Outcome.OPEN)
    if given.get("q"):
        rows = rows.filter(
            Q(pk__in=matching(given["q"], kind="opportunity"))
            | Q(company__in=matching(given["q"], kind="company"))
        )
    if given.get("owner"):
        rows = rows.filter(owner=given["owner"])
    if given.get("limited_by"):
        rows = rows.filter(outlooks__constraint_kind=given["limited_by"])
    if given.get("least") is not None:
        rows = rows.filter(outlooks__amount_sort__gte=float(given["least"]))
    if given.get("most") is not None:
        rows = rows.filter(outlooks__amount_sort__lte=float(given["most"]))
    return _heard(rows, given.get("heard", ""), now=now)


def _heard(
    rows: "QuerySet[Opportunity]", heard: str, *, now: datetime
) -> "QuerySet[Opportunity]":
    if heard == "fresh":
        return rows.filter(outlooks__last_heard_at__gte=now - FRESH)
    if heard == "silent":
        return rows.filter(outlooks__last_heard_at__lt=now - FRESH)
    if heard == "never":
        return rows.filter(outlooks__last_heard_at__isnull=True)
    return rows


def totals_of(rows: "QuerySet[Opportunity]") -> Totals:
    """One query."""
    found = rows.aggregate(
        count=Count("pk"),
        amount=Sum("outlooks__amount_sort"),
        without=Count("pk", filter=Q(outlooks__amount_sort__isnull=True)),
    )
    return Totals(found["count"], found["amount"], found["without"])


def deal_page(
    rows: "QuerySet[Opportunity]", *, order: str, cursor: str
) -> Page[Opportunity]:
    """A page of deals with their outlooks; two queries."""
    rows = rows.select_related("company", "owner").prefetch_related(
        Prefetch(
            "outlooks",
            queryset=Outlook.objects.select_related("constraint_stakeholder__person"),
        )
    )
    if order == "name":
        return page_of(rows, by=["name"], size=PAGE, cursor=cursor)
    column, least, is_falling = {
        "chance": ("outlooks__won_by_target_probability", Value(-1.0), True),
        "amount": ("outlooks__amount_sort", Value(-1.0), True),
        "date": ("outlooks__decision_median_on", Value(FAR), False),
        "heard": ("outlooks__last_heard_at", Value(LONG_AGO), True),
    }[order]
    rows = rows.annotate(sorted_by=Coalesce(F(column), least))
    by = "-sorted_by" if is_falling else "sorted_by"
    return page_of(rows, by=[by], size=PAGE, cursor=cursor)
