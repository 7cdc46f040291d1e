"""The cases one can practise on: those shipped and the workspace's own, with their keys."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any
from uuid import UUID, uuid5

from accounts.models import Membership, in_words
from coaching.engine.reading_skill import Read
from coaching.models import PracticeAnswer, PracticeCase
from readiness.engine.arrays import SECONDS_PER_DAY
from readiness.engine.records import Reading, Signal
from readiness.engine.replay import replay
from readiness.queries.catalogue import Catalogue
from readiness.queries.models import LoadedModel
from stakeholders.models import ANCHORS, Anchor

# A shipped case has the same address in every workspace.
_SHIPPED = UUID("5b0b2c1e-8f7d-4f53-9f7e-0c6a51a1c0de")


@dataclass(frozen=True, slots=True)
class Shown:
    """A signal of a case, and how many days before the reading it was shown."""

    code: str
    days_ago: int


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A buyer in words; what the key is and why, and the signals a listener would log."""

    id: UUID
    code: str  # of a shipped one
    title: str
    industry: str
    story: str
    anchor: str
    why: str
    signals: tuple[Shown, ...]
    joined_days_ago: int
    symptoms: tuple[str, ...] = ()
    row: PracticeCase | None = None

    @property
    def key(self) -> int:
        return ANCHORS.index(self.anchor)

    @property
    def key_label(self) -> str:
        return str(Anchor(self.anchor).label)


@dataclass(frozen=True, slots=True)
class Weighed:
    """A signal of a case and what it did to the chance of the key, by the engine."""

    code: str
    name: str
    days_ago: int
    change: float


@dataclass(frozen=True, slots=True, eq=False)
class CaseRead:
    """The engine's reading of a case: its chance of each anchor, and what moved the key's."""

    probabilities: tuple[float, ...]
    weighed: tuple[Weighed, ...]


def shipped_cases() -> list[Case]:
    """In the language of the page; in an order that gives no phase away."""
    return sorted(map(_of_default, _defaults()), key=lambda case: case.id)


def cases() -> list[Case]:
    """Everything that is offered; one query."""
    own = PracticeCase.objects.offered().select_related("written_by")
    return [
        *(_of_row(row) for row in own.order_by("-written_at", "pk")),
        *shipped_cases(),
    ]


def find_case(pk: UUID) -> Case | None:
    """A case by its id; one that was withdrawn is still there for who answered it."""
    for each in _defaults():
        if _id_of(each["code"]) == pk:
            return _of_default(each)
    row = PracticeCase.objects.select_related("written_by").filter(pk=pk).first()
    return _of_row(row) if row else None


def read_case(case: Case, *, model: LoadedModel, catalogue: Catalogue) -> CaseRead:
    """Let the engine read the signals of a case; those the model knows no longer are left out."""
    known = [each for each in case.signals if each.code in model.engine.catalogue.rows]
    reading = replay(
        [
            Signal(at=-each.days_ago * SECONDS_PER_DAY, code=each.code, key=str(place))
            for place, each in enumerate(known)
        ],
        model=model.engine,
        joined_at=-case.joined_days_ago * SECONDS_PER_DAY,
        as_of=0.0,
    )
    chances = model.engine.anchor_chances(reading.probabilities)
    return CaseRead(
        probabilities=tuple(float(chances.get(anchor, 0.0)) for anchor in ANCHORS),
        weighed=tuple(_weighed(case, known, reading, model=model, catalogue=catalogue)),
    )


def anchor_names(catalogue: Catalogue) -> tuple[str, ...]:
    """What the model calls the seven anchors; of phases that share one, the first's name."""
    names = dict(
        reversed(list(zip(catalogue.anchors, catalogue.phase_names, strict=True)))
    )
    return tuple(names.get(each, str(Anchor(each).label)) for each in ANCHORS)


def answers_of(member: Membership | UUID) -> list[PracticeAnswer]:
    """Everything a member answered, in order; one query."""
    rows = PracticeAnswer.objects.filter(member=member)
    return list(rows.order_by("answered_at", "pk"))


def reads_of(answers: Iterable[PracticeAnswer]) -> list[Read]:
    return [
        Read(
            said=tuple(row.probabilities),
            model=tuple(row.model_probabilities),
            key=ANCHORS.index(row.anchor),
        )
        for row in answers
    ]


def answer_to(case: Case, *, member: Membership) -> PracticeAnswer | None:
    rows = PracticeAnswer.objects.filter(member=member)
    if case.row is None:
        return rows.filter(shipped=case.code).first()
    return rows.filter(case=case.row).first()


def _weighed(
    case: Case,
    known: Sequence[Shown],
    reading: Reading,
    *,
    model: LoadedModel,
    catalogue: Catalogue,
) -> Iterable[Weighed]:
    for step in reading.steps:
        if step.kind == "signal":
            shown = known[int(step.key)]
            yield Weighed(
                code=shown.code,
                name=catalogue.signal(shown.code),
                days_ago=shown.days_ago,
                change=sum(
                    change
                    for anchor, change in zip(model.anchors, step.change, strict=True)
                    if anchor == case.anchor
                ),
            )


@cache
def _defaults() -> list[dict[str, Any]]:
    path = files("coaching") / "defaults" / "practice.json"
    found: list[dict[str, Any]] = json.loads(path.read_text())["cases"]
    return found


def _id_of(code: str) -> UUID:
    return uuid5(_SHIPPED, code)


def _of_default(each: dict[str, Any]) -> Case:
    return Case(
        id=_id_of(each["code"]),
        code=each["code"],
        title=in_words(each, "name"),
        industry=in_words(each, "industry_name"),
        story=in_words(each, "story"),
        why=in_words(each, "why"),
        anchor=each["anchor"],
        signals=_shown(each["signals"]),
        joined_days_ago=each["joined_days_ago"],
        symptoms=tuple(each["symptoms"]),
    )


def _of_row(row: PracticeCase) -> Case:
    signals = _shown(row.signals)
    return Case(
        id=row.pk,
        code="",
        title=row.title,
        industry=row.industry,
        story=row.story,
        why=row.why,
        anchor=row.anchor,
        signals=signals,
        joined_days_ago=max((each.days_ago for each in signals), default=0),
        row=row,
    )


def _shown(signals: Iterable[dict[str, Any]]) -> tuple[Shown, ...]:
    return tuple(Shown(each["code"], each["days_ago"]) for each in signals)
