"""Close a deal in one form, reopen it, and keep what was said of its end."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.models import Membership
from opportunities.actions import refuse_bare_amount, request_recompute
from opportunities.models import CLOSED_OUTCOMES, Opportunity, Outcome
from stakeholders.actions.acts import refuse_other_deals, refuse_unknown_phase
from stakeholders.models import (
    Anchor,
    FileExisted,
    OutcomeEvent,
    OutcomeReview,
    ReviewedPhase,
    Stakeholder,
)
from stakeholders.queries.deals import closed_words
from stakeholders.signals import outcome_recorded


class AlreadyClosed(Exception):
    """The deal has ended before; reopen it first."""


class StillOpen(Exception):
    """The deal has not ended."""


class BadClosingDay(Exception):
    """A deal ends after it was opened, and not in the future."""


@dataclass(frozen=True, slots=True)
class Review:
    """What is asked at the end: was there a file, who stopped it, who was where."""

    file_existed: str = FileExisted.UNKNOWN
    stopped_by: Stakeholder | None = None
    note: str = ""
    phases: Mapping[Stakeholder, Anchor] = field(default_factory=dict)


@transaction.atomic
def close_opportunity(
    *,
    opportunity: Opportunity,
    outcome: Outcome,
    closed_on: date,
    today: date,
    by: Membership | None,
    now: datetime,
    won_amount: Decimal | None = None,
    lost_to: str = "",
    reason: str = "",
    review: Review | None = None,
) -> Opportunity:
    """End a deal. The phases of the review are kept as human readings, not as evidence.

    :raises AlreadyClosed: when it has ended before.
    :raises BadClosingDay: before it was opened, or after `today`.
    :raises AmountWithoutCurrency: when the deal has no currency for the amount won.
    """
    opportunity = _locked(opportunity)
    if opportunity.is_closed:
        raise AlreadyClosed(
            _("“%(deal)s” is closed already: %(outcome)s.")
            % {
                "deal": opportunity.name,
                "outcome": opportunity.get_outcome_display(),
            }
        )
    if outcome not in CLOSED_OUTCOMES:
        raise StillOpen(_("Choose how it ended."))
    first = max(opportunity.opened_on, _last_event_on(opportunity) or date.min)
    if not first <= closed_on <= today:
        raise BadClosingDay(
            _("The closing day lies between %(first)s and today.") % {"first": first}
        )
    won = won_amount if outcome == Outcome.WON else None
    refuse_bare_amount(won, opportunity.currency)
    _set(opportunity, outcome=outcome, closed_on=closed_on, won=won, lost_to=lost_to)
    _note(opportunity, outcome, on=closed_on, reason=reason, by=by, now=now)
    if review is not None:
        record_review(
            opportunity=opportunity, review=review, reviewed_on=today, by=by, now=now
        )
    return opportunity


@transaction.atomic
def reopen_opportunity(
    *,
    opportunity: Opportunity,
    reopened_on: date,
    by: Membership | None,
    now: datetime,
    reason: str = "",
) -> Opportunity:
    """Let a deal go on: a new event; what was said of its first end is kept.

    :raises StillOpen: when it has not ended.
    :raises BadClosingDay: before the day it ended, or after the day it is.
    """
    opportunity = _locked(opportunity)
    refuse_open(opportunity)
    assert opportunity.closed_on is not None  # noqa: S101 -- a constraint of the table
    # No zone is ahead of UTC by more than 14 hours.
    if not opportunity.closed_on <= reopened_on <= (now + timedelta(hours=14)).date():
        raise BadClosingDay(
            _("It is reopened between %(first)s, when it ended, and today.")
            % {"first": opportunity.closed_on}
        )
    _set(opportunity, outcome=Outcome.OPEN, closed_on=None, won=None, lost_to="")
    _note(opportunity, Outcome.OPEN, on=reopened_on, reason=reason, by=by, now=now)
    return opportunity


@transaction.atomic
def record_review(
    *,
    opportunity: Opportunity,
    review: Review,
    reviewed_on: date,
    by: Membership | None,
    now: datetime,
) -> OutcomeReview:
    """Keep what was said of the end.

    :raises NotInThisDeal: when it speaks of somebody of another deal.
    :raises UnknownPhase: for a phase that is not one of the seven anchors.
    """
    for person in (review.stopped_by, *review.phases):
        refuse_other_deals(opportunity, person)
    for anchor in review.phases.values():
        refuse_unknown_phase(anchor)
    row = OutcomeReview.objects.create(
        opportunity=opportunity,
        reviewed_on=reviewed_on,
        file_existed=review.file_existed,
        stopped_by=review.stopped_by,
        note=review.note,
        logged_at=now,
        logged_by=by,
    )
    ReviewedPhase.objects.bulk_create(
        [
            ReviewedPhase(review=row, stakeholder=stakeholder, anchor=anchor)
            for stakeholder, anchor in review.phases.items()
        ]
    )
    record(
        verb="outcome_review.recorded",
        subject=opportunity,
        by=by,
        at=now,
        after={"file_existed": row.file_existed},
    )
    return row


def refuse_open(opportunity: Opportunity) -> None:
    """:raises StillOpen: for what is said of a deal's end."""
    if not opportunity.is_closed:
        raise StillOpen(_("“%(deal)s” is open.") % {"deal": opportunity.name})


def refuse_closed(opportunity: Opportunity) -> None:
    """:raises AlreadyClosed: for what can only happen in a deal that goes on."""
    if words := closed_words(opportunity):
        raise AlreadyClosed(words)


def _last_event_on(opportunity: Opportunity) -> date | None:
    """The day of the last event: the next one can't come before it."""
    events = OutcomeEvent.objects.standing().filter(opportunity=opportunity)
    days = events.order_by("-happened_on").values_list("happened_on", flat=True)
    return days.first()


def _locked(opportunity: Opportunity) -> Opportunity:
    return Opportunity.objects.select_for_update(of=("self",)).get(pk=opportunity.pk)


def _set(
    opportunity: Opportunity,
    *,
    outcome: Outcome,
    closed_on: date | None,
    won: Decimal | None,
    lost_to: str,
) -> None:
    opportunity.outcome, opportunity.closed_on = outcome, closed_on
    opportunity.won_amount, opportunity.lost_to = won, lost_to
    opportunity.version += 1
    opportunity.save(
        update_fields=["outcome", "closed_on", "won_amount", "lost_to", "version"]
    )


def _note(
    opportunity: Opportunity,
    outcome: Outcome,
    *,
    on: date,
    reason: str,
    by: Membership | None,
    now: datetime,
) -> None:
    event = OutcomeEvent.objects.create(
        opportunity=opportunity,
        outcome=outcome,
        happened_on=on,
        reason=reason,
        logged_at=now,
        logged_by=by,
    )
    record(
        verb=f"opportunity.{outcome}",
        subject=opportunity,
        by=by,
        at=now,
        after={"on": str(on), "reason": reason},
    )
    outcome_recorded.send(
        sender=Opportunity, opportunity=opportunity, event=event, now=now
    )
    request_recompute(opportunity=opportunity, now=now)
