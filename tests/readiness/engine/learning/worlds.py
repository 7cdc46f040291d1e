"""Closed deals of a synthetic world, and what a filter makes of later ones."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from forecasting.engine.world.hearing import Hearing, closing_days, hear
from forecasting.engine.world.parameters import Dwell, Talk, WorldParameters
from forecasting.engine.world.story import World, make_world
from readiness.engine.evidence import SignalKind
from readiness.engine.expert import ANCHORS, expert_model
from readiness.engine.learning.deals import ClosedDeals

ROOT = Path(__file__).parents[4]


def shipped_kinds() -> list[SignalKind]:
    """The default catalogue as the product ships it."""
    with (ROOT / "readiness/defaults/signals.csv").open(encoding="utf-8") as file:
        return [
            SignalKind(
                code=row["code"],
                steps=tuple(int(row[f"step_{anchor}"]) for anchor in ANCHORS),
                evidence_class=row["evidence_class"],
                stance_effect=float(row["stance_effect"]),
            )
            for row in csv.DictReader(file)
        ]


EXPERT = expert_model(shipped_kinds())


def misspecified(
    *, deals: int, seed: int, perturbation: float = 0.6, erlang: int = 3
) -> World:
    """A perturbed catalogue, Erlang-3 dwell, hidden stances; the draws are exactly so."""
    return make_world(
        WorldParameters(
            deals=deals,
            dwell=Dwell(erlang=erlang),
            talk=Talk(perturbation=perturbation, is_plausible=False),
            replaced=0.0,
        ),
        catalogue=EXPERT.catalogue,
        fits={},
        rng=np.random.default_rng(seed),
    )


@dataclass(frozen=True)
class Told:
    """The deals of a world as the learner gets them, and the truth beside them."""

    world: World
    hearing: Hearing
    deals: ClosedDeals


def told(world: World, *, seed: int, confirmed: float = 0.02) -> Told:
    rng = np.random.default_rng(seed)
    hearing = hear(world, until=closing_days(world), rng=rng, confirmed=confirmed)
    roles = tuple(sorted(set(hearing.role)))
    closed = ClosedDeals(
        facts=hearing.facts,
        deal=hearing.deal,
        joined_at=hearing.joined_at,
        role=np.array([roles.index(role) for role in hearing.role]),
        roles=roles,
        importance=hearing.importance,
        buying_class=(None,) * len(hearing.importance),
        closed_at=hearing.closed_at,
    )
    return Told(world, hearing, closed)
