"""The API about what people showed or said, and how humans read them."""

from collections.abc import Mapping
from typing import Any

from accounts.actions.facts import AlreadyRetracted, retract
from accounts.rest import Creation, Filter, Reader, Removal, Resource
from accounts.rest import fields as body
from accounts.rest.columns import (
    DAY,
    ID,
    INSTANT,
    TEXT,
    column,
    maybe,
    one_of,
    reference,
)
from readiness.actions.human import (
    ExpiresInThePast,
    ReasonNeeded,
    confirm_phase,
    override_phase,
    take_back_confirmation,
)
from readiness.actions.interactions import retract_signal
from readiness.models import PhaseConfirmation, PhaseOverride, Signal
from stakeholders.actions.acts import InTheFuture, UnknownPhase
from stakeholders.api.seen import LOGGED, facts_seen, seat_of
from stakeholders.models import Anchor

A_SEAT = "stakeholder__opportunity"
SEAT = {
    "id": column("lineage_id", ID),
    "stakeholder": reference("stakeholder_id", "stakeholder__person__name"),
}
OF_A_SEAT = {
    "stakeholder": Filter(ID, "stakeholder"),
    "opportunity": Filter(ID, "stakeholder__opportunity"),
}


class ConfirmationBody(body.Body):
    stakeholder = body.Id()
    phase = body.Choice(Anchor.choices)
    confirmed_at = body.Instant()
    quotation = body.Text(max_length=5_000, line=False)


class OverrideBody(body.Body):
    stakeholder = body.Id()
    phase = body.Choice(Anchor.choices)
    reason = body.Text(max_length=5_000, line=False)
    expires_on = body.Day(required=False, allow_null=True)


def _confirm(given: Mapping[str, Any], reader: Reader) -> PhaseConfirmation:
    return confirm_phase(
        stakeholder=seat_of(given, reader),
        anchor=given["phase"],
        confirmed_at=given["confirmed_at"],
        quotation=given["quotation"],
        by=reader.membership,
        now=reader.now,
    )


def _override(given: Mapping[str, Any], reader: Reader) -> PhaseOverride:
    return override_phase(
        stakeholder=seat_of(given, reader),
        anchor=given["phase"],
        reason=given["reason"],
        expires_on=given.get("expires_on"),
        set_at=reader.now,
        today=reader.today,
        by=reader.membership,
        now=reader.now,
    )


def _unconfirm(row: PhaseConfirmation, reader: Reader) -> None:
    take_back_confirmation(confirmation=row, by=reader.membership, now=reader.now)


def _unsay(row: Signal, reader: Reader) -> None:
    retract_signal(signal=row, by=reader.membership, now=reader.now)


def _end(row: PhaseOverride, reader: Reader) -> None:
    retract(fact=row, by=reader.membership, now=reader.now)


SIGNALS = Resource(
    name="signals",
    noun="signal",
    about="What somebody showed in an interaction: the only evidence of a phase.",
    permission="deal.see",
    key="lineage_id",
    rows=facts_seen(Signal, of=A_SEAT),
    columns={
        **SEAT,
        "interaction": reference("interaction__lineage_id"),
        "code": column("code"),
        "occurred_at": column("occurred_at", INSTANT),
        "quotation": maybe("quotation"),
        **LOGGED,
    },
    filters=OF_A_SEAT | {"code": Filter(TEXT, "code")},
    orderings={"id": "pk", "occurred_at": "occurred_at"},
    removal=Removal(_unsay, "deal.write", (AlreadyRetracted,)),
    version="revision",
)

CONFIRMATIONS = Resource(
    name="confirmations",
    noun="confirmation",
    about="The buyer said in plain words where they are: evidence.",
    permission="deal.see",
    key="lineage_id",
    rows=facts_seen(PhaseConfirmation, of=A_SEAT),
    columns={
        **SEAT,
        "phase": column("anchor", one_of(Anchor)),
        "confirmed_at": column("confirmed_at", INSTANT),
        "quotation": maybe("quotation"),
        **LOGGED,
    },
    filters=OF_A_SEAT,
    creation=Creation(
        ConfirmationBody, _confirm, "deal.write", (InTheFuture, UnknownPhase)
    ),
    removal=Removal(_unconfirm, "deal.write", (AlreadyRetracted,)),
    version="revision",
)

OVERRIDES = Resource(
    name="overrides",
    noun="override",
    about="A human's own reading: shown and scored, never calculated with.",
    permission="deal.see",
    key="lineage_id",
    rows=facts_seen(PhaseOverride, of=A_SEAT),
    columns={
        **SEAT,
        "phase": column("anchor", one_of(Anchor)),
        "reason": column("reason"),
        "set_at": column("set_at", INSTANT),
        "expires_on": column("expires_on", DAY, null=True),
        **LOGGED,
    },
    filters=OF_A_SEAT,
    creation=Creation(
        OverrideBody,
        _override,
        "deal.write",
        (ExpiresInThePast, ReasonNeeded, UnknownPhase),
    ),
    removal=Removal(_end, "deal.write", (AlreadyRetracted,)),
    version="revision",
)
