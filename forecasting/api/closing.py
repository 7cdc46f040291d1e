"""The API about how a deal ends, goes on, or changes hands."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from accounts.models import Membership
from accounts.rest import Act, Reader
from accounts.rest import fields as body
from opportunities.actions import AmountWithoutCurrency, hand_over
from opportunities.models import CLOSED_OUTCOMES, Opportunity, Outcome
from stakeholders.actions.outcomes import (
    AlreadyClosed,
    BadClosingDay,
    StillOpen,
    close_opportunity,
    reopen_opportunity,
)
from stakeholders.api.outcomes import ReviewedBody, review_of
from stakeholders.api.seen import row_of


class CloseBody(body.Body):
    outcome = body.Choice([(each.value, each.label) for each in CLOSED_OUTCOMES])
    closed_on = body.Day(required=False)
    won_amount = body.Money(required=False, allow_null=True)
    lost_to = body.Text(max_length=120, required=False)
    reason = body.Text(max_length=300, required=False)
    review: Any = ReviewedBody(required=False)


class ReopenBody(body.Body):
    reason = body.Text(max_length=300)


class HandOverBody(body.Body):
    owner = body.Id()


def _close(deal: Opportunity, given: Mapping[str, Any], reader: Reader) -> Opportunity:
    outcome = Outcome(given["outcome"])
    _refuse_of_others(given, outcome)
    return close_opportunity(
        opportunity=deal,
        outcome=outcome,
        closed_on=given.get("closed_on", reader.today),
        today=reader.today,
        by=reader.membership,
        now=reader.now,
        won_amount=_won(deal, given),
        lost_to=given.get("lost_to", ""),
        reason=given.get("reason", ""),
        review=review_of(deal, given["review"], place="review.")
        if "review" in given
        else None,
    )


def _reopen(deal: Opportunity, given: Mapping[str, Any], reader: Reader) -> Opportunity:
    return reopen_opportunity(
        opportunity=deal,
        reopened_on=reader.today,
        reason=given["reason"],
        by=reader.membership,
        now=reader.now,
    )


def _hand_over(
    deal: Opportunity, given: Mapping[str, Any], reader: Reader
) -> Opportunity:
    heirs = Membership.objects.of(reader.workspace).able_to_own()
    heir = row_of(heirs.exclude(pk=deal.owner_id), given["owner"], field="owner")
    return hand_over(opportunity=deal, heir=heir, by=reader.membership, now=reader.now)


def _won(deal: Opportunity, given: Mapping[str, Any]) -> Decimal | None:
    """The amount that was won, in the currency of the deal."""
    amount, currency = given.get("won_amount") or (None, deal.currency)
    if deal.currency and currency != deal.currency:
        sentence = _("The deal is in %(currency)s.") % {"currency": deal.currency}
        raise ValidationError({"won_amount": [sentence]})
    return amount


def _refuse_of_others(given: Mapping[str, Any], outcome: Outcome) -> None:
    """:raises ValidationError: for what is said of another end than this one."""
    sentence = [_("That is not said of a deal that ended so.")]
    if outcome != Outcome.WON and given.get("won_amount"):
        raise ValidationError({"won_amount": sentence})
    if outcome != Outcome.LOST and given.get("lost_to"):
        raise ValidationError({"lost_to": sentence})
    if outcome == Outcome.WON and given.get("review", {}).get("stopped_by"):
        raise ValidationError({"review": {"stopped_by": sentence}})


ACTS = (
    Act(
        "close",
        "End the deal. What the review says of phases is kept as human readings.",
        _close,
        "deal.write",
        CloseBody,
        (AlreadyClosed, AmountWithoutCurrency, BadClosingDay),
    ),
    Act(
        "reopen",
        "Let the deal go on from today; what was said of its end is kept.",
        _reopen,
        "deal.write",
        ReopenBody,
        (BadClosingDay, StillOpen),
    ),
    Act(
        "hand-over",
        "Give the deal another owner, somebody of the workspace.",
        _hand_over,
        "deal.write",
        HandOverBody,
    ),
)
