"""What was learned, as numbers with their counts and intervals; pages make the words."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from readiness.engine.learning.beforehand import weight_of
from readiness.engine.learning.counting import Counts, Listening
from readiness.engine.learning.fitting import Fitting
from readiness.engine.learning.leaning import Leanings, centre_of, leaning_errors
from readiness.engine.learning.parameters import Parameters
from readiness.engine.learning.uncertainty import Errors, errors_of
from readiness.engine.model import ReadinessModel

Z = 1.959964  # the 97.5 % point of the normal distribution
MOSTLY = 0.9  # from this weight of the data on a number is called learned


class Topic(StrEnum):
    """What a number is about, and what its key holds."""

    DWELL = "dwell"  # anchor, importance: mean days
    PACE = "pace"  # importance: times the days of a mid-size deal
    JUMP = "jump"  # anchor from, anchor to: share of the jumps away
    ENTRY = "entry"  # anchor[, role]: share of people who start there
    TEMPO = "tempo"  # role: times as long as others
    LEANING = "leaning"  # times as likely a signal of effect 1 is of people for us
    FADING = "fading"  # days after which a third is left of what it says of the stance
    SIGNAL = "signal"  # code, anchor: p(signal | phase)


class Standing(StrEnum):
    """Whose number it is."""

    EXPERT = "expert"
    MIXED = "mixed"
    LEARNED = "learned"


@dataclass(frozen=True, slots=True)
class Number:
    """One number: `value` with a 95 % interval `low`..`high`, beside the `default`.

    `n` is what it rests on: deals for dwell, pace and tempo, people for entries, jumps
    and signals as often as they are expected to have happened in that phase. `weight`
    is the share of the data in it, the rest being the default's. A number whose part
    did not pass is the default's, has no interval (None) and weight 0.
    """

    topic: Topic
    key: tuple[str, ...]
    value: float
    default: float
    low: float | None
    high: float | None
    n: float
    weight: float
    standing: Standing


class _Told:
    """Makes numbers of arrays."""

    def __init__(
        self,
        fitting: Fitting,
        model: ReadinessModel,
        *,
        accepted: Parameters,
        roles: Sequence[str],
    ) -> None:
        self.fitting, self.model, self.now = fitting, model, accepted
        self.roles = roles
        self.default = fitting.known.centre
        self.numbers: list[Number] = []

    def add(
        self,
        topic: Topic,
        key: tuple[str, ...],
        *,
        value: float,
        default: float,
        bounds: tuple[float, float] | None,
        n: float,
        weight: float,
    ) -> None:
        """Add a number; without bounds it is the default's."""
        standing = Standing.LEARNED if weight >= MOSTLY else Standing.MIXED
        if bounds is None:
            weight, standing = 0.0, Standing.EXPERT
        self.numbers.append(
            Number(
                topic=topic,
                key=key,
                value=float(value),
                default=float(default),
                low=None if bounds is None else float(bounds[0]),
                high=None if bounds is None else float(bounds[1]),
                n=float(n),
                weight=float(weight),
                standing=standing,
            )
        )


def numbers_of(
    fitting: Fitting,
    model: ReadinessModel,
    *,
    accepted: Parameters,
    roles: Sequence[str],
    passed: set[str],
) -> tuple[Number, ...]:
    """Return every number of a version with its count and interval.

    `passed` names the trials that were accepted, by the value of their legs.
    """
    told = _Told(fitting, model, accepted=accepted, roles=roles)
    counts = fitting.listening.count(accepted)
    errors = errors_of(fitting, accepted)
    is_learned = "numbers" in passed or "erlang" in passed
    _dwells(told, errors, is_learned=is_learned)
    _jumps(told, errors, counts, is_learned=is_learned)
    _entries(told, errors, is_learned=is_learned, by_role="entry" in passed)
    _tempos(told, errors, is_learned="tempo" in passed)
    _leanings(told, is_learned="stance" in passed)
    _signals(told, errors, counts, is_learned=is_learned)
    return tuple(told.numbers)


def ratio_bounds(value: float, error: float) -> tuple[float, float]:
    """Return the interval of a number whose logarithm has this error."""
    return value * float(np.exp(-Z * error)), value * float(np.exp(Z * error))


def share_bounds(value: float, error: float) -> tuple[float, float]:
    """Return the interval of a share, made on its log odds so that it stays a share."""
    if not 0 < value < 1:
        return value, value
    width = Z * error / (value * (1 - value))
    odds = np.log(value / (1 - value))
    low, high = (float(1 / (1 + np.exp(-(odds + side * width)))) for side in (-1, 1))
    return low, high


