"""Learn from closed deals, in steps: killed at any point, a worker has lost one step.

A step is kept only where the one before it is still the last: two workers at one
calculation waste time and change nothing.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.models import Membership, Workspace
from accounts.tenancy.tasks import Door
from opportunities.models import Job, ScheduleSlot
from opportunities.models.schedule import learning_slot
from readiness.actions.versions import make_learned_version
from readiness.engine.hidden.em import NotConverged
from readiness.engine.learning.course import (
    ORDER,
    Course,
    Leg,
    advance,
    begin,
    from_json,
    to_json,
)
from readiness.engine.learning.deals import ClosedDeals, NotEnough
from readiness.models import LearningOutcome, LearningRun
from readiness.queries.learning import closed_deals
from readiness.queries.models import LoadedModel, expert_version, loaded
from readiness.signals import learning_asked

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 3
BUDGET_SECONDS = 15.0  # then others have their turn
# What a version is made of; the other trials are told, and readings do not use them yet.
USED = frozenset({Leg.NUMBERS.value, Leg.ERLANG.value, Leg.STANCE.value})

Now = Callable[[], datetime]


class AlreadyLearning(Exception):
    """A calculation is at work in this workspace."""


@transaction.atomic
def ask_to_learn(*, by: Membership, now: datetime) -> LearningRun:
    """Have a worker learn from the closed deals.

    :raises AlreadyLearning: when one is at it.
    """
    try:
        with transaction.atomic():
            run = LearningRun.objects.create(
                asked_at=now, asked_by=by, base=expert_version()
            )
    except IntegrityError:
        raise AlreadyLearning(_("It is being learned already.")) from None
    record(verb="phase_model.learning_asked", subject=run, by=by, at=now)
    _ask(run, due_at=now)
    return run


def work(*, slot_id: UUID, door: Door, now: Now, clock: Iterator[float]) -> None:
    """Take a calculation as far as one turn allows."""
    began = next(clock)
    with door():
        taken = _begin(slot_id, now())
    if taken is None:
        return
    run, deals, model = taken
    try:
        course = _course(run, deals, model=model)
        while not course.is_done:
            course = advance(course, deals, model=model.engine)
            with door():
                if not _keep(run, course, slot_id=slot_id, at=now()):
                    return
            if not course.is_done and next(clock) - began > BUDGET_SECONDS:
                with door():
                    _rest(run, slot_id)
                return
    except NotEnough:
        told = {"deals": deals.count}
        outcome = LearningOutcome.TOO_FEW
    except NotConverged as error:
        logger.warning("Learning %s: %s", run.pk, error)
        told, outcome = {"deals": deals.count}, LearningOutcome.FAILED
    else:
        with door():
            _finish(run, course, deals=deals, slot_id=slot_id, at=now())
        return
    with door():
        _close(run, outcome, report=told, slot_id=slot_id, at=now())


def _begin(
    slot_id: UUID, now: datetime
) -> tuple[LearningRun, ClosedDeals, LoadedModel] | None:
    """Count the attempt and gather the deals; None when there is nothing to do."""
    slot = ScheduleSlot.objects.filter(pk=slot_id, job=Job.LEARNING).first()
    if slot is None:
        return None
    rows = LearningRun.objects.select_related("base")
    run = rows.filter(pk=UUID(slot.slot)).first()
    if run is None or not run.is_at_work:
        ScheduleSlot.objects.filter(pk=slot_id).delete()
        return None
    if run.attempts >= MAX_ATTEMPTS:
        logger.error("Could not learn in %s attempts: given up", run.attempts)
        _close(run, LearningOutcome.FAILED, report={}, slot_id=slot_id, at=now)
        return None
    run.attempts += 1
    run.save(update_fields=["attempts"])
    ScheduleSlot.objects.filter(pk=slot_id).update(claimed_at=now)
    model = loaded(run.base)
    zone = Workspace.objects.get(pk=run.workspace_id).zone
    return run, closed_deals(model=model, zone=zone, known_at=run.asked_at), model


def _course(run: LearningRun, deals: ClosedDeals, *, model: LoadedModel) -> Course:
    """Take it up where it was left; from the beginning when the deals are others by now."""
    if run.state:
        course = from_json(run.state.encode())
        if course.fingerprint == deals.fingerprint():
            return course
    return begin(deals, model.engine)


def _keep(run: LearningRun, course: Course, *, slot_id: UUID, at: datetime) -> bool:
    """Store a step; False when another worker has stored it."""
    mine = LearningRun.objects.filter(
        pk=run.pk, step_count=run.step_count, outcome=LearningOutcome.RUNNING
    )
    kept = mine.update(
        state=to_json(course).decode(),
        step_count=run.step_count + 1,
        attempts=0,
        progress=round(100 * ORDER.index(course.leg) / len(ORDER)),
    )
    run.step_count += 1
    ScheduleSlot.objects.filter(pk=slot_id).update(claimed_at=at)
    return bool(kept)


def _rest(run: LearningRun, slot_id: UUID) -> None:
    ScheduleSlot.objects.filter(pk=slot_id).update(claimed_at=None)
    learning_asked.send(LearningRun, workspace_id=run.workspace_id, run_id=run.pk)


def _ask(run: LearningRun, *, due_at: datetime) -> None:
    slot = learning_slot(workspace_id=run.workspace_id, run_id=run.pk, due_at=due_at)
    ScheduleSlot.objects.ask(slot)
    learning_asked.send(LearningRun, workspace_id=run.workspace_id, run_id=run.pk)


def _finish(
    run: LearningRun,
    course: Course,
    *,
    deals: ClosedDeals,
    slot_id: UUID,
    at: datetime,
) -> None:
    is_used = bool(course.passed & USED)
    outcome = LearningOutcome.ACCEPTED if is_used else LearningOutcome.KEPT
    if not _close(
        run, outcome, report=report_of(course, deals), slot_id=slot_id, at=at
    ):
        return
    if is_used:
        run.made = make_learned_version(
            run.base, course=course, by=run.asked_by, now=at
        )
        run.save(update_fields=["made"])


def _close(
    run: LearningRun,
    outcome: LearningOutcome,
    *,
    report: dict[str, Any],
    slot_id: UUID,
    at: datetime,
) -> bool:
    mine = LearningRun.objects.filter(pk=run.pk, outcome=LearningOutcome.RUNNING)
    is_mine = mine.update(outcome=outcome, report=report, finished_at=at, progress=100)
    ScheduleSlot.objects.filter(pk=slot_id).delete()
    return bool(is_mine)


def report_of(course: Course, deals: ClosedDeals) -> dict[str, Any]:
    """What was found, as JSON can say it."""
    return {
        "deals": deals.count,
        "learned_from": course.learned_from,
        "judged_by": course.judged_by,
        "trials": [asdict(trial) for trial in course.trials],
        "numbers": [asdict(number) for number in course.numbers],
    }
