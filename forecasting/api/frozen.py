"""The API about what was believed: of a deal each night, of a period each week."""

from typing import Any

from django.db.models import QuerySet

from accounts.queries import visible_owners
from accounts.rest import Filter, Reader, Resource
from accounts.rest.columns import (
    COUNT,
    DAY,
    ID,
    INSTANT,
    PROBABILITY,
    TEXT,
    Column,
    column,
    list_of,
    maybe,
    money,
    one_of,
    reference,
)
from forecasting.models import PeriodReview, Snapshot
from forecasting.queries.calls import of_scopes_seen_by
from opportunities.models import Outcome
from stakeholders.api.seen import seen_by

CURVE = list_of(PROBABILITY) | {
    "description": "Cumulative, by week since `starts_at`, from 0 to 78"
}

SNAPSHOTS = Resource(
    name="snapshots",
    noun="snapshot",
    about="What was believed of a deal one night: frozen, and scored later.",
    permission="forecast.see",
    rows=lambda reader: Snapshot.objects.filter(opportunity__in=seen_by(reader)),
    columns={
        "id": column("pk", ID),
        "opportunity": reference("opportunity_id", "opportunity__name"),
        "taken_on": column("taken_on", DAY),
        "owner": reference("owner_id", "owner__name"),
        "outcome": column("outcome", one_of(Outcome)),
        "closed_on": column("closed_on", DAY, null=True),
        "amount": money("amount", "currency"),
        "starts_at": column("starts_at", INSTANT),
        "won": column("won", CURVE),
        "lost": column("lost", CURVE),
        "no_decision": column("no_decision", CURVE),
        "model": column("model_version"),
        "map": column("map_version"),
    },
    filters={
        "opportunity": Filter(ID, "opportunity"),
        "taken_on": Filter(DAY, "taken_on"),
        "taken_from": Filter(DAY, "taken_on__gte"),
        "taken_until": Filter(DAY, "taken_on__lte"),
    },
)


def _reviews(reader: Reader) -> "QuerySet[PeriodReview]":
    seen = visible_owners(reader.membership)
    return PeriodReview.objects.filter(of_scopes_seen_by(seen))


def _sum(name: str) -> Column:
    return money(name, "currency")


def _moved(movement: dict[str, Any]) -> dict[str, Any]:
    parts: dict[str, Any] = movement.get("parts", {})
    return parts


PERIOD_REVIEWS = Resource(
    name="period-reviews",
    noun="period-review",
    about="The weekly review: what a period was expected to bring, frozen. `moved`: by how "
    "much each cause moved it since the review before, in the currency of the sums.",
    permission="forecast.see",
    rows=_reviews,
    columns={
        "id": column("pk", ID),
        "taken_on": column("taken_on", DAY),
        "week_starts_on": column("week_starts_on", DAY),
        "team": reference("team_id", null=True),
        "owner": reference("owner_id", "owner__name", null=True),
        "scope_name": maybe("scope_name"),
        "starts_on": column("starts_on", DAY),
        "ends_on": column("ends_on", DAY),
        "won_so_far": _sum("won_so_far"),
        "mean": _sum("mean"),
        "p10": _sum("p10"),
        "p50": _sum("p50"),
        "p90": _sum("p90"),
        "open": column("open_count", COUNT),
        "without_amount": column("without_amount_count", COUNT),
        "target": _sum("target"),
        "call": _sum("call"),
        "moved": Column(
            ("movement",), {"type": "object", "additionalProperties": TEXT}, _moved
        ),
    },
    filters={
        "team": Filter(ID, "team_id"),
        "owner": Filter(ID, "owner"),
        "starts_on": Filter(DAY, "starts_on"),
        "taken_from": Filter(DAY, "taken_on__gte"),
        "taken_until": Filter(DAY, "taken_on__lte"),
    },
)
