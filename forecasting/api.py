"""The API about opportunities with what is believed of them, and about forecasts."""

from collections.abc import Mapping
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from accounts.models import Membership
from accounts.queries import visible_owners
from accounts.rest import Creation, Filter, Reader, Resource
from accounts.rest import fields as body
from accounts.rest.columns import (
    COUNT,
    DAY,
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
from opportunities.actions import AmountWithoutCurrency, create_opportunity
from opportunities.models import (
    BuyingClass,
    Company,
    Importance,
    Opportunity,
    Outcome,
)
from stakeholders.api import row_of, seen_by
from stakeholders.models import ANCHORS


class OpportunityBody(body.Body):
    name = body.Text(max_length=200)
    company = body.Id(required=False, allow_null=True)
    owner = body.Id(required=False)
    opened_on = body.Day(required=False)
    amount = body.Money(required=False, allow_null=True)
    importance = body.Choice(Importance.choices, required=False)
    buying_class = body.Choice(BuyingClass.choices, required=False)
    expected_group_size = body.Whole(
        min_value=1, max_value=50, required=False, allow_null=True
    )


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
)


def _forecasts(reader: Reader) -> "QuerySet[Any]":
    """The last forecast of each deal; with `as_of` the last one stored by then."""
    of_a_deal = Forecast.objects.filter(opportunity=OuterRef("opportunity"))
    if "as_of" in reader.params:
        of_a_deal = of_a_deal.filter(computed_at__lte=reader.params["as_of"])
    last = of_a_deal.order_by("-computed_at", "-pk").values("pk")[:1]
    return Forecast.objects.filter(opportunity__in=seen_by(reader), pk=Subquery(last))


_CURVE = list_of(PROBABILITY) | {
    "description": "Cumulative, by week since `starts_at`, from 0 to 78"
}

FORECASTS = Resource(
    name="forecasts",
    noun="forecast",
    about="What comes of a deal, and the condition that limits it. With `as_of` what was "
    "stored by then.",
    permission="forecast.see",
    rows=_forecasts,
    columns={
        "id": column("pk", ID),
        "opportunity": reference("opportunity_id", "opportunity__name"),
        "computed_at": column("computed_at", INSTANT),
        "starts_at": column("starts_at", INSTANT),
        "won": column("won", _CURVE),
        "lost": column("lost", _CURVE),
        "no_decision": column("no_decision", _CURVE),
        "target_on": column("target_on", DAY),
        "target_basis": column("target_basis", one_of(TargetBasis)),
        "won_by_target": column("won_by_target_probability", PROBABILITY),
        "decided": column("decided_probability", PROBABILITY),
        "decision_days": column("decision_days", list_of(NUMBER), null=True),
        "constraint": column("constraint_kind", one_of(ConstraintKind)),
        "constraint_stakeholder": reference(
            "constraint_stakeholder_id",
            "constraint_stakeholder__person__name",
            null=True,
        ),
        "constraint_gain": column("constraint_gain", NUMBER),
        "people": column("people", {"type": "object"}),
        "model": column("model_version"),
    },
    filters={
        "opportunity": Filter(ID, "opportunity"),
        "as_of": Filter(INSTANT),
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
