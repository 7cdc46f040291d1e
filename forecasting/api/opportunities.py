"""The API about opportunities, with what is believed of them."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from accounts.actions.facts import AlreadyRetracted
from accounts.models import Membership
from accounts.queries import visible_owners
from accounts.rest import Change, Creation, Filter, Reader, Removal, Resource
from accounts.rest import fields as body
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
    or_null,
    reference,
)
from forecasting.api.closing import ACTS
from forecasting.models import ConstraintKind, TargetBasis
from opportunities.actions import (
    AmountWithoutCurrency,
    change_opportunity,
    create_opportunity,
    retract_opportunity,
)
from opportunities.models import (
    BuyingClass,
    Company,
    DecisionRule,
    Importance,
    Opportunity,
    Outcome,
)
from stakeholders.api.seen import no_later, row_of
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
    decision_rule = body.Choice(DecisionRule.choices, required=False, allow_blank=True)
    quorum_share = body.Share(required=False, allow_null=True)
    endorsements_needed = body.Whole(
        min_value=1, max_value=50, required=False, allow_null=True
    )


class OpportunityBody(OpportunityChangeBody):
    owner = body.Id(required=False)


def _create(given: Mapping[str, Any], reader: Reader) -> Opportunity:
    values = {"opened_on": reader.today} | dict(given)
    no_later(values["opened_on"], reader.today, field="opened_on")
    _refuse_uncounted(values)
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
    if "opened_on" in values:
        last = opportunity.closed_on or reader.today
        no_later(values["opened_on"], last, field="opened_on")
    _refuse_uncounted(values, opportunity)
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


def _refuse_uncounted(
    values: Mapping[str, Any], opportunity: Opportunity | None = None
) -> None:
    """A rule that counts heads says how many."""
    names = ("decision_rule", "endorsements_needed")
    rule, needed = (
        values.get(name, getattr(opportunity, name, None)) for name in names
    )
    if rule == DecisionRule.M_OF_N and needed is None:
        sentence = _("Say how many people it takes.")
        raise ValidationError({"endorsements_needed": [sentence]})


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
        "decision_rule": maybe("decision_rule", one_of(DecisionRule)),
        "quorum_share": column("quorum_share", PROBABILITY, null=True),
        "endorsements_needed": column("endorsements_needed", COUNT, null=True),
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
    row_acts=ACTS,
)
