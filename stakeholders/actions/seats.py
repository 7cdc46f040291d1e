"""Make one seat of two in a deal: what hangs on either hangs on one."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from accounts.actions.audit import record
from accounts.actions.merged import remember_merged
from accounts.models import Membership
from opportunities.models import Opportunity
from stakeholders.models import (
    DecisionDate,
    InfluenceLink,
    OutcomeReview,
    Participation,
    Quote,
    ReviewedPhase,
    RoleHeld,
    Stakeholder,
    Task,
)
from stakeholders.signals import seats_merged

WORDS = ("goals", "criteria", "worries")
ROLE = ("stakeholder", "held_until_on", "source_note", "position")
BEHIND = 100


def merge_seats(
    *, kept: Stakeholder, gone: Stakeholder, by: Membership | None, now: datetime
) -> None:
    """Let `kept` have all of `gone`; needs the transaction of a merge.

    The row of `gone` stays, out of every list: readings and forecasts of that time hang
    on it, and what was believed is not overwritten.
    """
    told = _as_told(gone)
    _merge_roles(kept, gone)
    _merge_links(kept, gone)
    _move_rows(kept=kept, gone=gone)
    Stakeholder.objects.filter(replaced_by=gone).update(replaced_by=kept)
    _merge_fields(kept, gone, now=now)
    seats_merged.send(sender=Stakeholder, kept=kept, gone=gone, now=now)
    remember_merged(kept=kept, gone=gone, now=now)
    record(
        verb="stakeholder.merged",
        subject=kept,
        by=by,
        at=now,
        before={"merged": told},
        after={"deal": str(kept.opportunity)},
    )


@transaction.atomic(savepoint=False)  # within a recompute
def gather_strays(*, opportunity: Opportunity, now: datetime) -> None:
    """Move on what was written for a seat in the moment in which it was merged away.

    Whoever wrote it asked for a recompute, and so comes after it: this is called there.
    """
    merged = Stakeholder._base_manager.filter(
        opportunity=opportunity, merged_into__isnull=False
    )
    for gone in merged.select_related("merged_into__person").order_by("pk"):
        _move_rows(kept=gone.merged_into, gone=gone)
        seats_merged.send(sender=Stakeholder, kept=gone.merged_into, gone=gone, now=now)


def _move_rows(*, kept: Stakeholder, gone: Stakeholder) -> None:
    Task.objects.filter(stakeholder=gone).update(
        stakeholder=kept, version=F("version") + 1
    )
    DecisionDate.objects.filter(moved_by=gone).update(moved_by=kept)
    Quote.objects.filter(addressed_to=gone).update(addressed_to=kept)
    OutcomeReview.objects.filter(stopped_by=gone).update(stopped_by=kept)
    move_once(Participation, "interaction", kept=kept, gone=gone)
    move_once(ReviewedPhase, "review", kept=kept, gone=gone)


def move_once(model: Any, parent: str, *, kept: Stakeholder, gone: Stakeholder) -> None:
    """Move rows of which a parent has at most one for each stakeholder."""
    there = model.objects.filter(stakeholder=kept).values(parent)
    theirs = model.objects.filter(stakeholder=gone)
    theirs.filter(**{f"{parent}__in": there}).delete()
    theirs.update(stakeholder=kept)


def _as_told(gone: Stakeholder) -> dict[str, Any]:
    phases = ReviewedPhase.objects.filter(stakeholder=gone).order_by("pk")
    return {
        "id": str(gone.pk),
        "name": str(gone),
        "joined_on": str(gone.joined_on),
        "left_on": str(gone.left_on) if gone.left_on else None,
        "influence": gone.influence,
        "reviewed": list(phases.values_list("anchor", flat=True)),
    }


def _merge_fields(kept: Stakeholder, gone: Stakeholder, *, now: datetime) -> None:
    """There since the first of both, until the last; every word of either is kept."""
    both = (kept, gone)
    last = max(both, key=lambda seat: seat.left_on or date.max)
    values = {
        "joined_on": min(seat.joined_on for seat in both),
        "left_on": last.left_on,
        "replaced_by_id": last.replaced_by_id,
        "influence": kept.influence or gone.influence,
        "version": kept.version + 1,
    } | {name: _joined(getattr(seat, name) for seat in both) for name in WORDS}
    Stakeholder._base_manager.filter(pk=gone.pk).update(
        merged_into=kept,
        person=kept.person_id,
        left_on=gone.left_on or max(gone.joined_on, now.date()),
        source="",
        external_id="",
    )
    # What was merged into the one that goes earlier goes along.
    Stakeholder._base_manager.filter(merged_into=gone).update(merged_into=kept)
    Stakeholder.objects.filter(pk=kept.pk).update(**values)
    for name, value in values.items():
        setattr(kept, name, value)


def _joined(texts: Iterable[str]) -> str:
    return "\n\n".join(dict.fromkeys(filter(None, texts)))


def _merge_roles(kept: Stakeholder, gone: Stakeholder) -> None:
    """Each role on every day that either of them held it."""
    rows = list(RoleHeld.objects.filter(stakeholder__in=[kept, gone]))
    held: list[RoleHeld] = []
    earlier: dict[str, RoleHeld] = {}
    for row in rows:
        # Behind those of the one that stays, which were told with the seat itself.
        row.position += BEHIND * (row.stakeholder_id == gone.pk)
    for row in sorted(rows, key=lambda row: (row.role, row.held_from_on, row.pk)):
        before = earlier.get(row.role)
        if before is not None and _touch(before, row):
            ends = [before.held_until_on, row.held_until_on]
            before.held_until_on = None if None in ends else max(filter(None, ends))
            before.source_note = before.source_note or row.source_note
            before.position = min(before.position, row.position)
            row.delete()
        else:
            earlier[row.role] = row
            held.append(row)
    for row in held:
        row.stakeholder = kept
    RoleHeld.objects.bulk_update(held, ROLE)


def _touch(before: RoleHeld, row: RoleHeld) -> bool:
    return before.held_until_on is None or before.held_until_on >= row.held_from_on


def _merge_links(kept: Stakeholder, gone: Stakeholder) -> None:
    """Who listens to either listens to one; how strongly is as it was said of `kept`."""
    for mine, other in (("giver", "taker"), ("taker", "giver")):
        there = InfluenceLink.objects.filter(**{mine: kept})
        known = {getattr(link, f"{other}_id"): link for link in there}
        for link in InfluenceLink.objects.filter(**{mine: gone}):
            twin = known.get(getattr(link, f"{other}_id"))
            if twin is None:
                setattr(link, mine, kept)
                link.save(update_fields=[mine])
                continue
            if not twin.strength and link.strength:
                twin.strength = link.strength
                twin.save(update_fields=["strength"])
            link.delete()
