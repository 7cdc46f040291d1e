"""The API about decision dates and quotes. The act itself is never evidence."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from accounts.actions.facts import AlreadyRetracted
from accounts.rest import Creation, Reader, Removal, Resource
from accounts.rest import fields as body
from accounts.rest.columns import (
    COUNT,
    DAY,
    FLAG,
    INSTANT,
    column,
    maybe,
    money,
    one_of,
    reference,
)
from readiness.actions.acts import DateAct, QuoteAct, enter_date, enter_quote
from readiness.actions.interactions import LeftBefore, TooLongAgo
from stakeholders.actions.acts import InTheFuture, retract_act
from stakeholders.actions.outcomes import AlreadyClosed
from stakeholders.api.seen import (
    FACT,
    LOGGED,
    OF_A_DEAL,
    facts_seen,
    no_later,
    open_deal_of,
    person_in,
)
from stakeholders.models import DecisionDate, Quote, QuoteChange

AS_SIGNAL = "Log what this means as a signal of that person too"


class QuoteBody(body.Body):
    opportunity = body.Id()
    total = body.Money()
    sent_on = body.Day(required=False)
    change = body.Choice(QuoteChange.choices, required=False)
    addressed_to = body.Id(required=False, allow_null=True)
    as_signal = body.Flag(required=False, help_text=AS_SIGNAL)


class DecisionDateBody(body.Body):
    opportunity = body.Id()
    decision_on = body.Day()
    set_at = body.Instant(required=False)
    reason = body.Text(max_length=300, required=False)
    linked_event = body.Text(max_length=200, required=False)
    moved_by = body.Id(required=False, allow_null=True)
    is_moved_by_seller = body.Flag(required=False)
    as_signal = body.Flag(required=False, help_text=AS_SIGNAL)


def _send(given: Mapping[str, Any], reader: Reader) -> Quote:
    deal = open_deal_of(given, reader)
    day = given.get("sent_on", reader.today)
    no_later(day, reader.today, field="sent_on")
    total, currency = given["total"]
    act = QuoteAct(
        total=total,
        currency=currency,
        change=given.get("change", ""),
        sent_on=day,
        addressed_to=person_in(deal, given.get("addressed_to"), field="addressed_to"),
        as_signal=given.get("as_signal", False),
    )
    return enter_quote(
        opportunity=deal,
        act=act,
        zone=reader.workspace.zone,
        by=reader.membership,
        now=reader.now,
    )


def _set_date(given: Mapping[str, Any], reader: Reader) -> DecisionDate:
    deal = open_deal_of(given, reader)
    moved_by = person_in(deal, given.get("moved_by"), field="moved_by")
    if moved_by is not None and given.get("is_moved_by_seller"):
        sentence = _("Either one of them moved it, or we did.")
        raise ValidationError({"is_moved_by_seller": [sentence]})
    act = DateAct(
        decision_on=given["decision_on"],
        linked_event=given.get("linked_event", ""),
        reason=given.get("reason", ""),
        moved_by=moved_by,
        is_moved_by_seller=given.get("is_moved_by_seller", False),
        as_signal=given.get("as_signal", False),
    )
    return enter_date(
        opportunity=deal,
        act=act,
        at=given.get("set_at"),
        zone=reader.workspace.zone,
        by=reader.membership,
        now=reader.now,
    )


def _retract(row: DecisionDate | Quote, reader: Reader) -> None:
    retract_act(act=row, by=reader.membership, now=reader.now)


QUOTES = Resource(
    name="quotes",
    noun="quote",
    about="The versions of our quote. That we sent one is no evidence; with `as_signal` "
    "that somebody asked for it is logged as theirs.",
    permission="deal.see",
    key="lineage_id",
    rows=facts_seen(Quote),
    columns={
        **FACT,
        "version": column("number", COUNT),
        "sent_on": column("sent_on", DAY),
        "total": money("total", "currency"),
        "change": maybe("change", one_of(QuoteChange)),
        "addressed_to": reference(
            "addressed_to_id", "addressed_to__person__name", null=True
        ),
        **LOGGED,
    },
    filters=OF_A_DEAL,
    creation=Creation(QuoteBody, _send, "deal.write", (AlreadyClosed, LeftBefore)),
    removal=Removal(_retract, "deal.write", (AlreadyRetracted,)),
    version="revision",
)

DECISION_DATES = Resource(
    name="decision-dates",
    noun="decision-date",
    about="When the buyer said they would decide; the last one set counts. With "
    "`as_signal` what the move means is logged of whoever moved it.",
    permission="deal.see",
    key="lineage_id",
    rows=facts_seen(DecisionDate),
    columns={
        **FACT,
        "set_at": column("set_at", INSTANT),
        "decision_on": column("decision_on", DAY),
        "reason": maybe("reason"),
        "linked_event": maybe("linked_event"),
        "moved_by": reference("moved_by_id", "moved_by__person__name", null=True),
        "is_moved_by_seller": column("is_moved_by_seller", FLAG),
        **LOGGED,
    },
    filters=OF_A_DEAL,
    creation=Creation(
        DecisionDateBody,
        _set_date,
        "deal.write",
        (AlreadyClosed, InTheFuture, LeftBefore, TooLongAgo),
    ),
    removal=Removal(_retract, "deal.write", (AlreadyRetracted,)),
    version="revision",
)
