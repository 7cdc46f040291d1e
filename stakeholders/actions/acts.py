"""Decision dates, quotes, the purchase file, tasks. The act itself is never evidence."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.audit import differences, record
from accounts.actions.facts import retract
from accounts.models import Membership
from accounts.models.base import replace_version
from opportunities.actions import STALE, refuse_bare_amount, request_recompute
from opportunities.models import Opportunity
from stakeholders.models import (
    ANCHORS,
    DecisionDate,
    PurchaseFileItem,
    Quote,
    QuoteChange,
    Stakeholder,
    Task,
)
from stakeholders.models.acts import FILE_ITEMS
from stakeholders.queries.steps import plannable_steps


class NotInThisDeal(Exception):
    """The stakeholder has no seat in this deal."""


class InTheFuture(Exception):
    """It can't have happened yet."""


class NoSuchFileItem(Exception):
    """The purchase file has eight items."""


class UnknownPhase(Exception):
    """Not one of the seven anchors."""


class UnknownStep(Exception):
    """Not a step of ours that the active phase model knows."""


class AlreadyDone(Exception):
    """The task was done before."""


@transaction.atomic
def set_decision_date(
    *,
    opportunity: Opportunity,
    decision_on: date,
    set_at: datetime,
    by: Membership | None,
    now: datetime,
    reason: str = "",
    linked_event: str = "",
    moved_by: Stakeholder | None = None,
    is_moved_by_seller: bool = False,
    logged_at: datetime | None = None,
) -> DecisionDate:
    """Note when the buyer says they will decide; the history of dates is kept.

    :raises NotInThisDeal: when `moved_by` sits in another deal.
    :raises InTheFuture: when it is said to be set later than now.
    """
    refuse_other_deals(opportunity, moved_by)
    refuse_future(set_at, now)
    row = DecisionDate.objects.create(
        opportunity=opportunity,
        decision_on=decision_on,
        set_at=set_at,
        reason=reason,
        linked_event=linked_event,
        moved_by=moved_by,
        is_moved_by_seller=is_moved_by_seller,
        logged_at=logged_at or now,
        logged_by=by,
    )
    _tell("decision_date.set", row, by=by, now=now, after={"on": str(decision_on)})
    return row


@transaction.atomic
def send_quote(
    *,
    opportunity: Opportunity,
    total: Decimal,
    currency: str,
    sent_on: date,
    by: Membership | None,
    now: datetime,
    number: int | None = None,
    change: str = "",
    addressed_to: Stakeholder | None = None,
    logged_at: datetime | None = None,
) -> Quote:
    """Note a version of the quote; without `number` the next one.

    :raises AmountWithoutCurrency: when the currency is not said.
    :raises NotInThisDeal: when it is addressed to somebody of another deal.
    """
    refuse_bare_amount(total, currency)
    refuse_other_deals(opportunity, addressed_to)
    # Two people sending at once number their versions one after the other.
    Opportunity.objects.select_for_update(of=("self",)).get(pk=opportunity.pk)
    standing = Quote.objects.standing().filter(opportunity=opportunity)
    last = standing.order_by("-number").values_list("number", flat=True).first() or 0
    row = Quote.objects.create(
        opportunity=opportunity,
        number=number or last + 1,
        sent_on=sent_on,
        total=total,
        currency=currency,
        change=change or ("" if last else QuoteChange.FIRST),
        addressed_to=addressed_to,
        logged_at=logged_at or now,
        logged_by=by,
    )
    _tell("quote.sent", row, by=by, now=now, after={"total": str(total)})
    return row


@transaction.atomic
def set_file_item(
    *,
    opportunity: Opportunity,
    item: int,
    state: str,
    seen_on: date,
    by: Membership | None,
    now: datetime,
    evidence: str = "",
    logged_at: datetime | None = None,
) -> PurchaseFileItem:
    """Note what is known of one of the eight items of the buyer's own file.

    :raises NoSuchFileItem: when `item` is not 1 to 8.
    """
    if item not in FILE_ITEMS:
        raise NoSuchFileItem(
            _("The purchase file has items 1 to 8, not %(item)s.") % {"item": item}
        )
    row = PurchaseFileItem.objects.create(
        opportunity=opportunity,
        item=item,
        state=state,
        evidence=evidence,
        seen_on=seen_on,
        logged_at=logged_at or now,
        logged_by=by,
    )
    _tell("purchase_file.set", row, by=by, now=now, after={"item": item, "is": state})
    return row


