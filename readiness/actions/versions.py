"""Versions of the phase model: made as drafts, activated by a person, rolled back."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import numpy as np
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.models import Membership
from accounts.models.base import StaleVersion
from opportunities.actions import request_recomputes
from opportunities.models import Opportunity
from readiness.actions.editing.codes import refuse_lacking
from readiness.engine.learning.beforehand import weight_of
from readiness.engine.learning.course import Course
from readiness.engine.learning.parameters import Parameters
from readiness.engine.learning.report import MOSTLY
from readiness.models import (
    ActionType,
    Basis,
    ModelStatus,
    Phase,
    PhaseModel,
    SignalType,
)


class NotADraft(Exception):
    """Only a draft can be activated."""


class NotRetired(Exception):
    """One can go back only to a version that was active before."""


@transaction.atomic
def activate_model(
    *, draft: PhaseModel, revision: int, by: Membership, now: datetime
) -> PhaseModel:
    """Make a draft the workspace's model; its open deals are computed again.

    `revision` is the state of it whose preview was looked at.

    :raises NotADraft: when it is none, or is none any more.
    :raises StaleVersion: when it was changed since.
    :raises LacksLoggedSignals: when it could not read what was logged.
    """
    row = _held(draft)
    if row.status != ModelStatus.DRAFT:
        raise NotADraft(_("This version is not a draft any more."))
    if row.revision != revision:
        raise StaleVersion(
            _(
                "The draft was changed in the meantime: look at what it would change now."
            )
        )
    return _put_in_force(row, verb="phase_model.activated", by=by, now=now)


@transaction.atomic
def roll_back(*, to: PhaseModel, by: Membership, now: datetime) -> PhaseModel:
    """Make a version active again that was so before: it gives its old digits back.

    :raises NotRetired: when it never was, or is active now.
    :raises LacksLoggedSignals: when it could not read what was logged.
    """
    row = _held(to)
    if row.status != ModelStatus.RETIRED:
        raise NotRetired(_("Only a version that was active before can come back."))
    return _put_in_force(row, verb="phase_model.rolled_back", by=by, now=now)


def _held(row: PhaseModel) -> PhaseModel:
    """The version as it is now; all versions are shut to others, in one order."""
    rows = PhaseModel.objects.select_for_update().order_by("pk")
    return {each.pk: each for each in rows}[row.pk]


def _put_in_force(
    row: PhaseModel, *, verb: str, by: Membership, now: datetime
) -> PhaseModel:
    refuse_lacking(row)
    active = PhaseModel.objects.filter(status=ModelStatus.ACTIVE)
    before = active.values_list("version", flat=True).first()
    active.update(status=ModelStatus.RETIRED)
    row.status, row.activated_at = ModelStatus.ACTIVE, now
    row.save(update_fields=["status", "activated_at"])
    record(
        verb=verb,
        subject=row,
        by=by,
        at=now,
        before={"version": before},
        after={"version": row.version},
    )
    deals = Opportunity.objects.still_open().values_list("pk", flat=True)
    request_recomputes(
        workspace_id=row.workspace_id, opportunity_ids=list(deals), now=now
    )
    return row


@transaction.atomic
def make_learned_version(
    base: PhaseModel, *, course: Course, by: Membership | None, now: datetime
) -> PhaseModel:
    """Make a draft of what passed: everything of `base`, with the learned numbers.

    A stay of two sub-states becomes two phases with the same anchor.
    """
    learned = course.accepted
    mostly = weight_of(course.learned_from) >= MOSTLY
    model = PhaseModel.objects.create(
        version=free_version(f"learned {now:%Y-%m-%d}"),
        status=ModelStatus.DRAFT,
        basis=Basis.LEARNED if mostly else Basis.MIXED,
        parameters=_parameters(base, learned) | {"learned_from": course.learned_from},
        created_at=now,
    )
    old = list(Phase.objects.filter(model=base).order_by("position"))
    Phase.objects.bulk_create(_phases(model, old, learned))
    _copy_catalogue(base, model, erlang=learned.erlang)
    _give_chances(model, base, learned)
    record(verb="phase_model.learned", subject=model, by=by, at=now)
    return model


def free_version(wanted: str) -> str:
    """The name, or the first numbered one that no version has yet."""
    taken = set(PhaseModel.objects.values_list("version", flat=True))
    if wanted not in taken:
        return wanted
    return next(
        name
        for n in range(2, len(taken) + 3)
        if (name := f"{wanted[:34]} ({n})") not in taken
    )


def _parameters(base: PhaseModel, learned: Parameters) -> dict[str, Any]:
    factors = base.parameters["importance_factor"]
    prior = np.array(base.parameters["straight_rebuy_prior"])
    return dict(base.parameters) | {
        "importance_factor": dict(zip(factors, learned.paces.tolist(), strict=True)),
        "straight_rebuy_prior": learned.spread(prior).tolist(),
        **_stance(learned),
    }


def _stance(learned: Parameters) -> dict[str, float]:
    """How signals tell of a stance, where that was learned; else as the experts have it."""
    if not learned.tilt:
        return {}
    return {"stance_tilt": learned.tilt, "stance_fading_days": learned.fading_days}


def _phases(
    model: PhaseModel, old: list[Phase], learned: Parameters
) -> Iterator[Phase]:
    prior = learned.spread(learned.starts[0]).tolist()
    erlang = learned.erlang
    for place, phase in enumerate(old):
        for part in range(erlang):
            is_last = part == erlang - 1
            yield Phase(
                model=model,
                position=place * erlang + part,
                code=f"{phase.code}_{part + 1}" if erlang > 1 else phase.code,
                anchor=phase.anchor,
                texts=_texts(phase.texts, part=part + 1 if erlang > 1 else 0),
                prior_probability=prior[place * erlang + part],
                mean_dwell_days=float(learned.dwell_days[place]) / erlang,
                jumps=_jumps(learned, place) if is_last else _on(learned, place),
            )


def _on(learned: Parameters, place: int) -> dict[str, float]:
    """From a sub-state to the next one; who never leaves a phase never moves in it."""
    return {"1": 1.0} if learned.jumps[place].any() else {}


def _jumps(learned: Parameters, place: int) -> dict[str, float]:
    here = place * learned.erlang + learned.erlang - 1
    return {
        str(to * learned.erlang - here): float(share)
        for to, share in enumerate(learned.jumps[place])
        if share
    }


def _texts(texts: dict[str, Any], *, part: int) -> dict[str, Any]:
    if not part:
        return texts
    names = {language: f"{name} {part}" for language, name in texts["name"].items()}
    return texts | {"name": names}


def _copy_catalogue(base: PhaseModel, model: PhaseModel, *, erlang: int) -> None:
    signals = list(SignalType.objects.filter(model=base).order_by("code"))
    SignalType.objects.bulk_create(
        SignalType(
            model=model,
            code=row.code,
            texts=row.texts,
            steps=_repeated(row.steps, erlang),
            evidence_class=row.evidence_class,
            stance_effect=row.stance_effect,
            symptoms=row.symptoms,
            is_default=row.is_default,
            is_retired=row.is_retired,
        )
        for row in signals
    )
    actions = list(ActionType.objects.filter(model=base).order_by("code"))
    ActionType.objects.bulk_create(
        ActionType(
            model=model,
            code=row.code,
            texts=row.texts,
            fits=_repeated(row.fits, erlang),
        )
        for row in actions
    )


def _repeated(steps: list[int], erlang: int) -> list[int]:
    return [step for step in steps for _part in range(erlang)]


def _give_chances(model: PhaseModel, base: PhaseModel, learned: Parameters) -> None:
    """Keep p(signal | phase) beside the steps, which tell of it in words."""
    codes = SignalType.objects.filter(model=base).order_by("code")
    chances = np.repeat(learned.chances, learned.erlang, axis=1).tolist()
    in_order = codes.values_list("code", flat=True)
    model.parameters["chances"] = dict(zip(in_order, chances, strict=True))
    model.save(update_fields=["parameters"])
