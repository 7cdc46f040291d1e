"""Why a person is read as they are: each step from the prior to now, and its part."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import exp, log
from typing import Any
from uuid import UUID

from accounts.models import Workspace
from opportunities.models import Opportunity
from readiness.engine.records import Reading, Step
from readiness.engine.stance import logistic
from readiness.models import PhaseConfirmation, Signal
from readiness.queries.catalogue import Catalogue, catalogue_of
from readiness.queries.evidence import CLOCK_DRIFT, heard_from
from readiness.queries.models import LoadedModel
from readiness.queries.reading import read_person
from readiness.queries.standing import instant
from stakeholders.models import Stakeholder

IMPRESSION = "I"  # the class of evidence that proves least
TELLING = log(
    2
)  # a signal twice as usual in one phase as in the other tells them apart
MISSING = 5
PULLS = 12  # shown one by one


@dataclass(frozen=True, slots=True)
class Link:
    """One step of the chain: what it was, when, and what it did to the phase shown.

    `change` and `after` are of the phase that is likeliest now; `shares` is the whole
    distribution after the step.
    """

    kind: str
    at: datetime
    days: float
    what: str
    quotation: str
    weight: float
    is_surprising: bool
    change: float
    after: float
    shares: tuple[float, ...]
    fact_id: UUID | None


@dataclass(frozen=True, slots=True)
class Pull:
    """A signal that spoke for us or against, and how much of it is left now."""

    at: datetime
    what: str
    effect: float  # -2 to 2, of the catalogue
    left: float  # of the logit of the stance


@dataclass(frozen=True, slots=True)
class Explained:
    """A reading with its chain: `before` plus all changes is the reading, to 1e-9."""

    reading: Reading
    model: LoadedModel
    catalogue: Catalogue
    place: int  # of the phase that is likeliest now
    before: float
    start: tuple[float, ...]
    started_at: datetime
    links: tuple[Link, ...]
    as_of: datetime

    @property
    def chance(self) -> float:
        """How likely the phase shown is."""
        return self.reading.probabilities[self.place]

    @property
    def change(self) -> float:
        """What all steps together did to the chance of the phase shown."""
        return sum(link.change for link in self.links)

    @property
    def within_one(self) -> float:
        """How likely the phase shown is, or one beside it."""
        return sum(self.reading.probabilities[max(0, self.place - 1) : self.place + 2])

    @property
    def pulls(self) -> tuple[Pull, ...]:
        """What the stance rests on, the strongest left first; their sum and the origin
        are its logit, to 1e-9.
        """
        known, scale = self.model.engine.catalogue, self.model.engine.settings.stance
        found = []
        for step in self.reading.steps:
            if step.kind != "signal" or not known.effects[known.rows[step.code]]:
                continue
            effect = float(known.effects[known.rows[step.code]])
            days = (self.reading.as_of - step.at) / 86_400
            found.append(
                Pull(
                    at=instant(step.at),
                    what=self.catalogue.signal(step.code),
                    effect=effect,
                    left=step.pull * exp(-days / scale.decay_days),
                )
            )
        return tuple(sorted(found, key=lambda pull: -abs(pull.left)))

    @property
    def strongest_pulls(self) -> tuple[Pull, ...]:
        return self.pulls[:PULLS]

    @property
    def weaker_pulls(self) -> tuple[int, float]:
        """How many more there are, and what is left of them together."""
        rest = self.pulls[PULLS:]
        return len(rest), sum(pull.left for pull in rest)

    @property
    def stance_origin(self) -> float:
        """The chance a stance starts from, and fades back to."""
        return logistic(self.model.engine.settings.stance.origin)

    @property
    def is_stance_learned(self) -> bool:
        """Whether a signal pulls by what is unusual in the phase, as the workspace learned."""
        return bool(self.model.engine.settings.stance.tilt)

    @property
    def phase(self) -> Mapping[str, Any]:
        """The texts of the likeliest phase."""
        return self.catalogue.phases[self.place]

    @property
    def next_phase(self) -> Mapping[str, Any] | None:
        following = self.catalogue.phases[self.place + 1 :]
        return following[0] if following else None

    @property
    def unheard(self) -> list[str]:
        """What would tell the next phase from this one, the most typical of it first.

        Nothing that is twice as usual in a third phase, nothing against us, since nobody
        waits for that, and no mere impression.
        """
        following, known = self.place + 1, self.model.engine.catalogue
        if following >= len(self.catalogue.phases):
            return []
        said = {step.code for step in self.reading.steps if step.kind == "signal"}
        found = []
        for code, row in known.rows.items():
            told = known.log_likelihoods[row]
            step, behind = (
                told[following] - told[self.place],
                max(told) - told[following],
            )
            if (
                step > TELLING > behind
                and code not in said
                and known.effects[row] >= 0
                and known.classes[row] != IMPRESSION
            ):
                found.append((behind, -step, code))
        return [self.catalogue.signal(code) for *_, code in sorted(found)[:MISSING]]


def explain(
    stakeholder: Stakeholder,
    *,
    opportunity: Opportunity,
    workspace: Workspace,
    model: LoadedModel,
    now: datetime,
    known_at: datetime | None = None,
) -> Explained:
    """Replay one person and name every step; four queries.

    With `known_at`, which is `now` then, only what was known by that moment.
    """
    heard = heard_from(
        [stakeholder],
        model=model,
        zone=workspace.zone,
        until=now + CLOCK_DRIFT,
        known_at=known_at,
    )[stakeholder.pk]
    reading = read_person(heard, opportunity=opportunity, model=model, now=now)
    catalogue = catalogue_of(model)
    chances = reading.probabilities
    place = max(range(len(chances)), key=lambda k: (chances[k], -k))
    quotations = _quotations([fact.key for fact in heard.facts])
    links, shares = [], reading.start
    for step in reading.steps:
        shares = tuple(p + d for p, d in zip(shares, step.change, strict=True))
        links.append(
            _link(
                step,
                shares,
                place=place,
                catalogue=catalogue,
                quotation=quotations.get(step.key, ""),
            )
        )
    first = reading.steps[0] if reading.steps else None
    began = first.at - first.days * 86_400 if first else reading.as_of
    return Explained(
        reading=reading,
        model=model,
        catalogue=catalogue,
        place=place,
        before=reading.start[place],
        start=reading.start,
        started_at=instant(began),
        links=tuple(links),
        as_of=instant(reading.as_of),
    )


def _link(
    step: Step,
    shares: tuple[float, ...],
    *,
    place: int,
    catalogue: Catalogue,
    quotation: str,
) -> Link:
    if step.kind == "signal":
        what = catalogue.signal(step.code)
    elif step.kind == "confirmation":
        names = dict(zip(catalogue.anchors, catalogue.phase_names, strict=True))
        what = names.get(step.code, step.code)
    else:
        what = ""
    return Link(
        kind=step.kind,
        at=instant(step.at),
        days=step.days,
        what=what,
        quotation=quotation,
        weight=step.temper * step.weight,
        is_surprising=step.is_surprising,
        change=step.change[place],
        after=shares[place],
        shares=shares,
        fact_id=UUID(step.key) if step.key else None,
    )


def _quotations(keys: Sequence[str]) -> dict[str, str]:
    """What was said in their words, by the row's id."""
    said: dict[str, str] = {}
    for rows in (Signal.objects, PhaseConfirmation.objects):
        found = rows.filter(pk__in=keys).exclude(quotation="")
        said |= {str(pk): text for pk, text in found.values_list("pk", "quotation")}
    return said
