"""An act of the buyer's side and the signal it proposes, written together or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from accounts.models import Membership
from opportunities.models import Opportunity
from readiness.actions.interactions import Contact, Said, Took, log_interaction
from readiness.models import ModelStatus, SignalType
from readiness.queries.catalogue import Catalogue
from readiness.queries.proposals import (
    REPLACED,
    proposed_for_date,
    proposed_for_quote,
)
from stakeholders.actions.acts import refuse_future, send_quote, set_decision_date
from stakeholders.models import DecisionDate, Interaction, Quote, Stakeholder


@dataclass(frozen=True, slots=True)
class DateAct:
    """A decision date that was named; by whom: a person, us, or nobody known."""

    decision_on: date
    linked_event: str = ""
    reason: str = ""
    moved_by: Stakeholder | None = None
    is_moved_by_seller: bool = False
    as_signal: bool = True


@dataclass(frozen=True, slots=True)
class QuoteAct:
    """A version of the quote that was sent, and to whom."""

    total: Decimal
    currency: str
    change: str
    sent_on: date
    addressed_to: Stakeholder | None = None
    as_signal: bool = True


@dataclass(frozen=True, slots=True)
class Proposed:
    """A signal that an act proposes, of whom."""

    stakeholder: Stakeholder
    code: str


@transaction.atomic
def log_with_acts(
    *,
    opportunity: Opportunity,
    contact: Contact,
    zone: ZoneInfo,
    by: Membership,
    now: datetime,
    date_act: DateAct | None = None,
    quote_act: QuoteAct | None = None,
    pk: UUID | None = None,
    catalogue: Catalogue | None = None,
) -> Interaction:
    """Log a conversation with what was named and sent in it, and the signals of that.

    :raises: as `log_interaction`, `set_decision_date` and `send_quote` do.
    """
    proposed = []
    if date_act is not None:
        proposed += propose_date(opportunity, date_act)
        _set_date(opportunity, date_act, at=contact.occurred_at, by=by, now=now)
    if quote_act is not None:
        proposed += propose_quote(quote_act)
        _send(opportunity, quote_act, by=by, now=now)
    return log_interaction(
        opportunity=opportunity,
        contact=with_proposed(contact, proposed),
        zone=zone,
        by=by,
        now=now,
        pk=pk,
        catalogue=catalogue,
    )


@transaction.atomic
def enter_date(
    *,
    opportunity: Opportunity,
    act: DateAct,
    zone: ZoneInfo,
    by: Membership,
    now: datetime,
    at: datetime | None = None,
) -> DecisionDate:
    """Note a decision date, and log the signal it proposes, as heard then or now.

    :raises: as `set_decision_date` and `log_interaction` do.
    """
    heard_at = at or now
    refuse_future(heard_at, now)
    proposed = propose_date(opportunity, act)
    row = _set_date(opportunity, act, at=heard_at, by=by, now=now)
    _log(proposed, opportunity=opportunity, at=heard_at, zone=zone, by=by, now=now)
    return row


@transaction.atomic
def enter_quote(
    *,
    opportunity: Opportunity,
    act: QuoteAct,
    zone: ZoneInfo,
    by: Membership,
    now: datetime,
) -> Quote:
    """Note a version of the quote, and log the signal it proposes as heard now.

    :raises: as `send_quote` and `log_interaction` do.
    """
    row = _send(opportunity, act, by=by, now=now)
    proposed = propose_quote(act)
    _log(proposed, opportunity=opportunity, at=now, zone=zone, by=by, now=now)
    return row


def propose_date(opportunity: Opportunity, act: DateAct) -> list[Proposed]:
    """The signal of whoever moved the date; nothing when nobody is named."""
    if not act.as_signal or act.moved_by is None:
        return []
    previous, pushes = pushes_so_far(opportunity)
    code = proposed_for_date(
        previous=previous,
        new=act.decision_on,
        earlier_pushes=pushes,
        linked_event=act.linked_event,
    )
    return _known([Proposed(act.moved_by, code)]) if code else []


def propose_quote(act: QuoteAct) -> list[Proposed]:
    """The signal of whoever the quote is addressed to."""
    if not act.as_signal or act.addressed_to is None:
        return []
    code = proposed_for_quote(change=act.change)
    return _known([Proposed(act.addressed_to, code)]) if code else []


def pushes_so_far(opportunity: Opportunity) -> tuple[date | None, int]:
    """The decision date that stands, and how often it went later without an event."""
    rows = DecisionDate.objects.standing().filter(opportunity=opportunity)
    last, pushes = None, 0
    for day, event in rows.order_by("set_at", "pk").values_list(
        "decision_on", "linked_event"
    ):
        pushes += last is not None and day > last and not event
        last = day
    return last, pushes


def with_proposed(contact: Contact, proposed: Sequence[Proposed]) -> Contact:
    """The contact with these signals too; one that was entered by hand stands once."""
    parts = {part.stakeholder.pk: part for part in contact.parts}
    for each in proposed:
        part = parts.get(each.stakeholder.pk, Took(each.stakeholder))
        if each.code not in {said.code for said in part.signals}:
            part = replace(part, signals=[*part.signals, Said(each.code)])
        parts[each.stakeholder.pk] = part
    return replace(contact, parts=list(parts.values()))


def _known(proposed: list[Proposed]) -> list[Proposed]:
    """Those whose signal the active model has: a workspace may have taken one out."""
    types = SignalType.objects.filter(
        model__status=ModelStatus.ACTIVE, code__in=[each.code for each in proposed]
    )
    known = set(types.values_list("code", flat=True))
    return [each for each in proposed if each.code in known]


def _set_date(
    opportunity: Opportunity,
    act: DateAct,
    *,
    at: datetime,
    by: Membership,
    now: datetime,
) -> DecisionDate:
    return set_decision_date(
        opportunity=opportunity,
        decision_on=act.decision_on,
        set_at=min(at, now),
        by=by,
        now=now,
        reason=act.reason,
        linked_event=act.linked_event,
        moved_by=act.moved_by,
        is_moved_by_seller=act.is_moved_by_seller,
    )


def _send(
    opportunity: Opportunity, act: QuoteAct, *, by: Membership, now: datetime
) -> Quote:
    return send_quote(
        opportunity=opportunity,
        total=act.total,
        currency=act.currency,
        sent_on=act.sent_on,
        by=by,
        now=now,
        change=act.change,
        addressed_to=act.addressed_to,
    )


def _log(
    proposed: Sequence[Proposed],
    *,
    opportunity: Opportunity,
    at: datetime,
    zone: ZoneInfo,
    by: Membership,
    now: datetime,
) -> None:
    if not proposed:
        return
    contact = with_proposed(
        Contact(occurred_at=at, channel="other", direction="inbound", parts=[]),
        proposed,
    )
    log_interaction(opportunity=opportunity, contact=contact, zone=zone, by=by, now=now)


def log_replaced(
    *, successor: Stakeholder, zone: ZoneInfo, by: Membership, now: datetime
) -> None:
    """Log that somebody has taken over a contact's place: a signal about the successor.

    :raises: as `log_interaction` does.
    """
    _log(
        _known([Proposed(successor, REPLACED)]),
        opportunity=successor.opportunity,
        at=now,
        zone=zone,
        by=by,
        now=now,
    )
