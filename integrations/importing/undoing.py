"""An import is taken back: what it made goes, what it changed comes back, or nothing does."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.models import Q, QuerySet

from accounts.actions.audit import record
from accounts.models import Membership, MergedRow, SearchToken, Team
from accounts.tenancy import erasing
from coaching.models import Prompt, Symptom
from forecasting.models import (
    Forecast,
    Outlook,
    PeriodOutlook,
    PeriodReview,
    Snapshot,
)
from integrations.importing.journal import VERSION, model_of, prints, restored
from integrations.importing.steps.deals import keep_findable
from integrations.models import ChangeKind, ImportChange, ImportRun, ImportStatus
from opportunities.actions import request_recomputes
from opportunities.models import Company, Opportunity, RecomputeRequest, ScheduleSlot
from opportunities.models.schedule import periods_slot
from readiness.models import PhaseReading
from stakeholders.models import DistinctPair, Person, Stakeholder

# Computed from facts: it goes with what it was computed for.
DERIVED = (
    PhaseReading,
    Forecast,
    Snapshot,
    Outlook,
    PeriodOutlook,
    PeriodReview,
    Prompt,
    Symptom,
)
FOUND_BY = {Company: "company", Person: "person", Opportunity: "opportunity"}
# How a row leads to its deal, the nearest first.
PATHS = ("opportunity_id", "stakeholder__opportunity_id", "giver__opportunity_id")
CHANGED, STANDS, MERGED = "changed", "stands", "merged"
MERGEABLE: dict[str, Any] = {
    "company": Company,
    "person": Person,
    "stakeholder": Stakeholder,
}
KEPT = 200  # obstacles that are kept by name; the others are counted
Progress = Callable[[int], None]


class Kept(Exception):
    """Nothing of this is to be done."""


@dataclass(slots=True)
class Undo:
    """What goes and what comes back, by table; and what stands in the way."""

    gone: Counter[str] = field(default_factory=Counter)
    back: Counter[str] = field(default_factory=Counter)
    obstacles: list[tuple[str, str, str]] = field(default_factory=list)
    obstacle_count: int = 0
    deals: set[UUID] = field(default_factory=set)  # to be computed again
    seen: set[UUID] = field(
        default_factory=set
    )  # put back to an earlier state of its own
    merged: set[UUID] = field(default_factory=set)  # each is named once

    @property
    def is_clean(self) -> bool:
        return self.obstacle_count == 0

    def obstruct(self, why: str, row: Any) -> None:
        self.obstacle_count += 1
        if len(self.obstacles) < KEPT:
            self.obstacles.append((why, row._meta.label, str(row)[:120]))

    def as_json(self) -> dict[str, Any]:
        return {
            "gone": dict(+self.gone),
            "back": dict(+self.back),
            "obstacles": self.obstacles,
            "obstacle_count": self.obstacle_count,
        }


def undo(
    *,
    run: ImportRun,
    by: Membership | None,
    now: datetime,
    is_dry_run: bool,
    progress: Progress,
) -> Undo:
    """Take an import back, or see what that would do: the same code, kept or not.

    What was changed or merged since, or stands on it, is an obstacle: one obstacle, and
    nothing is done. Needs the workspace open.
    """
    found = Undo()
    try:
        with transaction.atomic(), erasing("an import is undone"):
            for entry in run.changes.order_by("-number").iterator(chunk_size=20):
                _take_back(entry, found)
                progress(len(entry.ids))
            _refuse(found, is_dry_run=is_dry_run)
            _conclude(run, found, by=by, now=now)
            connection.check_constraints()
    except Kept:
        pass
    except (
        IntegrityError
    ):  # somebody wrote meanwhile: it is found when it is tried anew
        found.obstruct(STANDS, run)
    _close(run, found, now=now, is_done=found.is_clean and not is_dry_run)
    return found


def _refuse(found: Undo, *, is_dry_run: bool) -> None:
    if is_dry_run or not found.is_clean:
        raise Kept


def count_of(run: ImportRun) -> int:
    """How many rows there are to take back, for the progress bar."""
    return sum(len(ids) for ids in run.changes.values_list("ids", flat=True))


def _take_back(entry: ImportChange, found: Undo) -> None:
    model = model_of(entry)
    if entry.kind == ChangeKind.TAKEN:
        _refuse_merged(Q(merged_id__in=_pointed_at(model, entry)), found)
        rows = [
            model(pk=pk, **restored(model, kept))
            for pk, kept in zip(entry.ids, entry.before, strict=True)
        ]
        model.objects.bulk_create(rows)
        found.back[entry.table] += len(rows)
        found.deals |= _deals_of(model, model.objects.filter(pk__in=entry.ids))
        return
    rows = model.objects.filter(pk__in=entry.ids)
    _refuse_changed(entry, rows, found)
    about = Q(merged_id__in=entry.ids)
    if entry.kind == ChangeKind.MADE:
        about |= Q(kept_id__in=entry.ids)
    _refuse_merged(about, found)
    found.deals |= _deals_of(model, rows)
    if entry.kind == ChangeKind.MADE:
        _clear(model, entry.ids, found)
        found.gone[entry.table] += _delete(rows)
        # It was made and then changed: it does not come back, after all.
        found.back[entry.table] -= len(found.seen.intersection(entry.ids))
    else:
        found.back[entry.table] += _put_back(entry, model, rows)
        found.seen |= set(entry.ids)


def _refuse_changed(entry: ImportChange, rows: Any, found: Undo) -> None:
    """Hold the rows, and name those that are not as the import left them."""
    held = prints(rows.select_for_update(of=("self",)), entry)
    left = dict(zip(entry.ids, entry.prints, strict=True))
    changed = [
        pk for pk, seen in held.items() if seen != left[pk] and pk not in found.seen
    ]
    for row in rows.filter(pk__in=changed).order_by("pk"):
        found.obstruct(CHANGED, row)


def _refuse_merged(about: Q, found: Undo) -> None:
    """Name those into which rows were merged since. Needs the rows held."""
    for merged in MergedRow.objects.filter(about).order_by("pk"):
        if merged.pk in found.merged:
            continue
        found.merged.add(merged.pk)
        heir = MERGEABLE[merged.kind].objects.filter(pk=merged.kept_id).first()
        found.obstruct(MERGED, heir or merged)


def _pointed_at(model: Any, entry: ImportChange) -> set[str]:
    """The ids of people, companies and seats that stand in former values."""
    columns = {
        each.attname
        for each in model._meta.concrete_fields
        if each.is_relation and each.related_model in MERGEABLE.values()
    }
    told = [kept.get(column) for kept in entry.before for column in columns]
    return {id for id in told if id is not None}


def _clear(model: Any, ids: list[UUID], found: Undo) -> None:
    """Take away what was computed for rows; what else points at them stands in the way."""
    for hanging in _hanging(model, ids):
        standing = hanging if hanging.model not in DERIVED else _answered(hanging)
        named = list(standing.order_by("pk"))
        for row in named:
            found.obstruct(STANDS, row)
        if hanging.model in DERIVED and not named:
            _delete(hanging)
    if model in FOUND_BY:
        _delete(SearchToken.objects.filter(object_id__in=ids))
        # That one of them is not another one says nothing any more.
        of_these = Q(first_id__in=ids) | Q(second_id__in=ids)
        _delete(DistinctPair.objects.filter(of_these))
    if model is Opportunity:
        RecomputeRequest.objects.filter(opportunity_id__in=ids).delete()
        found.deals -= set(ids)


def _hanging(model: Any, ids: list[UUID]) -> "Iterator[QuerySet[Any]]":
    """Whatever points at these rows, table by table."""
    for other in apps.get_models():
        for each in other._meta.concrete_fields:
            if each.is_relation and each.related_model is model:
                yield other._default_manager.filter(**{f"{each.name}__in": ids})
    if model is Team:
        yield PeriodReview.objects.filter(team_id__in=ids)


def _answered(hanging: Any) -> Any:
    """Advice that somebody answered is theirs, and no longer only computed."""
    if hanging.model is Prompt:
        return hanging.exclude(answered_at=None)
    return hanging.none()


def _delete(rows: "QuerySet[Any]") -> int:
    """Delete rows nothing points at any more, without looking for what does."""
    gone: int = rows._raw_delete(rows.db)  # Django's own way
    return gone


def _put_back(entry: ImportChange, model: Any, rows: Any) -> int:
    there = rows.in_bulk()
    kept = dict(zip(entry.ids, entry.before, strict=True))
    # Where a row pointed at what was merged since, it points at what that became.
    about = MergedRow.objects.filter(merged_id__in=_pointed_at(model, entry))
    heirs = dict(about.values_list("merged_id", "kept_id"))
    for pk, row in there.items():
        for column, value in restored(model, kept[pk]).items():
            if column == VERSION:
                # It never comes back: who holds the old one must look again.
                value = row.version + 1
            elif isinstance(value, UUID):
                value = heirs.get(value, value)
            setattr(row, column, value)
    names = {_name(model, column) for column in entry.before[0]}
    model.objects.bulk_update(there.values(), sorted(names))
    if model in FOUND_BY:
        keep_findable(FOUND_BY[model], [], [(row, {}) for row in there.values()])
    return len(there)


def _name(model: Any, column: str) -> str:
    fields: dict[str, str] = {f.attname: f.name for f in model._meta.concrete_fields}
    return fields[column]


def _deals_of(model: Any, rows: Any) -> set[UUID]:
    if model is Opportunity:
        return set(rows.values_list("pk", flat=True))
    names = {each.name for each in model._meta.concrete_fields}
    for path in PATHS:
        if path.partition("_")[0] in names:
            return set(rows.values_list(path, flat=True))
    return set()


def _conclude(
    run: ImportRun, found: Undo, *, by: Membership | None, now: datetime
) -> None:
    known = Opportunity.objects.filter(pk__in=found.deals)
    request_recomputes(
        workspace_id=run.workspace_id,
        opportunity_ids=set(known.values_list("pk", flat=True)),
        now=now,
    )
    ScheduleSlot.objects.ask(periods_slot(workspace_id=run.workspace_id, due_at=now))
    told = {"gone": dict(+found.gone), "back": dict(+found.back)}
    record(verb="import.undone", subject=run, by=by, at=now, after=told)


def _close(run: ImportRun, found: Undo, *, now: datetime, is_done: bool) -> None:
    run.undo = found.as_json()
    run.status = ImportStatus.COMMITTED
    if is_done:
        run.changes.all().delete()
        run.status, run.undone_at = ImportStatus.UNDONE, now
    run.save(update_fields=["undo", "status", "undone_at"])
