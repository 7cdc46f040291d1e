"""The types of a bundle, their fields, and what must hold within one line."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from integrations.importing import values as read
from integrations.importing.personal import is_personal
from integrations.importing.refusal import Refusal, first_twice
from integrations.queries.texts import digits_of, money
from opportunities.models import CLOSED_OUTCOMES, BuyingClass, Importance, Outcome
from stakeholders.models import (
    Anchor,
    Channel,
    Direction,
    FileExisted,
    FileItemState,
    Influence,
    QuoteChange,
)

ID, SELLER = 120, "seller"


@dataclass(frozen=True, slots=True)
class Field:
    read: read.Reader
    is_required: bool = False
    default: Any = None
    may_be_null: bool = False


Fields = Mapping[str, Field]


def needed(reader: read.Reader) -> Field:
    return Field(reader, is_required=True)


def object_of(fields: Fields) -> read.Reader:
    """An object within a line."""

    def reader(value: Any, zone: ZoneInfo) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise Refusal(
                _("%(value)s is not an object.") % {"value": read.show(value)}
            )
        return shaped(value, fields, zone=zone, dropped=set())

    return reader


_ID = read.filled(ID)
_REFERENCE = needed(_ID)
_PHASE = needed(read.one_of(Anchor.values))
_MEMBER = Field(read.filled(254))

SHAPES: dict[str, Fields] = {
    "source": {"name": needed(read.filled(80))},
    "company": {
        "id": _REFERENCE,
        "name": needed(read.filled(200)),
        "domain": Field(read.text(200)),
        "country": Field(read.country),
    },
    "person": {
        "id": _REFERENCE,
        "name": needed(read.filled(160)),
        "company": Field(_ID),
        "email": Field(read.email),
        "title": Field(read.text(160)),
        "phone": Field(read.text(60)),
        "language": Field(read.language),
    },
    "opportunity": {
        "id": _REFERENCE,
        "name": needed(read.filled(200)),
        "opened_on": needed(read.day),
        "company": Field(_ID),
        "owner_email": Field(read.email),
        "owner_name": Field(read.filled(120)),
        "amount": Field(read.amount),
        "currency": Field(read.currency),
        "importance": Field(read.one_of(Importance.values)),
        "buying_class": Field(read.one_of(BuyingClass.values)),
        "expected_group_size": Field(read.whole(1, 50)),
        "outcome": Field(read.one_of(Outcome.values), default=Outcome.OPEN.value),
        "closed_on": Field(read.day),
        "won_amount": Field(read.amount),
        "lost_to": Field(read.text(120)),
        "opened_on_assumed": Field(read.yes_or_no, default=False),
    },
    "outcome_event": {
        "opportunity": _REFERENCE,
        "outcome": needed(read.one_of(Outcome.values)),
        "on": needed(read.day),
        "reason": Field(read.text(300)),
    },
    "stakeholder": {
        "id": _REFERENCE,
        "opportunity": _REFERENCE,
        "person": _REFERENCE,
        "joined_on": needed(read.day),
        "roles": Field(read.list_of(read.filled(40)), default=[]),
        "influence": Field(read.one_of(Influence.values)),
        "left_on": Field(read.day),
        "replaced_by": Field(_ID),
    },
    "role": {
        "stakeholder": _REFERENCE,
        "role": needed(read.filled(40)),
        "from": needed(read.day),
        "to": Field(read.day),
        "source": Field(read.text(120)),
    },
    "influence": {
        "from": _REFERENCE,
        "to": _REFERENCE,
        "strength": Field(read.one_of(Influence.values)),
    },
    "interaction": {
        "id": _REFERENCE,
        "opportunity": _REFERENCE,
        "occurred_at": needed(read.instant),
        "channel": needed(read.one_of(Channel.values)),
        "direction": Field(
            read.one_of(Direction.values), is_required=True, may_be_null=True
        ),
        "participants": needed(read.list_of(_ID)),
        "summary": Field(read.text(20_000)),
        "minutes": Field(read.whole(0, 32_767)),
        "logged_at": Field(read.instant),
        "logged_by": _MEMBER,
        "signals": Field(
            read.list_of(
                object_of(
                    {
                        "stakeholder": _REFERENCE,
                        "code": needed(read.filled(20)),
                        "quote": Field(read.text(20_000)),
                    }
                )
            ),
            default=[],
        ),
        "actions": Field(
            read.list_of(
                object_of(
                    {
                        "code": needed(read.filled(20)),
                        "stakeholders": Field(read.list_of(_ID), default=[]),
                    }
                )
            ),
            default=[],
        ),
    },
    "decision_date": {
        "opportunity": _REFERENCE,
        "set_at": needed(read.instant),
        "decision_on": needed(read.day),
        "reason": Field(read.text(300)),
        "linked_event": Field(read.text(200)),
        "moved_by": Field(_ID),
    },
    "quote": {
        "opportunity": _REFERENCE,
        "version": needed(read.whole(1, 32_767)),
        "sent_on": needed(read.day),
        "total": needed(read.amount),
        "currency": needed(read.currency),
        "change": Field(read.one_of(QuoteChange.values)),
        "addressed_to": Field(_ID),
    },
    "purchase_file_item": {
        "opportunity": _REFERENCE,
        "item": needed(read.whole(1, 8)),
        "state": needed(read.one_of(FileItemState.values)),
        "evidence": Field(read.text(300)),
        "as_of": needed(read.day),
    },
    "confirmation": {
        "stakeholder": _REFERENCE,
        "phase": _PHASE,
        "confirmed_at": needed(read.instant),
        "quote": Field(read.text(20_000)),
        "by": _MEMBER,
    },
    "override": {
        "stakeholder": _REFERENCE,
        "phase": _PHASE,
        "set_at": needed(read.instant),
        "reason": needed(read.filled(20_000)),
        "by": _MEMBER,
        "expires_on": Field(read.day),
    },
    "outcome_review": {
        "opportunity": _REFERENCE,
        "reviewed_on": needed(read.day),
        "file_existed": Field(
            read.one_of(FileExisted.values), default=FileExisted.UNKNOWN.value
        ),
        "stopped_by": Field(_ID),
        "phases": Field(
            read.list_of(object_of({"stakeholder": _REFERENCE, "phase": _PHASE})),
            default=[],
        ),
        "note": Field(read.text(20_000)),
        "by": _MEMBER,
    },
    "task": {
        "id": _REFERENCE,
        "opportunity": _REFERENCE,
        "title": needed(read.filled(200)),
        "stakeholder": Field(_ID),
        "owner_email": Field(read.email),
        "department": Field(read.text(80)),
        "due_on": Field(read.day),
        "done_at": Field(read.instant),
    },
    "exchange_rate": {
        "on": needed(read.day),
        "currency": needed(read.currency),
        "base": needed(read.currency),
        "rate": needed(read.rate),
    },
    "stage_change": {
        "opportunity": _REFERENCE,
        "stage": needed(read.filled(80)),
        "changed_at": needed(read.instant),
    },
    "seller_forecast": {
        "opportunity": _REFERENCE,
        "set_at": needed(read.instant),
        "probability": needed(read.probability),
        "close_on": Field(read.day),
    },
}


def shape(
    kind: str, raw: Mapping[str, Any], *, zone: ZoneInfo, dropped: set[str]
) -> dict[str, Any]:
    """A line as it is kept: known fields, one spelling each, defaults left out.

    Names of personal columns are dropped and added to `dropped`.

    :raises Refusal: with what is wrong about it.
    """
    values = shaped(raw, SHAPES[kind], zone=zone, dropped=dropped)
    if kind in CHECKS:
        CHECKS[kind](values)
    return values


def shaped(
    raw: Mapping[str, Any], fields: Fields, *, zone: ZoneInfo, dropped: set[str]
) -> dict[str, Any]:
    _refuse_unknown(raw, fields, dropped)
    values: dict[str, Any] = {}
    for name, field in fields.items():
        value = raw.get(name)
        if value is None or value == "":
            if field.may_be_null and name in raw:
                values[name] = None
            elif field.is_required:
                raise Refusal(_("The field “%(name)s” is missing.") % {"name": name})
            continue
        try:
            kept = field.read(value, zone)
        except Refusal as refusal:
            raise Refusal(f"{name}: {refusal}") from None
        if kept != field.default:
            values[name] = kept
    return values


def _refuse_unknown(
    raw: Mapping[str, Any], fields: Collection[str], dropped: set[str]
) -> None:
    for name in raw:
        if name in fields:
            continue
        told = read.legible(name[:60])
        if not is_personal(name):
            raise Refusal(_("There is no field “%(name)s” here.") % {"name": told})
        dropped.add(told)


def _check_opportunity(values: dict[str, Any]) -> None:
    outcome = values.get("outcome", Outcome.OPEN.value)
    closed_on = values.get("closed_on")
    if outcome in CLOSED_OUTCOMES and closed_on is None:
        raise Refusal(
            _("The deal is closed (%(outcome)s): say when, in “closed_on”.")
            % {"outcome": outcome}
        )
    if outcome == Outcome.OPEN and closed_on is not None:
        raise Refusal(_("It has a closing day, but no outcome but “open”."))
    if closed_on is not None and closed_on < values["opened_on"]:
        raise Refusal(_("A deal can't close before it was opened."))
    if "won_amount" in values and outcome != Outcome.WON:
        raise Refusal(_("There is an amount won, but the deal is not won."))
    for name in ("amount", "won_amount"):
        _check_money(values, name)


def _check_money(values: dict[str, Any], name: str) -> None:
    """Bring an amount to its currency's digits.

    :raises Refusal: when there is no currency, or it has not that many digits.
    """
    if name not in values:
        return
    currency, amount = values.get("currency"), Decimal(values[name])
    if currency is None:
        raise Refusal(_("An amount needs a currency."))
    if amount != round(amount, digits_of(currency)):
        raise Refusal(
            _("%(name)s: %(currency)s has %(digits)s digits behind the point.")
            % {"name": name, "currency": currency, "digits": digits_of(currency)}
        )
    values[name] = money(amount, currency)


def _check_stakeholder(values: dict[str, Any]) -> None:
    if values["id"] == SELLER:
        raise Refusal(_("“seller” means our side: choose another id."))
    left_on = values.get("left_on")
    if left_on is not None and left_on < values["joined_on"]:
        raise Refusal(_("Nobody leaves before they joined."))
    if "replaced_by" in values and left_on is None:
        raise Refusal(_("A successor is named, but not when the person left."))
    if values.get("replaced_by") == values["id"]:
        raise Refusal(_("Nobody replaces themselves."))
    _refuse_twice("roles", values.get("roles", []))


def _check_role(values: dict[str, Any]) -> None:
    if values.get("to", values["from"]) < values["from"]:
        raise Refusal(_("The role ends before it begins."))


def _check_influence(values: dict[str, Any]) -> None:
    if values["from"] == values["to"]:
        raise Refusal(_("Nobody influences themselves here."))


def _check_interaction(values: dict[str, Any]) -> None:
    people = values["participants"]
    if not people:
        raise Refusal(_("Say who took part."))
    _refuse_twice("participants", people)
    there = set(people)
    for signal in values.get("signals", []):
        if signal["stakeholder"] not in there:
            raise Refusal(
                _("“%(id)s” gave a signal, but did not take part.")
                % {"id": signal["stakeholder"]}
            )
    for action in values.get("actions", []):
        _refuse_twice("stakeholders", action.get("stakeholders", []))
    if values.get("logged_at") == values["occurred_at"]:
        del values["logged_at"]


def _check_review(values: dict[str, Any]) -> None:
    people = [phase["stakeholder"] for phase in values.get("phases", [])]
    _refuse_twice("phases", people)


def _check_rate(values: dict[str, Any]) -> None:
    if values["currency"] == values["base"]:
        raise Refusal(_("A currency needs no rate to itself."))


def _refuse_twice(name: str, listed: list[str]) -> None:
    twice = first_twice(listed)
    if twice is not None:
        raise Refusal(
            _("%(name)s: “%(value)s” stands there twice.")
            % {"name": name, "value": twice}
        )


CHECKS: dict[str, Callable[[dict[str, Any]], None]] = {
    "opportunity": _check_opportunity,
    "quote": lambda values: _check_money(values, "total"),
    "stakeholder": _check_stakeholder,
    "role": _check_role,
    "influence": _check_influence,
    "interaction": _check_interaction,
    "outcome_review": _check_review,
    "exchange_rate": _check_rate,
}
