"""What humans say about a phase: the buyer's plain words, and our own reading."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.actions.facts import retract
from accounts.models import Membership
from opportunities.actions import request_recompute
from readiness.models import PhaseConfirmation, PhaseOverride
from stakeholders.actions.acts import refuse_future, refuse_unknown_phase
from stakeholders.models import Stakeholder


class ReasonNeeded(Exception):
    """An override without a reason can't be learned from."""


class ExpiresInThePast(Exception):
    """An override that is over before it begins."""


@transaction.atomic
def confirm_phase(
    *,
    stakeholder: Stakeholder,
    anchor: str,
    confirmed_at: datetime,
    by: Membership | None,
    now: datetime,
    quotation: str = "",
    logged_at: datetime | None = None,
) -> PhaseConfirmation:
    """Keep the buyer's own plain words about where they are: evidence.

    :raises InTheFuture: when they are yet to say it.
    :raises UnknownPhase: for a phase that is not one of the seven anchors.
    """
    refuse_unknown_phase(anchor)
    refuse_future(confirmed_at, now)
    row = PhaseConfirmation.objects.create(
        stakeholder=stakeholder,
        anchor=anchor,
        confirmed_at=confirmed_at,
        quotation=quotation,
        logged_at=logged_at or now,
        logged_by=by,
    )
    record(
        verb="phase.confirmed",
        subject=stakeholder,
        by=by,
        at=now,
        after={"phase": anchor},
    )
    request_recompute(opportunity=stakeholder.opportunity, now=now)
    return row


@transaction.atomic
def override_phase(
    *,
    stakeholder: Stakeholder,
    anchor: str,
    reason: str,
    set_at: datetime,
    today: date,
    by: Membership | None,
    now: datetime,
    expires_on: date | None = None,
    logged_at: datetime | None = None,
) -> PhaseOverride:
    """Keep a human's own reading, shown beside the inferred one and later scored.

    It enters no calculation, so nothing is computed again.

    :raises ReasonNeeded: without a reason.
    :raises ExpiresInThePast: when it would end before it begins.
    :raises UnknownPhase: for a phase that is not one of the seven anchors.
    """
    refuse_unknown_phase(anchor)
    if not reason.strip():
        raise ReasonNeeded(_("Say why you read it otherwise."))
    if expires_on is not None and expires_on < today:
        raise ExpiresInThePast(_("Choose an end that lies ahead."))
    row = PhaseOverride.objects.create(
        stakeholder=stakeholder,
        anchor=anchor,
        reason=reason.strip(),
        set_at=set_at,
        expires_on=expires_on,
        logged_at=logged_at or now,
        logged_by=by,
    )
    record(
        verb="phase.overridden",
        subject=stakeholder,
        by=by,
        at=now,
        after={"phase": anchor},
    )
    return row


@transaction.atomic
def take_back_confirmation(
    *, confirmation: PhaseConfirmation, by: Membership | None, now: datetime
) -> None:
    """Take a confirmation back; their deal is computed again without it.

    :raises AlreadyRetracted: when somebody did so before.
    """
    retract(fact=confirmation, by=by, now=now)
    request_recompute(opportunity=confirmation.stakeholder.opportunity, now=now)