def _dwells(told: _Told, errors: Errors, *, is_learned: bool) -> None:
    now, default, fitting = told.now, told.default, told.fitting
    heard = fitting.listening.heard
    sizes = np.zeros(heard.deals, dtype=np.int64)
    sizes[heard.deal] = heard.size
    for c, name in enumerate(told.model.importance):
        n = int((sizes == c).sum())
        if fitting.is_free[c]:
            told.add(
                Topic.PACE,
                (name,),
                value=now.paces[c],
                default=default.paces[c],
                bounds=_ratio(now.paces[c], errors.paces[c], is_learned=is_learned),
                n=n,
                weight=weight_of(n),
            )
        for k, anchor in enumerate(told.model.anchors):
            days = now.dwell_days[k] * now.paces[c]
            told.add(
                Topic.DWELL,
                (anchor, name),
                value=days,
                default=default.dwell_days[k] * default.paces[c],
                bounds=_ratio(days, errors.dwell[c, k], is_learned=is_learned),
                n=n,
                weight=weight_of(heard.deals),
            )


def _jumps(told: _Told, errors: Errors, counts: Counts, *, is_learned: bool) -> None:
    jumps = counts.jumps.sum(axis=0)
    anchors, deals = told.model.anchors, told.fitting.listening.heard.deals
    for k, m in zip(*np.nonzero(told.fitting.moves), strict=True):
        share = float(told.now.jumps[k, m])
        bounds = share_bounds(share, errors.jumps[k, m]) if is_learned else None
        told.add(
            Topic.JUMP,
            (anchors[k], anchors[m]),
            value=share,
            default=told.default.jumps[k, m],
            bounds=bounds,
            n=jumps[k].sum(),
            weight=weight_of(deals),
        )


def _entries(told: _Told, errors: Errors, *, is_learned: bool, by_role: bool) -> None:
    fitting, roles = told.fitting, told.roles
    heard = fitting.listening.heard
    for row in range(len(told.now.starts)):
        own = fitting.is_common & ((row == 0) | (heard.role + 1 == row))
        n = int(own.sum())
        # Everybody's starts rest on deals, those of a role on its people.
        rests_on = n if row else heard.deals
        for k, anchor in enumerate(told.model.anchors):
            value, error = float(told.now.starts[row, k]), float(errors.starts[row, k])
            shown = is_learned if row == 0 else by_role
            told.add(
                Topic.ENTRY,
                (anchor,) if row == 0 else (anchor, roles[row - 1]),
                value=value,
                default=told.default.starts[row, k],
                bounds=share_bounds(value, error) if shown else None,
                n=n,
                weight=weight_of(rests_on),
            )


def _tempos(told: _Told, errors: Errors, *, is_learned: bool) -> None:
    fitting, now = told.fitting, told.now
    heard = fitting.listening.heard
    for role, name in enumerate(told.roles):
        deals = len(np.unique(heard.deal[heard.role == role]))
        told.add(
            Topic.TEMPO,
            (name,),
            value=now.tempos[role + 1],
            default=1.0,
            bounds=_ratio(
                now.tempos[role + 1], errors.tempos[role], is_learned=is_learned
            ),
            n=deals,
            weight=weight_of(deals),
        )


def _leanings(told: _Told, *, is_learned: bool) -> None:
    """Of signals that bear on a stance: what one tells, and how long."""
    now, heard = told.now, told.fitting.listening.heard
    listening = Listening(heard, told.model, is_tempered=True)
    tilt, days = np.exp(centre_of(listening)).tolist()
    errors = leaning_errors(listening, now) if is_learned else (0.0, 0.0)
    ratio = float(np.exp(2 * now.tilt)) if is_learned else float(np.exp(2 * tilt))
    told_by = Leanings(listening, now)
    for topic, value, default, error in (
        # The ratio is e^(2 tilt): the error of its log is 2 tilt times that of log tilt.
        (Topic.LEANING, ratio, float(np.exp(2 * tilt)), 2 * now.tilt * errors[0]),
        (Topic.FADING, now.fading_days, days, errors[1]),
    ):
        told.add(
            topic,
            (),
            value=value,
            default=default,
            bounds=_ratio(value, error, is_learned=is_learned),
            n=len(told_by.row),
            weight=weight_of(heard.deals),
        )


def _signals(told: _Told, errors: Errors, counts: Counts, *, is_learned: bool) -> None:
    now, deals = told.now, told.fitting.listening.heard.deals
    for s, code in enumerate(told.model.catalogue.rows):
        for k, anchor in enumerate(told.model.anchors):
            value = float(now.chances[s, k])
            told.add(
                Topic.SIGNAL,
                (code, anchor),
                value=value,
                default=told.default.chances[s, k],
                bounds=share_bounds(value, value * errors.chances[s, k])
                if is_learned
                else None,
                n=counts.signals[s, k],
                weight=weight_of(deals),
            )


def _ratio(
    value: float, error: float, *, is_learned: bool
) -> tuple[float, float] | None:
    return ratio_bounds(float(value), float(error)) if is_learned else None
