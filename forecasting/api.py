"""The API about opportunities with what is believed of them, and about forecasts."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from accounts.actions.facts import AlreadyRetracted
from accounts.models import Membership
from accounts.queries import visible_owners
from accounts.rest import Change, Creation, Filter, Reader, Removal, Resource
from accounts.rest import fields as body
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
from opportunities.actions import (
    AmountWithoutCurrency,
    change_opportunity,
    create_opportunity,
    retract_opportunity,
)
from opportunities.models import (
    BuyingClass,
    Company,
    Importance,
    Opportunity,
    Outcome,
)
from readiness.api.readings import AS_OF, looked_from
from readiness.queries.as_of import AsOf, open_then
from stakeholders.api import row_of, seen_by
from stakeholders.models import ANCHORS


class OpportunityChangeBody(body.Body):
    name = body.Text(max_length=200)
    company = body.Id(required=False, allow_null=True)
    opened_on = body.Day(required=False)
    amount = body.Money(required=False, allow_null=True)
    importance = body.Choice(Importance.choices, required=False)
    buying_class = body.Choice(BuyingClass.choices, required=False)
    expected_group_size = body.Whole(
        min_value=1, max_value=50, required=False, allow_null=True
    )


class OpportunityBody(OpportunityChangeBody):
    owner = body.Id(required=False)


def _create(given: Mapping[str, Any], reader: Reader) -> Opportunity:
    values = {"opened_on": reader.today} | dict(given)
    amount, currency = values.pop("amount", None) or (None, "")
    company = row_of(Company.objects, values.pop("company", None), field="company")
    return create_opportunity(
        **values | {"owner": _owner(values.get("owner"), reader)},
        company=company,
        amount=amount,
        currency=currency,
        by=reader.membership,
        now=reader.now,
    )


def _change(
    opportunity: Opportunity, given: Mapping[str, Any], reader: Reader
) -> Opportunity:
    values = dict(given)
    if "amount" in values:
        values["amount"], values["currency"] = values["amount"] or (None, "")
    if "company" in values:
        values["company"] = row_of(Company.objects, values["company"], field="company")
    return change_opportunity(
        opportunity=opportunity,
        values=values,
        version=opportunity.version,
        by=reader.membership,
        now=reader.now,
    )


def _retract(opportunity: Opportunity, reader: Reader) -> None:
    retract_opportunity(opportunity=opportunity, by=reader.membership, now=reader.now)


def _owner(id: Any, reader: Reader) -> Membership:
    """The caller, or somebody whose deals the caller sees."""
    if id is None or id == reader.membership.pk:
        return reader.membership
    seen = visible_owners(reader.membership)
    here = Membership.objects.of(reader.workspace).able_to_own()
    owner: Membership = row_of(
        here if seen is None else here.filter(pk__in=seen), id, field="owner"
    )
    return owner


def _mix(mix: list[float] | None) -> dict[str, float] | None:
    return None if mix is None else dict(zip(ANCHORS, mix, strict=True))


_MIX = or_null({"type": "object", "additionalProperties": PROBABILITY})
_SYMPTOMS = Column(
    ("outlooks__symptoms",),
    list_of(TEXT),
    lambda text: [word for word in (text or "").replace(",", " ").split() if word],
)

OPPORTUNITIES = Resource(
    name="opportunities",
    noun="opportunity",
    about="Deals, with the phases of their people and the forecast as they were last computed.",
    permission="deal.see",
    rows=lambda reader: Opportunity.objects.visible_to(reader.membership),
    columns={
        "id": column("pk", ID),
        "name": column("name"),
        "company": reference("company_id", "company__name", null=True),
        "owner": reference("owner_id", "owner__name"),
        "opened_on": column("opened_on", DAY),
        "amount": money("amount", "currency"),
        "importance": maybe("importance", one_of(Importance)),
        "buying_class": maybe("buying_class", one_of(BuyingClass)),
        "expected_group_size": column("expected_group_size", COUNT, null=True),
        "outcome": column("outcome", one_of(Outcome)),
        "closed_on": column("closed_on", DAY, null=True),
        "won_amount": money("won_amount", "currency"),
        "lost_to": maybe("lost_to"),
        "external_id": maybe("external_id"),
        "phase_mix": Column(("outlooks__phase_mix",), _MIX, _mix),
        "people": column("outlooks__people_count", COUNT, null=True),
        "heard": column("outlooks__heard_count", COUNT, null=True),
        "coverage": column("outlooks__coverage", PROBABILITY, null=True),
        "last_heard_at": column("outlooks__last_heard_at", INSTANT, null=True),
        "target_on": column("outlooks__target_on", DAY, null=True),
        "target_basis": maybe("outlooks__target_basis", one_of(TargetBasis)),
        "won_by_target": column(
            "outlooks__won_by_target_probability", PROBABILITY, null=True
        ),
        "decision_early_on": column("outlooks__decision_early_on", DAY, null=True),
        "decision_median_on": column("outlooks__decision_median_on", DAY, null=True),
        "decision_late_on": column("outlooks__decision_late_on", DAY, null=True),
        "constraint": maybe("outlooks__constraint_kind", one_of(ConstraintKind)),
        "constraint_stakeholder": reference(
            "outlooks__constraint_stakeholder_id",
            "outlooks__constraint_stakeholder__person__name",
            null=True,
        ),
        "symptoms": _SYMPTOMS,
        "computed_at": column("outlooks__computed_at", INSTANT, null=True),
    },
    filters={
        "owner": Filter(ID, "owner"),
        "company": Filter(ID, "company"),
        "outcome": Filter(one_of(Outcome), "outcome"),
        "constraint": Filter(one_of(ConstraintKind), "outlooks__constraint_kind"),
        "opened_from": Filter(DAY, "opened_on__gte"),
        "opened_until": Filter(DAY, "opened_on__lte"),
        "source": Filter(TEXT, "source"),
        "external_id": Filter(TEXT, "external_id"),
    },
    orderings={"id": "pk", "name": "name", "opened_on": "opened_on"},
    creation=Creation(OpportunityBody, _create, "deal.write", (AmountWithoutCurrency,)),
    change=Change(
        OpportunityChangeBody, _change, "deal.write", (AmountWithoutCurrency,)
    ),
    removal=Removal(_retract, "deal.write", (AlreadyRetracted,)),
    version="version",
)


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

RESOURCES = (OPPORTUNITIES, FORECASTS, PORTFOLIO)
