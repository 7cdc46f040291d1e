"""Somebody leaves a deal, or is replaced in it, with the signal that proposes."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from accounts.models import Membership
from readiness.actions.acts import log_replaced
from stakeholders.actions.outcomes import refuse_closed
from stakeholders.actions.people import add_stakeholder, leave
from stakeholders.models import Person, RoleHeld, Stakeholder
from stakeholders.queries.roles import held_on


@dataclass(frozen=True, slots=True)
class Leaving:
    """Who takes the seat: somebody of the deal, somebody new in it, or nobody yet."""

    left_on: date
    successor: Stakeholder | None = None
    newcomer: Person | None = None
    as_signal: bool = True


@transaction.atomic
def leave_deal(
    *, stakeholder: Stakeholder, leaving: Leaving, by: Membership, now: datetime
) -> Stakeholder:
    """End a seat; a newcomer gets one with the roles of who goes.

    :raises AlreadyClosed: in a deal that has ended.
    :raises: as `leave`, `add_stakeholder` and `log_interaction` do.
    """
    refuse_closed(stakeholder.opportunity)
    heir = leaving.successor
    if leaving.newcomer is not None:
        heir = _seat(leaving.newcomer, stakeholder, leaving.left_on, by=by, now=now)
    gone = leave(
        stakeholder=stakeholder,
        left_on=leaving.left_on,
        successor=heir,
        by=by,
        now=now,
    )
    workspace = by.workspace
    has_gone = leaving.left_on <= workspace.today(now)
    if heir is not None and leaving.as_signal and has_gone:
        log_replaced(successor=heir, zone=workspace.zone, by=by, now=now)
    return gone


def _seat(
    person: Person,
    leaver: Stakeholder,
    joined_on: date,
    *,
    by: Membership,
    now: datetime,
) -> Stakeholder:
    roles = held_on(RoleHeld.objects.filter(stakeholder=leaver), joined_on)
    return add_stakeholder(
        opportunity=leaver.opportunity,
        person=person,
        joined_on=joined_on,
        roles=roles,
        influence=leaver.influence,
        by=by,
        now=now,
    )
