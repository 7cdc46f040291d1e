"""Forecasters of a synthetic world: what each would have said as of many days."""

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from forecasting.engine.ends import ends_by
from forecasting.engine.group import DecisionModel, decision_model, forecast_curves
from forecasting.engine.purchase_file import FileSignal, purchase_file
from forecasting.engine.rules import default_rule
from forecasting.engine.seats import Influence, Person, Role, group_of, role
from forecasting.engine.world.outcomes import WITHDRAWN, WON
from forecasting.engine.world.story import let_seller_hope, meet
from readiness.engine.arrays import SECONDS_PER_DAY, Floats
from readiness.engine.batch import (
    Facts,
    before_moments,
    filter_many,
    schedule_of,
    stances_many,
)
from readiness.engine.dynamics import propagate
from readiness.engine.evidence import TEMPERS, Catalogue
from readiness.engine.learning.parameters import defaults_of, learned_model
from readiness.engine.model import IMPORTANCE, ReadinessModel, Settings, model_of
from tests.readiness.engine.learning.worlds import EXPERT, ROOT, Told

DAYS = (45, 90, 150, 225, 315)  # as of so many days since the deal began
HORIZON = 90
SIZES = {"small": 2, "mid": 6, "large": 9, "strategic": 12}
INFLUENCES = (Influence.LOW, Influence.MEDIUM, Influence.HIGH)


def shipped_roles() -> dict[str, Role]:
    """The roles as the product ships them."""
    with (ROOT / "stakeholders/defaults/roles.csv").open(encoding="utf-8") as file:
        return {
            row["code"]: role(
                row["counts_as"],
                weight=float(row["default_weight"]),
                weight_alone=float(row["weight_alone"] or 0),
            )
            for row in csv.DictReader(file)
        }


ROLES = shipped_roles()


@dataclass(frozen=True)
class Rows:
    """Open deals as of some days, (n,) each, and whether they were won in 90 days."""

    deal: np.ndarray
    day: np.ndarray
    is_won: np.ndarray

    def of(self, which: np.ndarray) -> "Rows":
        return Rows(self.deal[which], self.day[which], self.is_won[which])


@dataclass(frozen=True)
class Scene:
    """A world as it was told, seen as of many days."""

    told: Told

    @cached_property
    def rows(self) -> Rows:
        """Every deal on every day on which it is open; withdrawn in time: left out."""
        ends, outcome = self.told.world.endings.day, self.told.world.endings.outcome
        parts = []
        for day in DAYS:
            deals = np.flatnonzero((ends < 0) | (ends > day))
            in_time = (ends[deals] >= 0) & (ends[deals] <= day + HORIZON)
            kept = ~(in_time & (outcome[deals] == WITHDRAWN))
            won = in_time & (outcome[deals] == WON)
            parts.append((deals[kept], np.full(kept.sum(), day), won[kept]))
        deal, on, is_won = (np.concatenate(part) for part in zip(*parts, strict=True))
        return Rows(deal, on, is_won.astype(float))

    @cached_property
    def stages(self) -> np.ndarray:
        """The seller's stage in each row: by time and hope, as the world has it."""
        rng = np.random.default_rng(7)
        stage = np.zeros(len(self.rows.deal), dtype=int)
        names: dict[str, int] = {}
        for deal in np.unique(self.rows.deal):
            story = meet(self.told.world, int(deal), until=1460.0, rng=rng)
            let_seller_hope(story, rng=rng)
            said = story.seller
            for row in np.flatnonzero(self.rows.deal == deal):
                last = [
                    s.stage for s in said if s.day <= self.rows.day[row] and s.stage
                ]
                stage[row] = names.setdefault(last[-1] if last else "", len(names))
        return stage

    def heard_by(self, day: int, *, parts: int = 1) -> tuple[Facts, np.ndarray]:
        """What was heard by a day, and who had been met (their numbers).

        `parts` is the number of sub-states that a model has for each phase.
        """
        deals, facts = self.told.deals, self.told.deals.facts
        signals = len(EXPERT.catalogue.classes)
        met = np.flatnonzero(deals.joined_at <= day * SECONDS_PER_DAY)
        place = np.full(len(deals.joined_at), -1)
        place[met] = np.arange(len(met))
        known = facts.at <= day * SECONDS_PER_DAY
        return (
            Facts(
                person=place[facts.person[known]],
                at=facts.at[known],
                row=np.where(
                    facts.row[known] < signals,
                    facts.row[known],
                    signals + (facts.row[known] - signals) * parts,
                ),
                evidence_class=facts.evidence_class[known],
            ),
            met,
        )

    def file_factors(self, facts: Facts, deal: np.ndarray) -> dict[int, float]:
        """What the signals of each deal say of its purchase file."""
        codes, classes = list(EXPERT.catalogue.rows), EXPERT.catalogue.classes
        said: dict[int, list[FileSignal]] = {}
        for n in np.argsort(facts.at, kind="stable"):
            row = facts.row[n]
            if row < len(codes):
                signal = FileSignal(codes[row], TEMPERS[classes[row]])
                said.setdefault(int(deal[n]), []).append(signal)
        return {n: purchase_file(s, items={}).factor for n, s in said.items()}


