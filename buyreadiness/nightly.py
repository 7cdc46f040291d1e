"""What the clock does: the small hours of each workspace, and the sums after a recompute.

A slot is opened once per workspace and night, and claimed by the sweep like a request; how
far it came is kept in it, so a killed worker's night goes on where it stopped. Only within
the window: a night that was missed stays a gap.
"""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from accounts.actions.tokens import forget_tokens
from accounts.models import Workspace
from accounts.rest.idempotency import forget_answers
from coaching.actions.timing import catch_up_on_timing
from coaching.actions.winning import keep_winning
from coaching.queries.symptom_clock import changed_by_time
from forecasting.actions.accuracy import ask_monthly
from forecasting.actions.periods import periods_due, refresh_periods
from forecasting.actions.reviews import freeze_review
from forecasting.actions.snapshots import freeze_deals
from integrations.actions.exports import forget_exports
from integrations.actions.imports import forget_files
from integrations.actions.letters import post_reviews
from integrations.actions.webhooks import forget_deliveries
from opportunities.actions import request_recomputes
from opportunities.models import Opportunity, ScheduleSlot
from opportunities.models.schedule import night_slot, periods_slot
from readiness.actions.drafts import forget_drafts
from readiness.queries.as_of import AsOf
from readiness.queries.models import active_model

BEGINS, ENDS = time(2), time(4)
PERIODS_AT_MOST_EVERY = timedelta(seconds=30)
DEALS_AT_ONCE = 25
BUDGET_SECONDS = 15.0
KEPT_DAYS = 40
SLOTS_AT_ONCE = 100


@transaction.atomic
def open_nights(*, now: datetime) -> None:
    """Open the night of every workspace in whose zone it is between two and four."""
    places = Workspace.objects.values_list("pk", "time_zone")
    nights = [slot for pk, zone in places if (slot := _night(pk, zone, now=now))]
    if nights:
        ScheduleSlot.objects.open_once(nights)
    ScheduleSlot.objects.forget(before=now - timedelta(days=KEPT_DAYS))


def _night(workspace_id: UUID, zone: str, *, now: datetime) -> ScheduleSlot | None:
    there = now.astimezone(ZoneInfo(zone))
    if not BEGINS <= there.time() < ENDS:
        return None
    end = datetime.combine(there.date(), ENDS, tzinfo=there.tzinfo)
    return night_slot(
        workspace_id=workspace_id, day=there.date(), due_at=now, closes_at=end
    )


@transaction.atomic
def claim_slots(*, now: datetime) -> list[ScheduleSlot]:
    """Take the slots that are due."""
    return ScheduleSlot.objects.claim(now=now, limit=SLOTS_AT_ONCE)


def ask_for_periods(*, workspace_id: UUID, now: datetime) -> None:
    """Ask for the sums of a workspace: many askings within half a minute make one refresh."""
    due_at = now + PERIODS_AT_MOST_EVERY
    ScheduleSlot.objects.ask(periods_slot(workspace_id=workspace_id, due_at=due_at))


@transaction.atomic
def spend_night(*, slot_id: UUID, now: datetime, clock: Iterator[float]) -> bool:
    """Freeze the open workspace's deals for a while; say whether the night is done.

    `clock` tells the seconds; after a budget the rest is left to the next task.
    """
    slots = ScheduleSlot.objects.select_for_update()
    slot = slots.filter(pk=slot_id, done_at__isnull=True).first()
    if slot is None:
        return True
    workspace = Workspace.objects.get(pk=slot.workspace_id)
    model, began = active_model(), next(clock)
    while deals := _after(slot.reached_id):
        freeze_deals(deals, model=model, workspace=workspace, now=now)
        changed = changed_by_time(deals, model=model, workspace=workspace, now=now)
        request_recomputes(workspace_id=workspace.pk, opportunity_ids=changed, now=now)
        slot.reached_id = deals[-1].pk
        if next(clock) - began > BUDGET_SECONDS:
            break
    else:
        forget_drafts(now=now)
        slot.done_at = now
        forget_files(now=now)
        forget_exports(now=now)
        if freeze_review(AsOf.of(workspace, at=None, now=now)):
            post_reviews(workspace=workspace, now=now)
        forget_deliveries(now=now)
        forget_answers(now=now)
        forget_tokens(workspace_id=workspace.pk, now=now)
        catch_up_on_timing(workspace=workspace, model=model, now=now)
        keep_winning(workspace=workspace, now=now)
        ask_for_periods(workspace_id=workspace.pk, now=now - PERIODS_AT_MOST_EVERY)
        ask_monthly(workspace=workspace, now=now)
    slot.claimed_at = None
    slot.save(update_fields=["reached_id", "done_at", "claimed_at"])
    return slot.done_at is not None


def _after(reached_id: UUID | None) -> list[Opportunity]:
    rows = Opportunity.objects.still_open().order_by("pk")
    if reached_id is not None:
        rows = rows.filter(pk__gt=reached_id)
    return list(rows[:DEALS_AT_ONCE])


@transaction.atomic
def refresh_sums(*, slot_id: UUID, now: datetime) -> None:
    """Make the open workspace's sums again, and close the request for them.

    Closed first: whoever asks while this runs waits for its end and then asks anew.
    """
    slot = ScheduleSlot.objects.filter(pk=slot_id).first()
    if slot is None:
        return
    ScheduleSlot.objects.filter(pk=slot_id).delete()
    workspace = Workspace.objects.get(pk=slot.workspace_id)
    due = periods_due(workspace=workspace, now=now)
    refresh_periods(workspace=workspace, now=now, count=due)
