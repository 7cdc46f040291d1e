"""Groups to test with: the shipped roles, the expert model, random deals."""

from functools import cache

import numpy as np

from forecasting.engine.group import DecisionModel, decision_model
from forecasting.engine.rules import (
    GroupRule,
    default_rule,
    economic_buyer_alone,
    m_of_n,
    quorum_rule,
    unanimity_of_approvers,
)
from forecasting.engine.seats import Group, Influence, Person, Role, group_of, role
from readiness.engine.expert import ANCHORS, PRIOR, expert_generator

ROLES = {
    "economic_buyer": role("approve+veto", weight=0.3),
    "executive_sponsor": role("influence", weight=0.15),
    "champion": role("influence", weight=0.15),
    "coach": role("none", weight=0),
    "technical_evaluator": role("veto+influence", weight=0.12),
    "user_buyer": role("influence", weight=0.1),
    "finance": role("veto+influence", weight=0.1),
    "procurement": role("veto", weight=0.08),
    "legal_security": role("veto", weight=0.06),
    "blocker": role("none", weight=0, weight_alone=0.08),
    "approver": role("approve", weight=0.1),
    "external_adviser": role("influence", weight=0.05),
}
STRANGER = np.array(PRIOR)


@cache
def expert_decisions(pace: float = 1.0) -> DecisionModel:
    return decision_model(expert_generator(), anchors=ANCHORS, pace=pace)


def in_phase(number: int) -> np.ndarray:
    """Phases of someone who is for certain in phase 1 to 7."""
    return np.eye(7)[number - 1]


def person(key: str, *roles: str, phases=STRANGER, **rest) -> Person:
    rest = {"silent_days": 5.0, "stance": 0.7} | rest
    return Person(key=key, phases=np.asarray(phases), roles=roles, **rest)


def seated(
    *people: Person, expected_size: int = 1, roles: dict[str, Role] = ROLES
) -> Group:
    return group_of(people, roles=roles, prior=STRANGER, expected_size=expected_size)


def random_people(rng: np.random.Generator, *, most: int = 9) -> list[Person]:
    return [
        person(
            f"p{i}",
            *rng.choice(list(ROLES), size=rng.integers(0, 3), replace=False),
            phases=rng.dirichlet(np.array([3, 3, 2, 2, 2, 2, 1]) * rng.uniform(0.1, 2)),
            influence=list(Influence)[rng.integers(3)],
            stance=float(rng.uniform(0.1, 0.99)) if rng.random() < 0.8 else None,
            opposing_signals=int(rng.integers(0, 3)) if rng.random() < 0.2 else 0,
            silent_days=float(rng.uniform(0, 90)) if rng.random() < 0.8 else None,
            has_left=bool(rng.random() < 0.1),
        )
        for i in range(rng.integers(1, most + 1))
    ]


def random_group(rng: np.random.Generator, *, most: int = 9) -> Group:
    return seated(*random_people(rng, most=most), expected_size=int(rng.integers(1, 8)))


def random_rule(rng: np.random.Generator) -> GroupRule:
    others = (
        economic_buyer_alone(),
        quorum_rule(quorum=float(rng.uniform(0.4, 0.9))),
        m_of_n(endorsements=int(rng.integers(1, 6))),
        unanimity_of_approvers(),
    )
    if rng.random() < 0.6:
        return default_rule(quorum=float(rng.uniform(0.4, 0.9)))
    return others[rng.integers(len(others))]
