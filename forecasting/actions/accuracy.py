"""Score our own forecasts, a day at a time, and keep what came of it."""

import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.actions.audit import record
from accounts.models import Membership, Workspace
from forecasting.actions.maps import try_map
from forecasting.models import AccuracyReport, AccuracyRun, ReplayedDay
from forecasting.queries.accuracy import drift, kept, owners_by_team, read, told
from forecasting.queries.backtest import (
    History,
    Replayed,
    replay_day,
    replay_days,
    scored,
)
from forecasting.queries.effort import Won, effort_told, first_day, won_since
from forecasting.queries.frozen import frozen_scores
from forecasting.queries.insights import Course, courses_of, insights_of
from forecasting.queries.lives import DEALS_AT_MOST, Life, lives_of
from forecasting.queries.maps import LoadedMap, active_map
from forecasting.signals import accuracy_asked
from opportunities.models import Opportunity, ScheduleSlot
from opportunities.models.schedule import accuracy_slot
from readiness.queries.models import LoadedModel, active_model

logger = logging.getLogger(__name__)

HORIZON_DAYS, EVERY_DAYS = 90, 30
AGAIN_AFTER = timedelta(days=28)
MAX_ATTEMPTS = 3  # at one step, which is fifteen seconds of work
BUDGET_SECONDS = 15.0


@transaction.atomic
def ask_for_accuracy(
    *, workspace: Workspace, now: datetime, by: Membership | None = None
) -> AccuracyRun:
    """Ask for a report; whoever asks while one is computed joins that one."""
    run, is_new = AccuracyRun.objects.get_or_create(
        workspace=workspace,
        defaults={
            "asked_at": now,
            "horizon_days": HORIZON_DAYS,
            "every_days": EVERY_DAYS,
        },
    )
    if run.given_up_at is not None:
        run.attempts, run.given_up_at, run.asked_at = 0, None, now
        run.save(update_fields=["attempts", "given_up_at", "asked_at"])
    ScheduleSlot.objects.ask(accuracy_slot(workspace_id=workspace.pk, due_at=now))
    accuracy_asked.send(AccuracyRun, workspace_id=workspace.pk)
    if is_new and by is not None:
        record(verb="accuracy.asked", subject=run, by=by, at=now)
    return run


def ask_monthly(*, workspace: Workspace, now: datetime) -> None:
    """Ask for a report when the last one is a month old; one that nobody asked for, too."""
    last = AccuracyReport.objects.order_by("-computed_at", "-id").first()
    failed = AccuracyRun.objects.filter(given_up_at__gt=now - AGAIN_AFTER).exists()
    if not failed and (last is None or last.computed_at <= now - AGAIN_AFTER):
        ask_for_accuracy(workspace=workspace, now=now)


@transaction.atomic
def begin_accuracy(*, slot_id: UUID, now: datetime) -> bool:
    """Count an attempt at the next step; after three that failed, give up and say so."""
    slot = ScheduleSlot.objects.filter(pk=slot_id).first()
    run = AccuracyRun.objects.select_for_update().first()
    if slot is None or run is None:
        return slot is not None
    if run.attempts >= MAX_ATTEMPTS:
        logger.error("Could not score forecasts in %s attempts: given up", run.attempts)
        run.given_up_at = now
        run.save(update_fields=["given_up_at"])
        slot.delete()
        return False
    run.attempts += 1
    run.save(update_fields=["attempts"])
    return True


@transaction.atomic
def spend_on_accuracy(*, slot_id: UUID, now: datetime, clock: Iterator[float]) -> bool:
    """Replay some days of the open workspace, or finish; say whether nothing is left.

    Each day that was replayed is kept, so a killed worker loses one step. `clock` tells
    the seconds; after a budget the rest is left to the next task.
    """
    slots = ScheduleSlot.objects.select_for_update()
    slot = slots.filter(pk=slot_id).first()
    if slot is None:
        return True
    run = AccuracyRun.objects.select_for_update().first()
    if run is None:
        slot.delete()
        return True
    workspace = Workspace.objects.get(pk=slot.workspace_id)
    if _advance(run, workspace=workspace, now=now, clock=clock):
        _finish(run, workspace=workspace, now=now)
        slot.delete()
        return True
    run.attempts = 0  # this step came through
    run.save(update_fields=["attempts"])
    slot.claimed_at = None
    slot.save(update_fields=["claimed_at"])
    return False


def _advance(
    run: AccuracyRun, *, workspace: Workspace, now: datetime, clock: Iterator[float]
) -> bool:
    """Replay the days that are left while there is time; say whether none is."""
    model, began = active_model(), next(clock)
    if run.days is None or run.model_version != model.version:
        _begin(run, workspace=workspace, model=model, now=now)
    done = {str(day) for day in run.done.values_list("on", flat=True)}
    left = [day for day in run.days if day not in done]
    if not left:
        return True
    history = History.load()
    for place, day in enumerate(left):
        if place and next(clock) - began > BUDGET_SECONDS:
            return False
        rows, withdrawn = replay_day(
            date.fromisoformat(day),
            workspace=workspace,
            model=model,
            horizon=run.horizon_days,
            history=history,
        )
        ReplayedDay.objects.create(
            run=run,
            on=day,
            rows=[kept(row) for row in rows],
            withdrawn=[str(pk) for pk in withdrawn],
        )
    # The scoring itself is a step of its own.
    return next(clock) - began <= BUDGET_SECONDS


