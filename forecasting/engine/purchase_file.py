"""Is there a purchase file behind the talk?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import isfinite

from readiness.engine.stance import logistic


class ItemState(StrEnum):
    """What is known of one item of the checklist."""

    UNKNOWN = "unknown"
    CLAIMED = "claimed"
    EVIDENCED = "evidenced"


ITEM_VALUES: Mapping[ItemState, float] = {
    ItemState.UNKNOWN: 0.0,
    ItemState.CLAIMED: 0.4,
    ItemState.EVIDENCED: 1.0,
}


@dataclass(frozen=True, slots=True)
class FileCue:
    """What the first signal of one code says about the file.

    `log_odds` is multiplied by the signal's temper unless `is_plain`; `item` is the item
    of the checklist (from 1) that the signal tells.
    """

    log_odds: float
    item: int | None = None
    is_plain: bool = False


def _default_cues() -> dict[str, FileCue]:
    return {
        "B08": FileCue(1.5, item=1),
        "B09": FileCue(1.5, item=3),
        "B10": FileCue(-1.5),
        "B13": FileCue(1.5, item=4),
        "B14": FileCue(1.5, item=5),
        "B17": FileCue(1.5, item=7),
        "B24": FileCue(-1.5),
        "B38": FileCue(1.5),
        "B40": FileCue(1.5, item=7),
        "B51": FileCue(-3.0, is_plain=True),
    }


@dataclass(frozen=True, slots=True)
class FileSettings:
    """Cues by signal code and the weights of the checklist (domain.md 4.7)."""

    cues: Mapping[str, FileCue] = field(default_factory=_default_cues)
    item_weights: tuple[float, ...] = (0.10, 0.15, 0.20, 0.10, 0.15, 0.10, 0.15, 0.05)
    checklist_log_odds: float = 2.0


@dataclass(frozen=True, slots=True)
class FileSignal:
    """A buyer-side signal: its code and the temper of its class of evidence."""

    code: str
    temper: float


@dataclass(frozen=True, slots=True)
class PurchaseFile:
    """`score` is D over the whole checklist, `untold` D over the items no signal told.

    `told` names those items; `probability` is P(file), `factor` what the win curve is
    multiplied by.
    """

    score: float
    untold: float
    told: frozenset[int]
    probability: float
    factor: float


def purchase_file(
    signals: Sequence[FileSignal],
    *,
    items: Mapping[int, ItemState],
    settings: FileSettings | None = None,
) -> PurchaseFile:
    """Judge the file from the signals in order of time and the checklist.

    Log-odds start at 0. The first signal of each code counts, later ones of that code
    add nothing; an item told by a signal is left out of D. An item without a state is
    unknown, which is never "no". Source: domain.md 4.7.

    :raises ValueError: if an item is not on the checklist or a temper not in [0, 1].
    """
    settings = settings or FileSettings()
    strange = [item for item in items if not 1 <= item <= len(settings.item_weights)]
    if strange:
        raise ValueError(f"The checklist has no item {strange[0]}.")
    log_odds, told = 0.0, set[int]()
    heard = set[str]()
    for signal in signals:
        if not (isfinite(signal.temper) and 0 <= signal.temper <= 1):
            raise ValueError(f"A temper is in [0, 1], not {signal.temper}.")
        cue = settings.cues.get(signal.code)
        if cue is None or signal.code in heard:
            continue
        heard.add(signal.code)
        log_odds += cue.log_odds * (1.0 if cue.is_plain else signal.temper)
        if cue.item is not None:
            told.add(cue.item)
    score = _score(items, left_out=frozenset(), settings=settings)
    untold = _score(items, left_out=told, settings=settings)
    probability = logistic(log_odds + settings.checklist_log_odds * untold)
    return PurchaseFile(
        score=score,
        untold=untold,
        told=frozenset(told),
        probability=probability,
        factor=file_factor(probability),
    )


def file_factor(probability: float) -> float:
    """Return min(1, P(file) / 0.5): only doubt lowers.

    :raises ValueError: if the probability is not in [0, 1].
    """
    if not 0 <= probability <= 1:
        raise ValueError(f"P(file) is in [0, 1], not {probability}.")
    return min(1.0, probability / 0.5)


def _score(
    items: Mapping[int, ItemState],
    *,
    left_out: frozenset[int] | set[int],
    settings: FileSettings,
) -> float:
    return sum(
        weight * ITEM_VALUES[items.get(item, ItemState.UNKNOWN)]
        for item, weight in enumerate(settings.item_weights, start=1)
        if item not in left_out
    )