@transaction.atomic
def retract_act(
    *,
    act: DecisionDate | Quote | PurchaseFileItem,
    by: Membership | None,
    now: datetime,
) -> None:
    """Take back a date, a quote or a word about the file; what it changed is undone.

    :raises AlreadyRetracted: when somebody did so before.
    """
    retract(fact=act, by=by, now=now)
    request_recompute(opportunity=act.opportunity, now=now)


@transaction.atomic
def create_task(
    *,
    opportunity: Opportunity,
    title: str,
    by: Membership | None,
    now: datetime,
    stakeholder: Stakeholder | None = None,
    owner: Membership | None = None,
    action: str = "",
    **fields: Any,
) -> Task:
    """Note what was promised, and which step of ours it plans.

    :raises NotInThisDeal: when the stakeholder sits in another deal.
    :raises UnknownStep: for a step that the active model lacks.
    """
    refuse_other_deals(opportunity, stakeholder)
    refuse_unknown_step(action)
    task = Task.objects.create(
        opportunity=opportunity,
        title=title.strip(),
        stakeholder=stakeholder,
        owner=owner,
        action=action,
        **fields,
    )
    record(verb="task.created", subject=task, by=by, at=now)
    return task


@transaction.atomic
def finish_task(*, task: Task, by: Membership | None, now: datetime) -> Task:
    """:raises AlreadyDone: when somebody did it before."""
    if not Task.objects.filter(pk=task.pk, done_at__isnull=True).update(done_at=now):
        raise AlreadyDone(_("“%(task)s” was done before.") % {"task": task.title})
    task.done_at = now
    record(verb="task.done", subject=task, by=by, at=now)
    return task


@transaction.atomic
def undo_task(*, task: Task, by: Membership | None, now: datetime) -> Task:
    """Take it that a task is not done after all."""
    if not Task.objects.filter(pk=task.pk, done_at__isnull=False).update(done_at=None):
        return task
    task.done_at = None
    record(verb="task.undone", subject=task, by=by, at=now)
    return task


@transaction.atomic
def change_task(
    *,
    task: Task,
    values: dict[str, Any],
    version: int,
    by: Membership | None,
    now: datetime,
) -> Task:
    """Put a task right. The step it plans may stay, also when no model knows it now.

    :raises NotInThisDeal: when the stakeholder sits in another deal.
    :raises UnknownStep: for another step that the active model lacks.
    :raises StaleVersion: when somebody else changed it since `version`.
    """
    refuse_other_deals(task.opportunity, values.get("stakeholder"))
    if values.get("action", "") != task.action:
        refuse_unknown_step(values.get("action", ""))
    before, after = differences(task, values)
    if not after:
        return task
    changed = {name: values[name] for name in after}
    replace_version(task, version=version, fields=changed, stale=_(STALE))
    record(verb="task.changed", subject=task, by=by, at=now, before=before, after=after)
    return task


def refuse_other_deals(
    opportunity: Opportunity, stakeholder: Stakeholder | None
) -> None:
    """:raises NotInThisDeal: when the stakeholder has no seat in the deal."""
    if stakeholder is not None and stakeholder.opportunity_id != opportunity.pk:
        raise NotInThisDeal(
            _("%(name)s has no seat in “%(deal)s”.")
            % {"name": stakeholder.person.name, "deal": opportunity.name}
        )


def refuse_unknown_step(action: str) -> None:
    """:raises UnknownStep: unless it is none, or one that can be planned."""
    if action and action not in plannable_steps():
        raise UnknownStep(_("There is no action “%(code)s”.") % {"code": action})


def refuse_unknown_phase(anchor: str) -> None:
    """:raises UnknownPhase: unless it is one of the seven anchors."""
    if anchor not in ANCHORS:
        raise UnknownPhase(_("There is no phase “%(phase)s”.") % {"phase": anchor})


def refuse_future(moment: datetime, now: datetime) -> None:
    """:raises InTheFuture: for a moment that has not come."""
    if moment > now:
        raise InTheFuture(_("That lies in the future."))


def _tell(
    verb: str, row: Any, *, by: Membership | None, now: datetime, after: dict[str, Any]
) -> None:
    record(verb=verb, subject=row, by=by, at=now, after=after)
    request_recompute(opportunity=row.opportunity, now=now)