def _begin(
    run: AccuracyRun, *, workspace: Workspace, model: LoadedModel, now: datetime
) -> None:
    """Choose the days. Read with another version meanwhile, all is read again."""
    run.done.all().delete()
    days = replay_days(
        workspace, horizon=run.horizon_days, every=run.every_days, now=now
    )
    run.days, run.model_version = [str(day) for day in days], model.version
    run.save(update_fields=["days", "model_version"])


def _finish(run: AccuracyRun, *, workspace: Workspace, now: datetime) -> None:
    AccuracyReport.objects.create(
        asked_at=run.asked_at,
        computed_at=now,
        horizon_days=run.horizon_days,
        every_days=run.every_days,
        model_version=run.model_version,
        map_version=_map_of(run).version,
        body=_body(run, workspace=workspace, now=now),
    )
    run.delete()


def _map_of(run: AccuracyRun) -> LoadedMap:
    """The map that the last replayed day was foretold with."""
    last = max(run.days, default=None)
    found = active_map()
    return found if last is None else found.before(date.fromisoformat(last))


def _body(run: AccuracyRun, *, workspace: Workspace, now: datetime) -> dict[str, Any]:
    days = list(run.done.order_by("on"))
    rows = [read(row) for day in days for row in day.rows]
    withdrawn = {UUID(pk) for day in days for pk in day.withdrawn}
    seen = _Seen.of(rows, workspace=workspace, now=now, horizon=run.horizon_days)
    return {
        **_scores(rows, withdrawn, seen=seen),
        "effort": _effort(seen),
        "frozen": frozen_scores(workspace, today=workspace.today(now)),
        "map": try_map(workspace=workspace, now=now),
        "teams": _of_teams(rows, withdrawn, seen=seen),
    }


@dataclass(frozen=True, slots=True)
class _Seen:
    """What is read once and told of the workspace and of each team."""

    horizon: int
    model: LoadedModel
    courses: Mapping[UUID, Course]
    lives: Mapping[UUID, Life]
    won: Sequence[Won]
    today: date

    @classmethod
    def of(
        cls,
        rows: Sequence[Replayed],
        *,
        workspace: Workspace,
        now: datetime,
        horizon: int,
    ) -> "_Seen":
        deals, model = {row.opportunity_id for row in rows}, active_model()
        return cls(
            horizon=horizon,
            model=model,
            courses=courses_of(deals),
            won=won_since(first_day(workspace.today(now)), workspace=workspace),
            today=workspace.today(now),
            lives=lives_of(rows, model=model, workspace=workspace, now=now),
        )


def _scores(
    rows: Sequence[Replayed], withdrawn: Collection[UUID], *, seen: _Seen
) -> dict[str, Any]:
    if not rows:
        return {"replay": None, "drift": [], "insights": None}
    found = scored(rows, horizon=seen.horizon, withdrawn=len(withdrawn))
    return {
        "replay": told(found),
        "drift": drift(rows, horizon=seen.horizon),
        "insights": insights_of(
            rows,
            courses=seen.courses,
            lives=seen.lives,
            horizon=seen.horizon,
            model=seen.model,
        ),
    }


def _effort(seen: _Seen, *, owners: Collection[UUID] | None = None) -> dict[str, Any]:
    """What was spent on everybody's deals, or on those of some owners."""
    lives = [life for life in seen.lives.values() if _is_of(life.owner_id, owners)]
    return effort_told(
        [each for life in lives for each in life.spent],
        won=[each for each in seen.won if _is_of(each.owner_id, owners)],
        deals=sum(bool(life.spent) for life in lives),
        is_all=len(seen.lives) < DEALS_AT_MOST,
        since=first_day(seen.today),
        today=seen.today,
    )


def _is_of(owner: UUID, owners: Collection[UUID] | None) -> bool:
    return owners is None or owner in owners


def _of_teams(
    rows: Sequence[Replayed], withdrawn: Collection[UUID], *, seen: _Seen
) -> list[dict[str, Any]]:
    """The same of each team's deals, for those who see no more; the largest team first."""
    deals = {row.opportunity_id for row in rows} | set(withdrawn)
    owner_of = dict(
        Opportunity.objects.filter(pk__in=deals).values_list("pk", "owner_id")
    )
    told_of = []
    for team, owners in owners_by_team():
        of = {pk for pk, owner in owner_of.items() if owner in owners}
        told_of.append(
            {
                "name": team.name,
                "owners": sorted(map(str, owners)),
                **_scores(
                    [row for row in rows if row.opportunity_id in of],
                    of & set(withdrawn),
                    seen=seen,
                ),
                "effort": _effort(seen, owners=owners),
            }
        )
    return sorted(told_of, key=lambda each: (-len(each["owners"]), each["name"]))
