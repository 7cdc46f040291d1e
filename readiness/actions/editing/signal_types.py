"""Add, change and retire the signals of a draft."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actions.audit import record
from accounts.models import Membership
from readiness.actions.editing.drafts import opened
from readiness.actions.editing.phases import changed_texts, refuse_other_count
from readiness.actions.editing.rules import refuse_malformed
from readiness.models import ActionType, Phase, PhaseModel, SignalType
from readiness.queries.logged_codes import times_logged


class CodeTaken(Exception):
    """A signal or an action of the draft has this code."""


class StillLogged(Exception):
    """It was logged: without it those conversations could not be read."""


class LastDefault(Exception):
    """The catalogue is measured against its default signals: one must remain."""


@dataclass(frozen=True, slots=True)
class SignalSpec:
    """What a signal says, besides its code."""

    texts: Mapping[str, Any]
    steps: list[int]
    evidence_class: str
    stance_effect: int
    symptoms: str = ""
    is_retired: bool = False


@transaction.atomic
def add_signal_type(
    *,
    draft: PhaseModel,
    code: str,
    spec: SignalSpec,
    revision: int,
    by: Membership,
    now: datetime,
) -> SignalType:
    """Add a signal; it moves nobody who has not shown it (it is no default one).

    :raises CodeTaken: when a signal or an action has the code.
    :raises Malformed: when it is no signal of this draft's phases.
    :raises NotADraft, StaleVersion: as `opened`.
    """
    model = opened(draft, revision=revision, by_hand=True)
    refuse_taken_code(model, code)
    row = SignalType(model=model, code=code, is_default=False, **_values(spec))
    _refuse_bad(row)
    row.save(force_insert=True)
    record(
        verb="phase_model.signal_added",
        subject=model,
        by=by,
        at=now,
        after={"signal": code, "steps": row.steps},
    )
    return row


@transaction.atomic
def change_signal_type(
    *,
    row: SignalType,
    spec: SignalSpec,
    revision: int,
    by: Membership,
    now: datetime,
) -> SignalType:
    """Change what a signal says. Steps set by hand come in place of what was learned.

    :raises Malformed: when it is no signal of this draft's phases.
    :raises NotADraft, StaleVersion: as `opened`.
    """
    values = _values(spec)
    numbers = ("steps", "evidence_class", "stance_effect")
    by_hand = any(getattr(row, name) != values[name] for name in numbers)
    model = opened(row.model, revision=revision, by_hand=by_hand)
    before, after = changed_texts(row.texts, spec.texts)
    for name in (*numbers, "symptoms", "is_retired"):
        if getattr(row, name) != values[name]:
            before[name], after[name] = getattr(row, name), values[name]
    for name, value in values.items():
        setattr(row, name, value)
    _refuse_bad(row)
    row.save(update_fields=list(values))
    if "steps" in after:
        _forget_chances(model, row.code)
    record(
        verb="phase_model.signal_changed",
        subject=model,
        by=by,
        at=now,
        before=before,
        after={"signal": row.code, **after},
    )
    return row


@transaction.atomic
def remove_signal_type(
    *, row: SignalType, revision: int, by: Membership, now: datetime
) -> None:
    """Take a signal out of the draft.

    :raises StillLogged: when it was ever logged; retiring it is what is left.
    :raises LastDefault: when no default signal would remain.
    :raises NotADraft, StaleVersion: as `opened`.
    """
    model = opened(row.model, revision=revision, by_hand=True)
    if count := times_logged(row.code):
        raise StillLogged(
            ngettext(
                "“%(name)s” was logged %(n)s time, so it stays readable. Retire it, and it"
                " is offered no more.",
                "“%(name)s” was logged %(n)s times, so it stays readable. Retire it, and"
                " it is offered no more.",
                count,
            )
            % {"name": row, "n": count}
        )
    others = SignalType.objects.filter(model=model, is_default=True)
    if not others.exclude(pk=row.pk).exists():
        raise LastDefault(_("At least one signal of the default catalogue stays."))
    _forget_chances(model, row.code)
    record(
        verb="phase_model.signal_removed",
        subject=model,
        by=by,
        at=now,
        before={"signal": row.code, "name": str(row)},
    )
    row.delete()


def refuse_taken_code(model: PhaseModel, code: str) -> None:
    """Signals and actions never share a code: what we do is no evidence.

    :raises CodeTaken: when a signal or an action of the version has it.
    """
    for rows in (SignalType.objects, ActionType.objects):
        if rows.filter(model=model, code=code).exists():
            raise CodeTaken(_("The code “%(code)s” is taken.") % {"code": code})


def refuse_misfit(model: PhaseModel, numbers: Sequence[int]) -> None:
    """:raises Malformed: when there isn't one number for each phase."""
    refuse_other_count(numbers, count=Phase.objects.filter(model=model).count())


def _values(spec: SignalSpec) -> dict[str, Any]:
    return asdict(spec)


def _refuse_bad(row: SignalType) -> None:
    names = ("code", "texts", "steps", "evidence_class", "stance_effect", "symptoms")
    told = {name: getattr(row, name) for name in (*names, "is_default", "is_retired")}
    refuse_malformed(told, kind="signal")
    refuse_misfit(row.model, row.steps)


def _forget_chances(model: PhaseModel, code: str) -> None:
    if code in model.parameters.get("chances", {}):
        del model.parameters["chances"][code]
        model.save(update_fields=["parameters"])
