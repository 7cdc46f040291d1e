"""The numbers that can be learned, and the chain of sub-states they make."""

from dataclasses import dataclass, replace

import numpy as np

from readiness.engine.arrays import Floats, Integers, as_vector
from readiness.engine.dynamics import Dynamics, dynamics_of
from readiness.engine.evidence import Catalogue
from readiness.engine.learning.deals import Heard
from readiness.engine.model import BuyingClass, ReadinessModel, model_of

PINNED = "mid"  # the size of deal whose days the dwell is told in


@dataclass(frozen=True, slots=True, eq=False)
class Parameters:
    """K phases, S signals, C importances, R roles.

    `starts` (1 + R, K): everybody's prior, then that of each role. `dwell_days` (K,) of
    a mid-size deal, `jumps` (K, K) shares of where to, `chances` (S, K) p(signal |
    phase), `paces` (C,) by importance, `tempos` (1 + R,) how many times as long people
    of a role dwell. A stay has `erlang` serial sub-states of equal rate (Erlang). `tilt`
    and `fading_days` are those of the stance (`StanceScale`); a tilt of 0 leaves it as the
    experts have it.
    """

    starts: Floats
    dwell_days: Floats
    jumps: Floats
    chances: Floats
    paces: Floats
    tempos: Floats
    erlang: int = 1
    tilt: float = 0.0
    fading_days: float = 90.0

    @property
    def count(self) -> int:
        """The number of phases."""
        return len(self.dwell_days)

    def generator(self) -> Floats:
        """Return the generator of all sub-states, (K * erlang) square.

        A sub-state of phase k is left at `erlang` / dwell, the last one to the first of the
        next phase. (The method of stages: Cox & Miller 1965, 6.3.)
        """
        erlang, size = self.erlang, self.count * self.erlang
        rates = np.zeros((size, size))
        leaving = np.where(self.jumps.sum(axis=1) > 0, erlang / self.dwell_days, 0.0)
        first = np.arange(self.count) * erlang
        for place in range(erlang - 1):
            rates[first + place, first + place + 1] = leaving
        rates[np.ix_(first + erlang - 1, first)] += leaving[:, None] * self.jumps
        np.fill_diagonal(rates, rates.diagonal() - rates.sum(axis=1))
        return rates

    def spread(self, rows: Floats) -> Floats:
        """Return rows (..., K) over phases as rows over sub-states, evenly."""
        return np.repeat(rows / self.erlang, self.erlang, axis=-1)

    def folded(self, rows: Floats) -> Floats:
        """Return rows over sub-states summed to phases."""
        return np.asarray(rows.reshape(*rows.shape[:-1], self.count, -1).sum(axis=-1))

    def pace_of(self, heard: Heard) -> Floats:
        """Return how many days pass like one day of the generator, (N,)."""
        sizes = np.append(self.paces, 1.0)[heard.size]
        return np.asarray(sizes * heard.factor * self.tempos[heard.role + 1])

    def prior_of(self, heard: Heard) -> Floats:
        """Return where each person starts, (N, K)."""
        common = self.starts[heard.role + 1]
        if not len(heard.variants):
            return common
        own = heard.variants[heard.variant]
        return np.where((heard.variant >= 0)[:, None], own, common)


def defaults_of(model: ReadinessModel, *, roles: int) -> Parameters:
    """Return the numbers of a model, one sub-state a phase, all roles alike."""
    leaving = -model.dynamics.generator.diagonal()
    is_left = leaving > 0
    dwell = 1 / np.where(is_left, leaving, 1.0)
    jumps = np.array(model.dynamics.generator) * dwell[:, None]
    np.fill_diagonal(jumps, 0.0)
    return Parameters(
        starts=np.tile(model.prior, (1 + roles, 1)),
        dwell_days=dwell,
        jumps=jumps,
        chances=np.array(model.catalogue.likelihoods),
        paces=np.array(list(model.importance.values())),
        tempos=np.ones(1 + roles),
        tilt=model.settings.stance.tilt,
        fading_days=model.settings.stance.decay_days,
    )


def learned_model(model: ReadinessModel, parameters: Parameters) -> ReadinessModel:
    """Return the model with learned numbers; a sub-state becomes a phase of equal anchor.

    Roles are the caller's to apply: priors by row of `starts`, pace times `tempos`.

    :raises ValueError: if the parameters do not fit the model.
    """
    erlang, old = parameters.erlang, model.catalogue
    if parameters.chances.shape != old.likelihoods.shape:
        raise ValueError(f"{parameters.chances.shape} chances: not of this catalogue.")
    chances = np.repeat(parameters.chances, erlang, axis=1)
    reference = np.repeat(old.reference, erlang, axis=1)
    if old.reference.shape == old.likelihoods.shape:
        reference = chances
    classes = {
        name: replace(buying, prior=_spread(buying, parameters))
        for name, buying in model.buying_classes.items()
    }
    return model_of(
        anchors=[anchor for anchor in model.anchors for _ in range(erlang)],
        prior=parameters.spread(parameters.starts[0]),
        generator=parameters.generator(),
        catalogue=Catalogue(
            rows=old.rows,
            likelihoods=chances,
            log_likelihoods=np.log(chances),
            reference=reference,
            classes=old.classes,
            effects=old.effects,
        ),
        importance=dict(zip(model.importance, parameters.paces.tolist(), strict=True)),
        buying_classes=classes,
        settings=replace(
            model.settings,
            stance=replace(
                model.settings.stance,
                tilt=parameters.tilt,
                decay_days=parameters.fading_days,
            ),
        ),
    )


def _spread(buying: BuyingClass, parameters: Parameters) -> tuple[float, ...] | None:
    if buying.prior is None:
        return None
    return as_vector(parameters.spread(np.array(buying.prior)))


def cells_of(heard: Heard, parameters: Parameters) -> Integers:
    """Return which importance and role each person has, as one number, (N,)."""
    return np.asarray((heard.size + 1) * len(parameters.tempos) + heard.role + 1)


def dynamics_for(parameters: Parameters) -> Dynamics:
    """Return the dynamics of all sub-states.

    :raises ValueError: if the numbers make no generator.
    """
    return dynamics_of(parameters.generator())
