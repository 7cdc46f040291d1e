"""Say what one expects, beside the forecast; nothing is computed from it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.models import Membership, Team
from forecasting.models import ManagerCall, Verdict
from forecasting.queries.periods import Span
from opportunities.models import Opportunity


class NoReason(Exception):
    """A call without a reason helps nobody next week."""


class TakenBack(Exception):
    """That call does not stand any more."""


@dataclass(frozen=True, slots=True)
class Place:
    """What a call is about: a period of the workspace, a team, an owner, or one deal."""

    span: Span
    team: Team | None = None
    owner: Membership | None = None
    opportunity: Opportunity | None = None

    @property
    def fields(self) -> dict[str, Any]:
        return {
            "team": self.team,
            "owner": self.owner,
            "opportunity": self.opportunity,
            "starts_on": self.span.starts_on,
            "ends_on": self.span.ends_on,
        }


@transaction.atomic
def call_amount(
    *,
    place: Place,
    amount: Decimal,
    currency: str,
    reason: str,
    by: Membership,
    now: datetime,
) -> ManagerCall:
    """Say how much a period will bring.

    :raises NoReason: without one.
    """
    said = {"amount": amount, "currency": currency}
    return _make(place, said, reason=reason, by=by, now=now)


@transaction.atomic
def call_deal(
    *, place: Place, verdict: Verdict, reason: str, by: Membership, now: datetime
) -> ManagerCall:
    """Say whether a deal will be won in a period.

    :raises NoReason: without one.
    """
    return _make(place, {"verdict": verdict}, reason=reason, by=by, now=now)


@transaction.atomic
def take_back_call(*, call: ManagerCall, by: Membership, now: datetime) -> None:
    """Let a call stand no longer; it stays in the history.

    :raises TakenBack: when somebody was first.
    """
    if not _retract(call, by=by, now=now):
        raise TakenBack(_("That call does not stand any more."))
    record(verb="call.taken_back", subject=call, by=by, at=now, before=_told(call))


def _make(
    place: Place, said: dict[str, Any], *, reason: str, by: Membership, now: datetime
) -> ManagerCall:
    if not reason.strip():
        raise NoReason(_("Say why: next week somebody will ask."))
    rows = ManagerCall.objects.standing().filter(**place.fields)
    before = rows.select_for_update().first()
    if before is not None:
        _retract(before, by=by, now=now)
    lineage: dict[str, Any] = {}
    if before is not None:
        lineage = {"lineage_id": before.lineage_id, "revision": before.revision + 1}
    call = ManagerCall.objects.create(
        **place.fields,
        **said,
        **lineage,
        reason=reason.strip(),
        logged_at=now,
        logged_by=by,
    )
    record(
        verb="call.made",
        subject=call,
        by=by,
        at=now,
        before=_told(before) if before else None,
        after=_told(call),
    )
    return call


def _retract(call: ManagerCall, *, by: Membership, now: datetime) -> bool:
    standing = ManagerCall.objects.standing().filter(pk=call.pk)
    return standing.update(retracted_at=now, retracted_by=by) == 1


def _told(call: ManagerCall) -> dict[str, str]:
    said = call.verdict or f"{call.amount:f} {call.currency}"
    return {"call": said, "reason": call.reason}
