"""Add, change and take out our own actions of a draft, and how they fit its phases."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import ngettext

from accounts.actions.audit import record
from accounts.models import Membership
from readiness.actions.editing.drafts import opened
from readiness.actions.editing.phases import changed_texts
from readiness.actions.editing.rules import refuse_malformed
from readiness.actions.editing.signal_types import (
    refuse_misfit,
    refuse_taken_code,
)
from readiness.models import ActionType, PhaseModel
from readiness.queries.logged_codes import times_done


class StillDone(Exception):
    """It was logged: a conversation would name it by its code only."""


@transaction.atomic
def add_action_type(
    *,
    draft: PhaseModel,
    code: str,
    texts: Mapping[str, Any],
    fits: list[int],
    revision: int,
    by: Membership,
    now: datetime,
) -> ActionType:
    """Add something we do, and how it fits each phase.

    :raises CodeTaken: when a signal or an action has the code.
    :raises Malformed: when it is no action of this draft's phases.
    :raises NotADraft, StaleVersion: as `opened`.
    """
    model = opened(draft, revision=revision)
    refuse_taken_code(model, code)
    row = ActionType(model=model, code=code, texts=dict(texts), fits=fits)
    _refuse_bad(row)
    row.save(force_insert=True)
    record(
        verb="phase_model.action_added",
        subject=model,
        by=by,
        at=now,
        after={"action": code, "fits": fits},
    )
    return row


@transaction.atomic
def change_action_type(
    *,
    row: ActionType,
    texts: Mapping[str, Any],
    fits: list[int],
    revision: int,
    by: Membership,
    now: datetime,
) -> ActionType:
    """Change what an action is called and where it fits. It stays no evidence.

    :raises Malformed: when it is no action of this draft's phases.
    :raises NotADraft, StaleVersion: as `opened`.
    """
    model = opened(row.model, revision=revision)
    before, after = changed_texts(row.texts, texts)
    if row.fits != fits:
        before["fits"], after["fits"] = row.fits, fits
    row.texts, row.fits = dict(texts), fits
    _refuse_bad(row)
    row.save(update_fields=["texts", "fits"])
    record(
        verb="phase_model.action_changed",
        subject=model,
        by=by,
        at=now,
        before=before,
        after={"action": row.code, **after},
    )
    return row


@transaction.atomic
def remove_action_type(
    *, row: ActionType, revision: int, by: Membership, now: datetime
) -> None:
    """Take an action out of the draft.

    :raises StillDone: when it was ever logged.
    :raises NotADraft, StaleVersion: as `opened`.
    """
    model = opened(row.model, revision=revision)
    if count := times_done(row.code):
        raise StillDone(
            ngettext(
                "“%(name)s” was logged %(n)s time, so it stays.",
                "“%(name)s” was logged %(n)s times, so it stays.",
                count,
            )
            % {"name": row, "n": count}
        )
    record(
        verb="phase_model.action_removed",
        subject=model,
        by=by,
        at=now,
        before={"action": row.code, "name": str(row)},
    )
    row.delete()


def _refuse_bad(row: ActionType) -> None:
    told = {"code": row.code, "texts": row.texts, "fits": row.fits}
    refuse_malformed(told, kind="action")
    refuse_misfit(row.model, row.fits)
