"""Everything a replay needs to know besides the facts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from readiness.engine.arrays import Floats, Vector, as_vector, positive, probabilities
from readiness.engine.dynamics import Dynamics, dynamics_of
from readiness.engine.evidence import (
    Catalogue,
    confirmation_log_likelihoods,
)
from readiness.engine.stance import StanceScale

IMPORTANCE: Mapping[str, float] = {
    "small": 0.4,
    "mid": 1.0,
    "large": 1.8,
    "strategic": 2.5,
}


@dataclass(frozen=True, slots=True)
class BuyingClass:
    """Where buyers of this class start (None: as everyone) and how long they dwell."""

    prior: Vector | None = None
    dwell_factor: float = 1.0


@dataclass(frozen=True, slots=True)
class Settings:
    """The numbers that are neither phase nor signal.

    Of the signals of one code within `damping_days`, the n-th weighs 1/n; None: all
    weigh 1. A surprise above `surprise_quantile` of the person's own predictive
    distribution, or an entropy above `ambiguity` times its maximum, asks a question.
    """

    damping_days: float | None = 14.0
    surprise_quantile: float = 0.95
    ambiguity: float = 0.8
    stance: StanceScale = field(default_factory=StanceScale)


@dataclass(frozen=True, slots=True, eq=False)
class ReadinessModel:
    """K phases: their anchors, prior (K,), dynamics, catalogue and settings."""

    anchors: tuple[str, ...]
    prior: Floats
    dynamics: Dynamics
    catalogue: Catalogue
    confirmations: Mapping[str, Floats]
    importance: Mapping[str, float]
    buying_classes: Mapping[str, BuyingClass]
    settings: Settings

    @property
    def count(self) -> int:
        """The number of phases."""
        return len(self.anchors)

    def pace(self, importance: str | None, buying_class: str | None) -> float:
        """Return how many days pass like one day of the generator; unset is mid, new.

        :raises ValueError: if the importance or the buying class is unknown.
        """
        if importance is None:
            scale = 1.0
        elif importance in self.importance:
            scale = self.importance[importance]
        else:
            raise ValueError(f"There is no importance {importance!r}.")
        return scale * self._class(buying_class).dwell_factor

    def prior_of(self, buying_class: str | None) -> Floats:
        """Return where a buyer starts, shape (K,).

        :raises ValueError: if the buying class is unknown.
        """
        prior = self._class(buying_class).prior
        return self.prior if prior is None else np.array(prior)

    def confirmation(self, anchor: str) -> Floats:
        """Return the log likelihoods (K,) of a confirmed anchor.

        :raises ValueError: if no phase has it.
        """
        if anchor not in self.confirmations:
            raise ValueError(f"No phase has the anchor {anchor!r}.")
        return self.confirmations[anchor]

    def anchor_chances(self, chances: Sequence[float]) -> dict[str, float]:
        """Return P(anchor), the sum over its phases, in the order of the phases."""
        sums = dict.fromkeys(self.anchors, 0.0)
        for anchor, chance in zip(self.anchors, chances, strict=True):
            sums[anchor] += chance
        return sums

    def _class(self, buying_class: str | None) -> BuyingClass:
        if buying_class is None:
            return BuyingClass()
        if buying_class not in self.buying_classes:
            raise ValueError(f"There is no buying class {buying_class!r}.")
        return self.buying_classes[buying_class]


def model_of(
    *,
    anchors: Sequence[str],
    prior: npt.ArrayLike,
    generator: npt.ArrayLike,
    catalogue: Catalogue,
    importance: Mapping[str, float] = IMPORTANCE,
    buying_classes: Mapping[str, BuyingClass] | None = None,
    settings: Settings | None = None,
) -> ReadinessModel:
    """Return the model, checked.

    `anchors` and `prior` have one entry per phase, `generator` (K x K) is in rates per
    day. Build it once per version: it decomposes the generator.

    :raises ValueError: if the parts do not fit each other or are not probabilities.
    """
    count = len(anchors)
    dynamics = dynamics_of(generator)
    for name, found in (
        ("generator", dynamics.count),
        ("catalogue", catalogue.log_likelihoods.shape[1]),
    ):
        if found != count:
            raise ValueError(f"The {name} has {found} phases, the anchors {count}.")
    classes = dict(buying_classes or {})
    for name, variant in classes.items():
        positive(variant.dwell_factor, name=f"The dwell factor of {name}")
        if variant.prior is not None:
            probabilities(variant.prior, name=f"The prior of {name}", count=count)
    return ReadinessModel(
        anchors=tuple(anchors),
        prior=probabilities(as_vector_1d(prior), name="The prior", count=count),
        dynamics=dynamics,
        catalogue=catalogue,
        confirmations={a: confirmation_log_likelihoods(anchors, a) for a in anchors},
        importance={
            name: positive(factor, name=f"The importance factor of {name}")
            for name, factor in importance.items()
        },
        buying_classes=classes,
        settings=settings or Settings(),
    )


def as_vector_1d(values: npt.ArrayLike) -> Vector:
    return as_vector(np.ravel(np.asarray(values, dtype=np.float64)))
