"""How fast groups and portfolios are forecast: one pass beside recomputing."""

import sys
import time
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import Any

import numpy as np

from forecasting.engine.group import (
    DecisionModel,
    decision_model,
    forecast_curves,
    forecast_group,
)
from forecasting.engine.portfolio import OpenDeal, portfolio_forecast
from forecasting.engine.rules import GroupRule, default_rule
from forecasting.engine.seats import Group, Person, Role, group_of, role
from readiness.engine.expert import ANCHORS, PRIOR, expert_generator

ROLES: dict[str, Role] = {
    "economic_buyer": role("approve+veto", weight=0.3),
    "champion": role("influence", weight=0.15),
    "technical_evaluator": role("veto+influence", weight=0.12),
    "user_buyer": role("influence", weight=0.1),
    "finance": role("veto+influence", weight=0.1),
    "approver": role("approve", weight=0.1),
}
PHASES = len(PRIOR)
BULK = 500
DEALS = 10_000


def random_group(rng: np.random.Generator, *, people: int) -> Group:
    """So many people heard, the roles in turn."""
    codes = list(ROLES)
    seated = [
        Person(
            key=f"p{n:02}",
            phases=rng.dirichlet(np.ones(PHASES)),
            roles=(codes[n % len(codes)],),
            stance=float(rng.uniform(0.3, 0.95)),
            silent_days=10.0,
        )
        for n in range(people)
    ]
    return group_of(seated, roles=ROLES, prior=np.array(PRIOR), expected_size=people)


def milliseconds(work: Callable[[], Any], *, repeats: int) -> tuple[float, float]:
    """The least and the median CPU time of the work: other processes do not count."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        times.append(1e3 * (time.process_time() - start))
    return min(times), median(times)


def run() -> dict[str, float]:
    """Measure on one core; set OPENBLAS_NUM_THREADS=1 to be sure of one."""
    rng = np.random.default_rng(20_260_101)
    rates, rule = expert_generator(), default_rule()
    build, _ = milliseconds(
        lambda: decision_model(rates, anchors=ANCHORS, pace=1.0), repeats=10
    )
    model = decision_model(rates, anchors=ANCHORS, pace=1.0)
    figures = {"ms to build the tables of one class": build}
    for people in (6, 12):
        group = random_group(rng, people=people)
        figures |= alone(group, model=model, rule=rule, people=people)
    return figures | bulk(rng, model=model, rule=rule) | portfolio(rng)


def alone(
    group: Group, *, model: DecisionModel, rule: GroupRule, people: int
) -> dict[str, float]:
    """One group: its curves, all outputs, and what they would cost by recomputing."""
    curves, curves_median = milliseconds(
        lambda: forecast_curves(group, model=model, rule=rule), repeats=200
    )
    figures = {
        f"ms for the curves of {people} people": curves,
        f"ms for the curves of {people} people, median": curves_median,
    }
    for days in (90, 546):
        least, middle = milliseconds(
            partial(forecast_group, group, model=model, rule=rule, target_days=days),
            repeats=100,
        )
        figures[f"ms for all outputs of {people} people, {days} days"] = least
        figures[f"ms for all outputs of {people} people, {days} days, median"] = middle
        # Every phase of everybody and one further on, each by its own curves.
        recomputed = people * (PHASES + 1) * curves
        figures[f"times faster than recomputing {people}, {days} days"] = (
            recomputed / least
        )
    return figures


def bulk(
    rng: np.random.Generator, *, model: DecisionModel, rule: GroupRule
) -> dict[str, float]:
    """Many groups of six with all outputs, seating included."""
    groups = [random_group(rng, people=6) for _ in range(BULK)]
    people = [[s.person for s in g.seats if s.person is not None] for g in groups]

    def everything() -> None:
        for seated in people:
            group = group_of(
                seated, roles=ROLES, prior=np.array(PRIOR), expected_size=6
            )
            forecast_group(group, model=model, rule=rule, target_days=90)

    least, _ = milliseconds(everything, repeats=3)
    return {"seconds for 10,000 groups of 6, all outputs": least / BULK * 10}


def portfolio(rng: np.random.Generator) -> dict[str, float]:
    """10,000 deals, 10,000 draws."""
    chances, amounts = rng.beta(1, 4, DEALS), rng.lognormal(9, 1, DEALS)
    deals = [
        OpenDeal(f"d{n:05}", float(chances[n]), float(amounts[n]), sigma=0.25)
        for n in range(DEALS)
    ]
    least, _ = milliseconds(lambda: portfolio_forecast(deals, seed=1), repeats=2)
    return {"seconds for a portfolio of 10,000 deals": least / 1e3}


if __name__ == "__main__":
    for name, figure in run().items():
        sys.stdout.write(f"{name}: {figure:,.2f}\n")
