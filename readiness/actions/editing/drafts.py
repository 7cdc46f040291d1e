"""Make a draft, name it, throw it away; and open it for one change at a time."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.audit import differences, record
from accounts.models import Membership
from accounts.models.base import StaleVersion
from readiness.actions.versions import NotADraft
from readiness.models import (
    ActionType,
    Basis,
    LearningRun,
    ModelStatus,
    Phase,
    PhaseModel,
    SignalType,
)
from readiness.queries.pack import pack_of

# What numbers rest on once one of them is set by hand.
BY_HAND = {Basis.EXPERT: Basis.OWN, Basis.LEARNED: Basis.MIXED}


class NameTaken(Exception):
    """Another version has this name."""


@transaction.atomic
def make_draft(
    *, base: PhaseModel, name: str, note: str, by: Membership, now: datetime
) -> PhaseModel:
    """Copy a version, whatever its state, into a draft that can be changed.

    :raises NameTaken: when another version is called so.
    """
    _refuse_taken(name)
    draft = write_draft(pack_of(base) | {"version": name, "note": note}, now=now)
    record(
        verb="phase_model.drafted",
        subject=draft,
        by=by,
        at=now,
        after={"base": base.version},
    )
    return draft


@transaction.atomic
def rename_draft(
    *,
    draft: PhaseModel,
    name: str,
    note: str,
    revision: int,
    by: Membership,
    now: datetime,
) -> PhaseModel:
    """Call a draft something else, or say something else of it.

    :raises NameTaken: when another version is called so.
    :raises NotADraft, StaleVersion: as `opened`.
    """
    row = opened(draft, revision=revision)
    _refuse_taken(name, besides=row)
    before, after = differences(row, {"version": name, "note": note})
    row.version, row.note = name, note
    row.save(update_fields=["version", "note"])
    record(
        verb="phase_model.renamed",
        subject=row,
        by=by,
        at=now,
        before=before,
        after=after,
    )
    return row


@transaction.atomic
def discard_draft(
    *, draft: PhaseModel, revision: int, by: Membership, now: datetime
) -> None:
    """Throw a draft away for good: nothing was computed with it.

    :raises NotADraft, StaleVersion: as `opened`.
    """
    row = opened(draft, revision=revision)
    record(verb="phase_model.discarded", subject=row, by=by, at=now)
    LearningRun.objects.filter(made=row).update(made=None)
    row.delete()


def opened(draft: PhaseModel, *, revision: int, by_hand: bool = False) -> PhaseModel:
    """Lock a draft for one change and count it; `by_hand` when a number is set.

    :raises NotADraft: when it is none any more, or gone.
    :raises StaleVersion: when it is not as it was seen.
    """
    row = PhaseModel.objects.select_for_update().filter(pk=draft.pk).first()
    if row is None:
        raise NotADraft(_("This draft was discarded."))
    if not row.is_draft:
        raise NotADraft(_("This version is not a draft any more."))
    if row.revision != revision:
        raise StaleVersion(
            _(
                "Somebody else changed this draft in the meantime. What you typed is still"
                " here: look at the draft, then save again if you still want to."
            )
        )
    row.revision += 1
    if by_hand:
        row.basis = BY_HAND.get(Basis(row.basis), Basis(row.basis))
    row.save(update_fields=["revision", "basis"])
    draft.revision = row.revision
    return row


def write_draft(pack: Mapping[str, Any], *, now: datetime) -> PhaseModel:
    """Make the rows of a draft from what a pack says; four statements."""
    model = PhaseModel.objects.create(
        version=pack["version"],
        note=pack["note"],
        status=ModelStatus.DRAFT,
        basis=pack["basis"],
        parameters=pack["parameters"],
        created_at=now,
    )
    phases = enumerate(pack["phases"])
    Phase.objects.bulk_create(
        Phase(model=model, position=n, **row) for n, row in phases
    )
    SignalType.objects.bulk_create(
        SignalType(model=model, **row) for row in pack["signals"]
    )
    ActionType.objects.bulk_create(
        ActionType(model=model, **row) for row in pack["actions"]
    )
    return model


def _refuse_taken(name: str, *, besides: PhaseModel | None = None) -> None:
    others = PhaseModel.objects.filter(version=name)
    if besides is not None:
        others = others.exclude(pk=besides.pk)
    if others.exists():
        raise NameTaken(_("There is a version “%(name)s” already.") % {"name": name})
