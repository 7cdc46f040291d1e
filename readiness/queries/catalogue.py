"""What phases, signals and our own steps are called: the texts of a model, kept per process."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from accounts.models import in_words
from readiness.models import ActionType, Phase, SignalType
from readiness.queries.models import LoadedModel

Texts = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True, eq=False)
class SignalKindText:
    """A signal type, its texts in all languages and what it is a sign of."""

    code: str
    texts: Texts
    evidence_class: str
    anchor: str  # where it is most typical: for its colour, and no more
    is_retired: bool = False

    def __str__(self) -> str:
        return in_words(self.texts, "name")


@dataclass(frozen=True, slots=True, eq=False)
class ActionKindText:
    """A step of ours, its texts, and how it fits each phase of the model (-2 to 2)."""

    code: str
    texts: Texts
    fits: tuple[int, ...]

    def __str__(self) -> str:
        return in_words(self.texts, "name")


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """Everything a model names, in the model's order."""

    phases: tuple[Texts, ...]
    anchors: tuple[str, ...]
    signals: Mapping[str, SignalKindText]
    actions: Mapping[str, ActionKindText]

    @property
    def phase_names(self) -> tuple[str, ...]:
        """In the reader's language."""
        return tuple(in_words(texts, "name") for texts in self.phases)

    @property
    def steps(self) -> dict[str, str]:
        """What our own steps are called, in the order of the reader's alphabet."""
        named = {code: str(kind) for code, kind in self.actions.items()}
        return dict(sorted(named.items(), key=lambda each: each[1]))

    def signal(self, code: str) -> str:
        """The name of a signal; its code, when the model knows it no longer."""
        return str(self.signals.get(code, code))

    def action(self, code: str) -> str:
        return str(self.actions.get(code, code))


_KEPT: dict[UUID, Catalogue] = {}
_KEPT_AT_MOST = 64


def catalogue_of(model: LoadedModel) -> Catalogue:
    """The texts of a version of the model; three queries the first time in a process.

    A version never changes once it is active; a draft is read anew each time.
    """
    if model.is_draft:
        return _load(model)
    if model.pk not in _KEPT:
        if len(_KEPT) >= _KEPT_AT_MOST:
            _KEPT.clear()
        _KEPT[model.pk] = _load(model)
    return _KEPT[model.pk]


def _load(model: LoadedModel) -> Catalogue:
    phases = list(Phase.objects.filter(model_id=model.pk).order_by("position"))
    signals = SignalType.objects.filter(model_id=model.pk).order_by("code")
    actions = ActionType.objects.filter(model_id=model.pk).order_by("code")
    anchors = tuple(phase.anchor for phase in phases)
    return Catalogue(
        phases=tuple(phase.texts for phase in phases),
        anchors=anchors,
        signals={
            row.code: SignalKindText(
                code=row.code,
                texts=row.texts,
                evidence_class=row.evidence_class,
                anchor=anchors[max(range(len(row.steps)), key=row.steps.__getitem__)],
                is_retired=row.is_retired,
            )
            for row in signals
        },
        actions={
            row.code: ActionKindText(row.code, row.texts, tuple(row.fits))
            for row in actions
        },
    )
