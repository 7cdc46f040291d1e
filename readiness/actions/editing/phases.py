"""Describe the phases of a draft, and say how long people stay in each."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.models import Membership
from readiness.actions.editing.drafts import opened
from readiness.actions.editing.rules import Malformed, refuse_malformed
from readiness.models import Phase, PhaseModel

LEAST_DAYS, MOST_DAYS = 0.1, 3650.0
SUM_SLACK = 0.0005  # what is typed in percent is rounded


class StartsDoNotAddUp(Exception):
    """Where people start must add up to one."""


class BadStay(Exception):
    """A mean stay is too short or too long to be one."""


@transaction.atomic
def describe_phase(
    *,
    phase: Phase,
    texts: Mapping[str, Any],
    revision: int,
    by: Membership,
    now: datetime,
) -> Phase:
    """Give a phase other words; its numbers stay.

    :raises Malformed: when they are not the texts of a phase.
    :raises NotADraft, StaleVersion: as `opened`.
    """
    draft = opened(phase.model, revision=revision)
    refuse_malformed(texts, kind="phase/properties/texts")
    before, after = changed_texts(phase.texts, texts)
    phase.texts = dict(texts)
    phase.save(update_fields=["texts"])
    record(
        verb="phase_model.phase_described",
        subject=draft,
        by=by,
        at=now,
        before=before,
        after={"phase": phase.code, **after},
    )
    return phase


@transaction.atomic
def set_numbers(
    *,
    draft: PhaseModel,
    dwell_days: Sequence[float],
    starts: Sequence[float] | None,
    revision: int,
    by: Membership,
    now: datetime,
) -> PhaseModel:
    """Say how long people stay in each phase, and where they start; None: as before.

    :raises StartsDoNotAddUp, BadStay: when they are no such numbers.
    :raises Malformed: when there is not one for each phase.
    :raises NotADraft, StaleVersion: as `opened`.
    """
    row = opened(draft, revision=revision, by_hand=True)
    phases = phases_of(row)
    for numbers in (dwell_days, starts):
        if numbers is not None:
            refuse_other_count(numbers, count=len(phases))
    total = sum(starts or ())
    if starts is not None and not abs(total - 1) <= SUM_SLACK:
        raise StartsDoNotAddUp(
            _("Where people start must add up to 100 %%, not %(sum)s %%.")
            % {"sum": f"{100 * total:.6g}"}
        )
    before, after = _numbers(phases), {}
    for place, phase in enumerate(phases):
        if not LEAST_DAYS <= dwell_days[place] <= MOST_DAYS:
            raise BadStay(
                _("A mean stay lies between %(least)s and %(most)s days.")
                % {"least": LEAST_DAYS, "most": int(MOST_DAYS)}
            )
        phase.mean_dwell_days = dwell_days[place]
        if starts is not None:
            phase.prior_probability = starts[place] / total
    Phase.objects.bulk_update(phases, ["mean_dwell_days", "prior_probability"])
    after = _numbers(phases)
    record(
        verb="phase_model.numbers_set",
        subject=row,
        by=by,
        at=now,
        before={code: told for code, told in before.items() if after[code] != told},
        after={code: told for code, told in after.items() if before[code] != told},
    )
    return row


def changed_texts(
    old: Mapping[str, Mapping[str, Any]], new: Mapping[str, Mapping[str, Any]]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The words that differ, before and after, by their name and language."""
    before, after = _flat(old), _flat(new)
    differ = [key for key in before | after if before.get(key) != after.get(key)]
    return (
        {key: before[key] for key in differ if key in before},
        {key: after[key] for key in differ if key in after},
    )


def _flat(texts: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    return {
        f"{name}.{language}": words
        for name, by_language in texts.items()
        for language, words in by_language.items()
        if words
    }


def refuse_other_count(numbers: Sequence[float], *, count: int) -> None:
    """:raises Malformed: when there isn't one number for each phase."""
    if len(numbers) != count:
        raise Malformed(
            [_("There are %(n)s phases; each takes one number.") % {"n": count}]
        )


def phases_of(draft: PhaseModel) -> list[Phase]:
    """In their order."""
    return list(Phase.objects.filter(model=draft).order_by("position"))


def _numbers(phases: Sequence[Phase]) -> dict[str, list[float]]:
    return {p.code: [p.prior_probability, p.mean_dwell_days] for p in phases}
