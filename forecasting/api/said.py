"""The API about what people say of a period: what it is meant to bring, what they expect."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from accounts.models import Membership, Team
from accounts.queries import visible_owners
from accounts.rest import Change, Creation, Filter, Reader, Removal, Resource
from accounts.rest import fields as body
from accounts.rest.columns import (
    COUNT,
    DAY,
    FLAG,
    ID,
    INSTANT,
    column,
    maybe,
    money,
    one_of,
    reference,
)
from forecasting.actions.calls import (
    NoReason,
    Place,
    TakenBack,
    call_amount,
    call_deal,
    take_back_call,
)
from forecasting.actions.targets import (
    TargetExists,
    add_target,
    change_target,
    remove_target,
)
from forecasting.models import ManagerCall, Target, Verdict
from forecasting.queries.calls import (
    calls_seen_by,
    is_seen,
    of_scopes_seen_by,
    past_calls,
)
from forecasting.queries.periods import Span, period_of, periods_ahead
from forecasting.queries.roll_up import teams_known
from stakeholders.api.seen import LOGGED, row_of, seen_by

PERIODS = 5  # a target is set for this one or one of the next
YEARS_BACK, YEARS_AHEAD = 5, 2


class AmountBody(body.Body):
    amount = body.Money()
    reason = body.Text(max_length=300, required=False)


class TargetBody(AmountBody):
    team = body.Id(required=False, allow_null=True)
    owner = body.Id(required=False, allow_null=True)
    starts_on = body.Day()


class CallBody(body.Body):
    team = body.Id(required=False, allow_null=True)
    owner = body.Id(required=False, allow_null=True)
    opportunity = body.Id(required=False, allow_null=True)
    starts_on = body.Day()
    amount = body.Money(required=False, allow_null=True)
    verdict = body.Choice(Verdict.choices, required=False)
    reason = body.Text(max_length=500)


def _targets(reader: Reader) -> "QuerySet[Target]":
    seen = visible_owners(reader.membership)
    return Target.objects.filter(of_scopes_seen_by(seen))


def _add(given: Mapping[str, Any], reader: Reader) -> Target:
    _refuse_both(given)
    spans = periods_ahead(reader.today, workspace=reader.workspace, count=PERIODS)
    span = next((each for each in spans if each.starts_on == given["starts_on"]), None)
    if span is None:
        raise _no_period()
    owners = Membership.objects.of(reader.workspace).able_to_own()
    return add_target(
        team=row_of(Team.objects, given.get("team"), field="team"),
        owner=row_of(owners, given.get("owner"), field="owner"),
        span=span,
        amount=_target(given, reader),
        currency=reader.workspace.base_currency,
        reason=given.get("reason", ""),
        by=reader.membership,
        now=reader.now,
    )


def _change(target: Target, given: Mapping[str, Any], reader: Reader) -> Target:
    amount = target.amount
    if "amount" in given:
        amount = _target(given, reader, currency=target.currency)
    return change_target(
        target=target,
        amount=amount,
        reason=given.get("reason", target.reason),
        version=target.version,
        by=reader.membership,
        now=reader.now,
    )


def _remove(target: Target, reader: Reader) -> None:
    remove_target(target=target, by=reader.membership, now=reader.now)


def _calls(reader: Reader) -> "QuerySet[ManagerCall]":
    """Those that stand; with `history` those that stood, too."""
    seen = visible_owners(reader.membership)
    return past_calls(seen) if reader.params.get("history") else calls_seen_by(seen)


def _call(given: Mapping[str, Any], reader: Reader) -> ManagerCall:
    place = _place(given, reader)
    who: Any = {"by": reader.membership, "now": reader.now}
    if place.opportunity is not None:
        if given.get("amount") or "verdict" not in given:
            raise ValidationError({"verdict": [_("Of a deal say whether it is in.")]})
        verdict = Verdict(given["verdict"])
        return call_deal(place=place, verdict=verdict, reason=given["reason"], **who)
    if not given.get("amount") or "verdict" in given:
        raise ValidationError({"amount": [_("Say how much it will bring.")]})
    return call_amount(
        place=place,
        amount=_in_base(given, reader.workspace.base_currency),
        currency=reader.workspace.base_currency,
        reason=given["reason"],
        **who,
    )


def _place(given: Mapping[str, Any], reader: Reader) -> Place:
    """What a call is about, when it is something the caller may see."""
    _refuse_both(given)
    if given.get("opportunity") and (given.get("team") or given.get("owner")):
        raise ValidationError({"opportunity": [_("Choose one of these.")]})
    seen = visible_owners(reader.membership)
    members = Membership.objects.of(reader.workspace)
    owners = members if seen is None else members.filter(pk__in=seen)
    place = Place(
        span=_span(given["starts_on"], reader),
        team=row_of(Team.objects, given.get("team"), field="team"),
        owner=row_of(owners, given.get("owner"), field="owner"),
        opportunity=row_of(
            seen_by(reader), given.get("opportunity"), field="opportunity"
        ),
    )
    is_narrow = place.owner is not None or place.opportunity is not None
    if seen is not None and not is_narrow and not _sees(place.team, seen):
        raise ValidationError({"team": [_("There is no row with this id.")]})
    return place


def _sees(team: Team | None, seen: frozenset[UUID]) -> bool:
    return team is not None and is_seen(teams_known().everybody_in(team.pk), seen)


def _take_back(call: ManagerCall, reader: Reader) -> None:
    take_back_call(call=call, by=reader.membership, now=reader.now)


def _span(day: date, reader: Reader) -> Span:
    near = -YEARS_BACK <= day.year - reader.today.year <= YEARS_AHEAD
    span = period_of(day, workspace=reader.workspace) if near else None
    if span is None or span.starts_on != day:
        raise _no_period()
    return span


def _no_period() -> ValidationError:
    return ValidationError({"starts_on": [_("No period begins on that day.")]})


def _refuse_both(given: Mapping[str, Any]) -> None:
    if given.get("team") and given.get("owner"):
        raise ValidationError({"owner": [_("Choose one of these.")]})


def _target(given: Mapping[str, Any], reader: Reader, *, currency: str = "") -> Decimal:
    amount = _in_base(given, currency or reader.workspace.base_currency)
    if amount < 1:
        raise ValidationError({"amount": [_("A target is at least 1.")]})
    return amount


def _in_base(given: Mapping[str, Any], currency: str) -> Decimal:
    amount, said = given["amount"]
    if said != currency:
        sentence = _("Say it in %(currency)s.") % {"currency": currency}
        raise ValidationError({"amount": [sentence]})
    value: Decimal = amount
    return value


_OF = {
    "team": reference("team_id", "team__name", null=True),
    "owner": reference("owner_id", "owner__name", null=True),
    "starts_on": column("starts_on", DAY),
    "ends_on": column("ends_on", DAY),
    "amount": money("amount", "currency"),
    "reason": maybe("reason"),
}
_ASKED = {
    "team": Filter(ID, "team"),
    "owner": Filter(ID, "owner"),
    "starts_on": Filter(DAY, "starts_on"),
    "ends_from": Filter(DAY, "ends_on__gte"),
}

TARGETS = Resource(
    name="targets",
    noun="target",
    about="What a period is meant to bring: of a team, an owner, or (with neither) the "
    "workspace. Said beside the forecast, and never in it.",
    permission="forecast.see",
    rows=_targets,
    columns={"id": column("pk", ID), **_OF},
    filters=_ASKED,
    creation=Creation(TargetBody, _add, "money.manage", (TargetExists,)),
    change=Change(AmountBody, _change, "money.manage"),
    removal=Removal(_remove, "money.manage"),
    version="version",
)

CALLS = Resource(
    name="calls",
    noun="call",
    about="What a manager expects, beside the forecast: of a team, an owner or the workspace "
    "an amount, of a deal whether it is in. A later one at the same place takes back the one "
    "before; `history=true` lists those too.",
    permission="forecast.see",
    key="lineage_id",
    rows=_calls,
    columns={
        "id": column("lineage_id", ID),
        "revision": column("revision", COUNT),
        "opportunity": reference("opportunity_id", "opportunity__name", null=True),
        **_OF,
        "verdict": maybe("verdict", one_of(Verdict)),
        **LOGGED,
        "retracted_at": column("retracted_at", INSTANT, null=True),
    },
    filters=_ASKED
    | {"opportunity": Filter(ID, "opportunity"), "history": Filter(FLAG)},
    creation=Creation(CallBody, _call, "call.make", (NoReason,)),
    removal=Removal(_take_back, "call.make", (TakenBack,)),
    version="revision",
)
