"""The active phase model of the open workspace, ready to compute with."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import numpy as np

from readiness.engine.arrays import frozen
from readiness.engine.dynamics import generator_of
from readiness.engine.evidence import Catalogue, SignalKind, catalogue_of
from readiness.engine.model import BuyingClass, ReadinessModel, Settings, model_of
from readiness.engine.stance import StanceScale
from readiness.models import Basis, ModelStatus, Phase, PhaseModel, SignalType


class NoActiveModel(Exception):
    """The workspace has no active phase model."""


@dataclass(frozen=True, slots=True, eq=False)
class LoadedModel:
    """A version of the phase model: what it is called and what it computes."""

    pk: UUID
    version: str
    basis: str
    is_draft: bool
    codes: tuple[str, ...]
    parameters: Mapping[str, Any]
    generator: Any
    engine: ReadinessModel

    @property
    def anchors(self) -> tuple[str, ...]:
        return self.engine.anchors


def active_model() -> LoadedModel:
    """The active version; costs one query, and more the first time in a process.

    :raises NoActiveModel: when there is none.
    """
    row = PhaseModel.objects.filter(status=ModelStatus.ACTIVE).first()
    if row is None:
        raise NoActiveModel("this workspace has no active phase model")
    return loaded(row)


def expert_version() -> PhaseModel:
    """The version that learning starts from: the latest with experts' numbers.

    The shipped ones, or those the workspace has set by hand since.

    :raises NoActiveModel: when there is none.
    """
    rows = PhaseModel.objects.filter(basis__in=(Basis.EXPERT, Basis.OWN))
    row = rows.exclude(status=ModelStatus.DRAFT).order_by("-created_at", "-pk").first()
    if row is None:
        raise NoActiveModel("this workspace has no version with expert numbers")
    return row


_LOADED: dict[UUID, LoadedModel] = {}
_KEPT_AT_MOST = 256


def loaded(row: PhaseModel) -> LoadedModel:
    """A version never changes once it is active, so a process keeps what it has loaded.

    A draft is read anew each time: somebody may be at work on it.
    """
    if row.is_draft:
        return load(row)
    if row.pk not in _LOADED:
        if len(_LOADED) >= _KEPT_AT_MOST:
            _LOADED.clear()
        _LOADED[row.pk] = load(row)
    return _LOADED[row.pk]


def load(row: PhaseModel) -> LoadedModel:
    """Read a version of the model, draft or not, from its rows."""
    phases = list(Phase.objects.filter(model=row).order_by("position"))
    types = list(SignalType.objects.filter(model=row).order_by("code"))
    generator = generator_of(
        dwell_days=[phase.mean_dwell_days for phase in phases], jumps=_jumps(phases)
    )
    return LoadedModel(
        pk=row.pk,
        version=row.version,
        basis=row.basis,
        is_draft=row.is_draft,
        codes=tuple(phase.code for phase in phases),
        parameters=row.parameters,
        generator=generator,
        engine=model_of(
            anchors=[phase.anchor for phase in phases],
            prior=[phase.prior_probability for phase in phases],
            generator=generator,
            catalogue=_catalogue(types, row.parameters.get("chances", {})),
            importance=row.parameters["importance_factor"],
            buying_classes=_buying_classes(row.parameters),
            settings=_settings(row.parameters),
        ),
    )


def _catalogue(
    types: list[SignalType], chances: Mapping[str, list[float]]
) -> Catalogue:
    """The signals by their steps, and by what was learned of them in its place."""
    catalogue = catalogue_of(
        [_kind(each) for each in types],
        normalised_over=[_kind(each) for each in types if each.is_default],
    )
    if not chances:
        return catalogue
    likelihoods = np.array(catalogue.likelihoods)
    for code, learned in chances.items():
        if code in catalogue.rows:
            likelihoods[catalogue.rows[code]] = learned
    defaults = [catalogue.rows[each.code] for each in types if each.is_default]
    return replace(
        catalogue,
        likelihoods=frozen(likelihoods),
        log_likelihoods=frozen(np.log(likelihoods)),
        reference=frozen(likelihoods[defaults]),
    )


def _jumps(phases: list[Phase]) -> Any:
    shares = np.zeros((len(phases), len(phases)))
    for place, phase in enumerate(phases):
        for distance, share in phase.jumps.items():
            shares[place, place + int(distance)] = share
    return shares


def _kind(row: SignalType) -> SignalKind:
    return SignalKind(
        code=row.code,
        steps=tuple(row.steps),
        evidence_class=row.evidence_class,
        stance_effect=row.stance_effect,
    )


def _buying_classes(parameters: Mapping[str, Any]) -> dict[str, BuyingClass]:
    factors = parameters["buying_class_factor"]
    prior = tuple(parameters["straight_rebuy_prior"])
    return {
        name: BuyingClass(
            prior=prior if name == "straight_rebuy" else None, dwell_factor=factor
        )
        for name, factor in factors.items()
    }


def _settings(parameters: Mapping[str, Any]) -> Settings:
    return Settings(
        damping_days=float(parameters["damping_window_days"]),
        surprise_quantile=parameters["surprise_percentile"],
        ambiguity=parameters["entropy_ceiling"],
        stance=_stance(parameters),
    )


def _stance(parameters: Mapping[str, Any]) -> StanceScale:
    """As the experts have it, or as a version learned it."""
    expert = StanceScale()
    if "stance_tilt" not in parameters:
        return expert
    return replace(
        expert,
        tilt=float(parameters["stance_tilt"]),
        decay_days=float(parameters.get("stance_fading_days", expert.decay_days)),
    )
