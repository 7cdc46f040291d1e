"""Split a phase of a draft in two, or make one of two."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.models import Membership
from readiness.actions.editing.drafts import opened
from readiness.actions.editing.phases import phases_of
from readiness.actions.editing.rules import refuse_malformed
from readiness.engine.editing import Stay, merge_stays, merged_step, split_stay
from readiness.models import ActionType, Phase, PhaseModel, SignalType

Names = Mapping[str, str]

MOST_PHASES = 28
DIGITS = 12  # beyond them is rounding: what was split is merged to the same number
AFAR = 1_000


class TooManyPhases(Exception):
    """More phases than anybody can tell apart."""


class NeverLeft(Exception):
    """Nobody leaves the phase, so its stay has no parts."""


class NoSuchPair(Exception):
    """Only two phases that follow each other and share their anchor can be one."""


@transaction.atomic
def split_in_two(
    *,
    phase: Phase,
    share: float,
    names: tuple[Names, Names],
    revision: int,
    by: Membership,
    now: datetime,
) -> tuple[Phase, Phase]:
    """Make two phases of one, of which the first takes `share` of the stay.

    Both keep the anchor, whose chance changes nowhere (engine.editing). Steps, fits and
    learned chances are the same in both, until somebody tells them apart.

    :raises NeverLeft, TooManyPhases: when it has no two parts.
    :raises Malformed: when the names are none.
    :raises NotADraft, StaleVersion: as `opened`.
    """
    draft = opened(phase.model, revision=revision)
    phases = phases_of(draft)
    place = _place(phases, phase)
    first = phases[place]
    if len(phases) >= MOST_PHASES:
        raise TooManyPhases(_("A model has at most %(n)s phases.") % {"n": MOST_PHASES})
    if not first.jumps:
        raise NeverLeft(_("Nobody leaves this phase, so its stay has no two parts."))
    for name in names:
        refuse_malformed(name, kind="names")
    stays = split_stay(_stays(phases), phase=place, share=share)
    whole, code = first.prior_probability, first.code
    later = Phase.objects.filter(model=draft, position__gt=first.position)
    # In two moves: a place may not be taken twice, not even for a moment.
    later.update(position=F("position") + AFAR)
    codes = {each.code for each in phases}
    second = Phase(
        model=draft,
        position=first.position + 1,
        code=_free_code(f"{code}_2", codes),
        anchor=first.anchor,
        texts=first.texts | {"name": dict(names[1])},
        prior_probability=whole * (1 - share),
        mean_dwell_days=first.mean_dwell_days,
    )
    first.code = _free_code(f"{code}_1", codes | {second.code})
    first.texts = first.texts | {"name": dict(names[0])}
    first.prior_probability = whole * share
    second.save(force_insert=True)
    _put_in_order([*phases[: place + 1], second, *phases[place + 1 :]], stays)
    _widen(draft, place, share)
    record(
        verb="phase_model.phase_split",
        subject=draft,
        by=by,
        at=now,
        before={"phase": code},
        after={"phases": [first.code, second.code], "share": share},
    )
    return first, second


@transaction.atomic
def merge_with_next(
    *, phase: Phase, name: Names, revision: int, by: Membership, now: datetime
) -> Phase:
    """Make one phase of two that follow each other and share their anchor.

    The stay is as long as both were together; starts are added, steps, fits and learned
    chances averaged, a half rounded away from neutral.

    :raises NoSuchPair: when the next one has another anchor: each anchor stays.
    :raises NeverLeft: when nobody leaves the two.
    :raises Malformed: when the name is none.
    :raises NotADraft, StaleVersion: as `opened`.
    """
    draft = opened(phase.model, revision=revision, by_hand=True)
    phases = phases_of(draft)
    place = _place(phases, phase)
    first = phases[place]
    second = phases[place + 1] if place + 1 < len(phases) else None
    if second is None or second.anchor != first.anchor:
        raise NoSuchPair(
            _(
                "Only two phases that follow each other and stand for the same default"
                " phase can be merged."
            )
        )
    refuse_malformed(name, kind="names")
    try:
        stays = merge_stays(_stays(phases), phase=place)
    except ValueError as error:
        raise NeverLeft(_("Nobody leaves these two phases.")) from error
    merged = stays[place]
    jumps = {to: _tidy(jump) for to, jump in merged.jumps.items()}
    stays[place] = Stay(_tidy(merged.dwell_days), jumps)
    old = [first.code, second.code]
    first.prior_probability = _tidy(first.prior_probability + second.prior_probability)
    first.texts = first.texts | {"name": dict(name)}
    first.code = _merged_code(old[0], old[1], {each.code for each in phases})
    _narrow(draft, place)
    second.delete()
    _put_in_order([*phases[: place + 1], *phases[place + 2 :]], stays)
    record(
        verb="phase_model.phases_merged",
        subject=draft,
        by=by,
        at=now,
        before={"phases": old},
        after={"phase": first.code},
    )
    return first


def merged_name(first: Phase, second: Phase) -> dict[str, str]:
    """What two parts were called before they were parted, else as the first is."""
    names = {}
    for language, name in first.texts["name"].items():
        other = second.texts["name"].get(language, "")
        stem = name.removesuffix(" 1")
        names[language] = stem if other == f"{stem} 2" and stem != name else name
    return names


def part_names(phase: Phase) -> tuple[dict[str, str], dict[str, str]]:
    """What the parts of a phase are called unless somebody says otherwise."""
    names = {k: name for k, name in phase.texts["name"].items() if name}
    first, second = ({k: f"{name} {n}" for k, name in names.items()} for n in (1, 2))
    return first, second


def _place(phases: Sequence[Phase], phase: Phase) -> int:
    return [each.pk for each in phases].index(phase.pk)


def _stays(phases: Sequence[Phase]) -> list[Stay]:
    return [
        Stay(
            phase.mean_dwell_days,
            {place + int(step): share for step, share in phase.jumps.items()},
        )
        for place, phase in enumerate(phases)
    ]


def _put_in_order(phases: Sequence[Phase], stays: Sequence[Stay]) -> None:
    """Give each its place and its stay."""
    Phase.objects.filter(pk__in=[each.pk for each in phases]).update(
        position=F("position") + 2 * AFAR
    )
    for place, (phase, stay) in enumerate(zip(phases, stays, strict=True)):
        phase.position = place
        phase.mean_dwell_days = stay.dwell_days
        phase.jumps = {str(to - place): share for to, share in stay.jumps.items()}
    Phase.objects.bulk_update(
        phases,
        [
            *("position", "code", "texts", "prior_probability"),
            *("mean_dwell_days", "jumps"),
        ],
    )


def _tidy(number: float) -> float:
    return round(number, DIGITS)


def _widen(draft: PhaseModel, place: int, share: float) -> None:
    """Say of both parts what was said of the whole."""
    _rewrite(draft, lambda row, _neutral: [*row[: place + 1], *row[place:]])
    parameters = draft.parameters
    prior = list(parameters["straight_rebuy_prior"])
    whole = prior[place]
    prior[place : place + 1] = [whole * share, whole * (1 - share)]
    parameters["straight_rebuy_prior"] = prior
    parameters |= _chances(parameters, lambda row: [*row[: place + 1], *row[place:]])
    draft.save(update_fields=["parameters"])


def _narrow(draft: PhaseModel, place: int) -> None:
    """Say of the whole what both parts have in common, or what lies between them."""

    def merged(row: list[int], neutral: int) -> list[int]:
        step = merged_step(row[place], row[place + 1], neutral=neutral)
        return [*row[:place], step, *row[place + 2 :]]

    def mean(row: list[float]) -> list[float]:
        return [*row[:place], (row[place] + row[place + 1]) / 2, *row[place + 2 :]]

    _rewrite(draft, merged)
    parameters = draft.parameters
    prior = list(parameters["straight_rebuy_prior"])
    prior[place : place + 2] = [_tidy(prior[place] + prior[place + 1])]
    parameters["straight_rebuy_prior"] = prior
    parameters |= _chances(parameters, mean)
    draft.save(update_fields=["parameters"])


def _rewrite(draft: PhaseModel, change: Callable[[list[int], int], list[int]]) -> None:
    """Change the steps of all signals and the fits of all actions."""
    signals = list(SignalType.objects.filter(model=draft).order_by("code"))
    actions = list(ActionType.objects.filter(model=draft).order_by("code"))
    for signal in signals:
        signal.steps = change(signal.steps, 3)
    for action in actions:
        action.fits = change(action.fits, 0)
    SignalType.objects.bulk_update(signals, ["steps"])
    ActionType.objects.bulk_update(actions, ["fits"])


def _chances(
    parameters: Mapping[str, Any], change: Callable[[list[float]], list[float]]
) -> dict[str, Any]:
    if "chances" not in parameters:
        return {}
    learned = parameters["chances"].items()
    return {"chances": {code: change(row) for code, row in learned}}


def _free_code(wanted: str, taken: set[str]) -> str:
    """The code itself, or the first like it that no phase has; at most 40 letters."""
    tries = (wanted if n == 1 else f"{wanted[:36]}_{n}" for n in range(1, AFAR))
    return next(code for code in tries if code not in taken and len(code) <= 40)


def _merged_code(first: str, second: str, taken: set[str]) -> str:
    stem = first.removesuffix("_1")
    is_parted = stem != first and second == f"{stem}_2" and stem not in taken
    return stem if is_parted else first