@dataclass(frozen=True)
class Foretold:
    """What a forecaster's model says in each row before map and file, and the file."""

    chance: np.ndarray
    factor: np.ndarray


def decisions(model: ReadinessModel) -> Callable[[str], DecisionModel]:
    """The tables of a model by importance, made once."""
    made: dict[str, DecisionModel] = {}

    def of(importance: str) -> DecisionModel:
        if importance not in made:
            made[importance] = decision_model(
                model.dynamics.generator,
                anchors=model.anchors,
                pace=model.importance[importance],
            )
        return made[importance]

    return of


def foretold(scene: Scene, model: ReadinessModel, which: np.ndarray) -> Foretold:
    """What the product says with this model: batch filter, stances, group, file."""
    deals, rows = scene.told.deals, scene.rows
    chance, factor = np.full(len(rows.deal), np.nan), np.ones(len(rows.deal))
    of, rule = decisions(model), default_rule()
    sizes_of = scene.told.hearing.importance
    paces = np.array([model.importance[name] for name in sizes_of])
    for day in DAYS:
        facts, met = scene.heard_by(day, parts=model.count // 7)
        as_of = np.full(len(met), day * SECONDS_PER_DAY)
        schedule = schedule_of(
            facts,
            model=model,
            joined_at=deals.joined_at[met],
            as_of=as_of,
            pace=paces[deals.deal[met]],
        )
        phases = filter_many(schedule, dynamics=model.dynamics, priors=model.prior)
        stood = before_moments(
            schedule, facts, dynamics=model.dynamics, priors=model.prior
        )
        stances = stances_many(facts, model=model, as_of=as_of, before=stood)
        last = np.zeros(len(met))
        np.maximum.at(last, facts.person, facts.at)
        files = scene.file_factors(facts, deals.deal[met[facts.person]])
        people = seated(scene, met, phases, stances.support, stances.negative_signals)
        for n in np.flatnonzero((rows.day == day) & which):
            deal = int(rows.deal[n])
            size = sizes_of[deal]
            stranger = propagate(
                model.dynamics, np.array(model.prior), day / model.importance[size]
            )
            group = group_of(
                people.get(deal, []),
                roles=ROLES,
                prior=stranger / stranger.sum(),
                expected_size=SIZES[size],
            )
            curves = forecast_curves(group, model=of(size), rule=rule)
            chance[n] = ends_by(curves.model, days=HORIZON).won
            factor[n] = files.get(deal, 1.0)
    return Foretold(chance, factor)


def seated(
    scene: Scene,
    met: np.ndarray,
    phases: Floats,
    support: Floats,
    negative: np.ndarray,
) -> dict[int, list[Person]]:
    """The people of each deal as the engine wants them."""
    deals, hearing = scene.told.deals, scene.told.hearing
    influence = scene.told.world.groups.influence[hearing.seat]
    people: dict[int, list[Person]] = {}
    for n, who in enumerate(met.tolist()):
        people.setdefault(int(deals.deal[who]), []).append(
            Person(
                key=f"p{who:06}",
                phases=phases[n] / phases[n].sum(),
                roles=(hearing.role[who],),
                influence=INFLUENCES[influence[who]],
                stance=None if np.isnan(support[n]) else float(support[n]),
                opposing_signals=int(negative[n]),
                silent_days=0.0,
            )
        )
    return people


def true_model(scene: Scene) -> ReadinessModel:
    """Phases, sub-states of a stay and the hidden stance together, as the world has them.

    States are those of a person against us, then those of one for us; nothing is
    tempered or damped, since nothing is in doubt.
    """
    world = scene.told.world
    parameters, dwell = world.parameters, world.parameters.dwell
    one = replace(
        defaults_of(EXPERT, roles=0),
        dwell_days=np.array(dwell.days),
        erlang=dwell.erlang,
    ).generator()
    none, fresh = np.zeros_like(one), np.zeros((7, dwell.erlang))
    fresh[:, 0] = parameters.starts
    sides = np.array([1 - parameters.support, parameters.support])
    speech = np.repeat(world.language.chances, dwell.erlang, axis=1)
    chances = np.clip(np.concatenate(list(speech)).T, 1e-12, None)
    known = EXPERT.catalogue
    return model_of(
        anchors=[a for a in EXPERT.anchors for _ in range(dwell.erlang)] * 2,
        prior=np.outer(sides, fresh.ravel()).ravel(),
        generator=np.block([[one, none], [none, one]]),
        catalogue=Catalogue(
            rows=known.rows,
            likelihoods=chances,
            log_likelihoods=np.log(chances),
            reference=chances,
            classes=("A",) * len(known.classes),
            effects=known.effects,
        ),
        importance=parameters.paces,
        settings=Settings(damping_days=None),
    )


def group_model(scene: Scene) -> ReadinessModel:
    """The true model of the phases alone, for the group: how long who stays where."""
    parameters = scene.told.world.parameters
    return learned_model(
        EXPERT,
        replace(
            defaults_of(EXPERT, roles=0),
            starts=np.array(parameters.starts)[None, :],
            dwell_days=np.array(parameters.dwell.days),
            paces=np.array([parameters.paces[name] for name in IMPORTANCE]),
            erlang=parameters.dwell.erlang,
        ),
    )


def knowing(scene: Scene, which: np.ndarray) -> Foretold:
    """A forecaster that knows every parameter of the world, and nothing else.

    The same group engine with the true rates and usual group sizes, fed with what a
    filter makes of the same facts that knows how the world speaks.
    """
    deals, rows, model = scene.told.deals, scene.rows, true_model(scene)
    phases_only = group_model(scene)
    of, rule = decisions(phases_only), default_rule()
    parameters = scene.told.world.parameters
    sizes = {name: round(sum(span) / 2) for name, span in parameters.sizes.items()}
    sizes_of = scene.told.hearing.importance
    paces = np.array([parameters.paces[name] for name in sizes_of])
    chance = np.full(len(rows.deal), np.nan)
    for day in DAYS:
        facts, met = scene.heard_by(day, parts=parameters.dwell.erlang)
        schedule = schedule_of(
            facts,
            model=model,
            joined_at=np.zeros(len(met)),
            as_of=np.full(len(met), day * SECONDS_PER_DAY),
            pace=paces[deals.deal[met]],
        )
        found = filter_many(schedule, dynamics=model.dynamics, priors=model.prior)
        sides = found.reshape(len(met), 2, -1)
        people = seated(
            scene, met, sides.sum(axis=1), sides[:, 1].sum(axis=1), np.zeros(len(met))
        )
        for n in np.flatnonzero((rows.day == day) & which):
            deal = int(rows.deal[n])
            size = sizes_of[deal]
            first = np.zeros((7, parameters.dwell.erlang))
            first[:, 0] = parameters.starts
            stranger = propagate(
                phases_only.dynamics, first.ravel(), day / parameters.paces[size]
            )
            group = group_of(
                people.get(deal, []),
                roles=ROLES,
                prior=stranger / stranger.sum(),
                expected_size=sizes[size],
            )
            curves = forecast_curves(group, model=of(size), rule=rule)
            chance[n] = ends_by(curves.model, days=HORIZON).won
    return Foretold(chance, np.ones(len(chance)))


def told_the_truth(scene: Scene, which: np.ndarray) -> Foretold:
    """The ceiling: everybody known, with true phase and stance, and the true dwell."""
    world, rows = scene.told.world, scene.rows
    groups, model = world.groups, group_model(scene)
    erlang = world.parameters.dwell.erlang
    of, rule = decisions(model), default_rule()
    chance = np.full(len(rows.deal), np.nan)
    for n in np.flatnonzero(which):
        deal = int(rows.deal[n])
        people = np.arange(groups.starts[deal], groups.starts[deal + 1])
        phase = world.paths.at(people, np.full(len(people), float(rows.day[n])))
        group = group_of(
            [
                Person(
                    key=f"p{who:06}",
                    phases=np.repeat(np.eye(7)[phase[i]] / erlang, erlang),
                    roles=(groups.roles[who].code,),
                    influence=INFLUENCES[groups.influence[who]],
                    stance=0.97 if groups.supports[who] else 0.03,
                    silent_days=0.0,
                )
                for i, who in enumerate(people.tolist())
            ],
            roles=ROLES,
            prior=np.array(model.prior),
            expected_size=len(people),
        )
        curves = forecast_curves(group, model=of(groups.importance[deal]), rule=rule)
        chance[n] = ends_by(curves.model, days=HORIZON).won
    return Foretold(chance, np.ones(len(chance)))


def table(
    classes: np.ndarray, rows: Rows, *, learned: np.ndarray, shrinkage: float = 10.0
) -> Mapping[int, float]:
    """The share won by class of the rows learned from, drawn to the base rate."""
    base = rows.is_won[learned].mean()
    return {
        int(c): float(
            (rows.is_won[learned & (classes == c)].sum() + shrinkage * base)
            / ((learned & (classes == c)).sum() + shrinkage)
        )
        for c in np.unique(classes)
    }
