"""The API about forecasts: of a deal, and of what periods bring."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from accounts.queries import visible_owners
from accounts.rest import Filter, Reader, Resource
from accounts.rest.columns import (
    COUNT,
    DAY,
    FLAG,
    ID,
    INSTANT,
    NUMBER,
    PROBABILITY,
    TEXT,
    Column,
    column,
    list_of,
    maybe,
    money,
    object_of,
    one_of,
    or_null,
    reference,
)
from forecasting.models import (
    ConstraintKind,
    Forecast,
    PeriodOutlook,
    TargetBasis,
)
from forecasting.queries.told import Told, replayed_forecasts, stored_forecasts
from opportunities.models import Opportunity
from readiness.api.readings import AS_OF, looked_from
from readiness.queries.as_of import AsOf, open_then
from stakeholders.api.seen import seen_by


def _forecast_deals(reader: Reader) -> "QuerySet[Opportunity]":
    """Of now the deals with a forecast; as of a moment those that were open then."""
    when = looked_from(reader)
    deals: QuerySet[Opportunity] = seen_by(reader)
    if when.known_at is not None:
        deals = open_then(deals, when=when)
        if not reader.params.get("frozen"):
            return deals
    stored = Forecast.objects.filter(opportunity=OuterRef("pk"))
    return deals.filter(Exists(stored.filter(computed_at__lte=when.at)))


def _told_of(ids: Sequence[UUID], reader: Reader) -> dict[UUID, dict[str, Any]]:
    """The forecasts of a page of deals; the same number of queries for any page."""
    when = looked_from(reader)
    deals = list(Opportunity.objects.filter(pk__in=ids))
    is_stored = when.known_at is None or reader.params.get("frozen")
    told = (stored_forecasts if is_stored else replayed_forecasts)(deals, when=when)
    return {pk: _told(each, when=when) for pk, each in told.items()}


def _told(told: Told, *, when: AsOf) -> dict[str, Any]:
    values, amount = told.values, told.amount
    named = {name: values[source] for name, source in _FORECAST.items()}
    return named | {
        "amount": amount
        and {
            "currency": amount.currency,
            "p10": f"{amount.p10:f}",
            "p50": f"{amount.p50:f}",
            "p90": f"{amount.p90:f}",
        },
        "as_of": when.at,
    }


_CURVE = list_of(PROBABILITY) | {
    "description": "Cumulative, by week since `starts_at`, from 0 to 78"
}
_HANGS_ON = {
    "type": "object",
    "additionalProperties": object_of(
        weight=NUMBER, shadow_price=NUMBER, value_of_knowing=NUMBER
    ),
    "description": "What hangs on each person, by stakeholder",
}
# The fields of a forecast, and where each is kept.
_FORECAST = {
    "computed_at": "computed_at",
    "starts_at": "starts_at",
    "won": "won",
    "lost": "lost",
    "no_decision": "no_decision",
    "target_on": "target_on",
    "target_basis": "target_basis",
    "won_by_target": "won_by_target_probability",
    "decided": "decided_probability",
    "decision_days": "decision_days",
    "constraint": "constraint_kind",
    "constraint_stakeholder": "constraint_stakeholder_id",
    "constraint_gain": "constraint_gain",
    "people": "people",
    "model": "model_version",
}

FORECASTS = Resource(
    name="forecasts",
    noun="forecast",
    about="What comes of a deal, and the condition that limits it; called by its "
    "opportunity. With `as_of` what the facts known then say, or with `frozen` what was "
    "stored by then.",
    permission="forecast.see",
    rows=_forecast_deals,
    columns={
        "opportunity": reference("pk", "name"),
        "external_id": maybe("external_id"),
    },
    loaded={
        "computed_at": INSTANT,
        "starts_at": INSTANT,
        "won": _CURVE,
        "lost": _CURVE,
        "no_decision": _CURVE,
        "target_on": DAY,
        "target_basis": one_of(TargetBasis),
        "won_by_target": PROBABILITY,
        "decided": PROBABILITY,
        "decision_days": or_null(list_of(NUMBER)),
        "constraint": one_of(ConstraintKind),
        "constraint_stakeholder": or_null(ID),
        "constraint_gain": NUMBER,
        "people": _HANGS_ON,
        "amount": or_null(object_of(currency=TEXT, p10=TEXT, p50=TEXT, p90=TEXT)),
        "model": TEXT,
        "as_of": INSTANT,
    },
    load=_told_of,
    filters={
        "opportunity": Filter(ID, "pk"),
        "as_of": AS_OF,
        "frozen": Filter(FLAG, is_of_rows=True),
    },
)


def _periods(reader: Reader) -> "QuerySet[Any]":
    """Everything to who sees every deal; to others what their visible owners' deals bring."""
    owners = visible_owners(reader.membership)
    rows = PeriodOutlook.objects.all()
    return rows if owners is None else rows.filter(owner__in=owners)


def _sum(name: str) -> Column:
    return money(name, "currency")


PORTFOLIO = Resource(
    name="portfolio-forecasts",
    noun="portfolio-forecast",
    about="What a period brings: for one owner, a team, or (with neither) the workspace.",
    permission="forecast.see",
    rows=_periods,
    columns={
        "id": column("pk", ID),
        "owner": reference("owner_id", "owner__name", null=True),
        "team": reference("team_id", "team__name", null=True),
        "starts_on": column("starts_on", DAY),
        "ends_on": column("ends_on", DAY),
        "won_so_far": _sum("won_so_far"),
        "mean": _sum("mean"),
        "p10": _sum("p10"),
        "p50": _sum("p50"),
        "p90": _sum("p90"),
        "open": column("open_count", COUNT),
        "without_amount": column("without_amount_count", COUNT),
        "refreshed_at": column("refreshed_at", INSTANT),
    },
    filters={
        "owner": Filter(ID, "owner"),
        "team": Filter(ID, "team"),
        "ends_from": Filter(DAY, "ends_on__gte"),
    },
)
