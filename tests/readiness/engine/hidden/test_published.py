"""The chain against published fits of medical panel data (R package msm 1.8.2)."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from readiness.engine.dynamics import transition
from readiness.engine.hidden.chain import (
    Chain,
    chain_of,
    filter_all,
    known_states,
    smooth_all,
)
from readiness.engine.hidden.fit import Fitted, Reports, fit
from readiness.engine.hidden.paths import most_likely_paths
from readiness.engine.hidden.sequences import Kind, Sequences, sequences_of

DEATH = 3
FROM_THE_START = np.eye(4)[0]
CERTAIN = np.vstack([known_states(4)] * 2)


@dataclass(frozen=True)
class Panel:
    """Records of subjects; `state` counts from 0."""

    subject: list[str]
    time: list[float]
    state: list[int]

    @property
    def number(self) -> list[int]:
        order = {name: n for n, name in enumerate(dict.fromkeys(self.subject))}
        return [order[name] for name in self.subject]

    @property
    def is_first(self) -> list[bool]:
        pairs = zip([None, *self.subject], self.subject, strict=False)
        return [before != name for before, name in pairs]

    @property
    def waits(self) -> list[float]:
        times = zip([0.0, *self.time], self.time, self.is_first, strict=False)
        return [0.0 if first else now - before for before, now, first in times]

    def observed(self, *, dies_exactly: bool) -> Sequences:
        """A first record is known for certain: columns 4 to 7; death is 3 or 7."""
        is_death = np.array(self.state) == DEATH
        return sequences_of(
            sequence=self.number,
            days=self.waits,
            column=np.array(self.state) + 4 * np.array(self.is_first),
            kind=np.where(is_death & dies_exactly, Kind.ENTRY, Kind.SEEN),
        )


def panel(path: Path, *, subject: str, time: str) -> Panel:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return Panel(
        [row[subject] for row in rows],
        [float(row[time]) for row in rows],
        [int(row["state"]) - 1 for row in rows],
    )


@pytest.fixture(scope="module")
def published(reference_data: Path) -> dict[str, Any]:
    return json.loads((reference_data / "msm/expected.json").read_text())


@pytest.fixture(scope="module")
def cav(reference_data: Path) -> Panel:
    """Heart transplants: no, mild, severe disease of the vessels, death."""
    return panel(reference_data / "msm/cav.csv", subject="PTNUM", time="years")


def generator(rates: list[list[float]]) -> np.ndarray:
    filled = np.array(rates, dtype=float)
    np.fill_diagonal(filled, 0)
    np.fill_diagonal(filled, -filled.sum(axis=1))
    return filled


def snapshots(published: dict[str, Any]) -> Chain:
    rates = generator(published["cav_fixed_exactdeath"]["Q"])
    return chain_of(prior=FROM_THE_START, generator=rates, logs=CERTAIN)


def minus_two_log_likelihood(chain: Chain, sequences: Sequences) -> float:
    return -2 * float(filter_all(chain, sequences).log_likelihood.sum())


def rates_of(fitted: Fitted, like: dict[str, list[float]]) -> dict[str, float]:
    rates = fitted.chain.jump_rates
    return {way: rates[int(way[0]) - 1, int(way[2]) - 1] for way in like}


@pytest.mark.parametrize(
    ("dies_exactly", "figure"), [(True, 4908.81676838), (False, 4833.00640639)]
)
def test_likelihood_of_snapshots_and_timed_deaths(
    cav: Panel, published: dict[str, Any], dies_exactly: bool, figure: float
):
    observed = cav.observed(dies_exactly=dies_exactly)

    answer = minus_two_log_likelihood(snapshots(published), observed)

    assert answer == pytest.approx(figure, abs=1e-6)


def test_likelihood_of_fully_observed_jumps(
    reference_data: Path, published: dict[str, Any]
):
    bos = panel(reference_data / "msm/bos.csv", subject="ptnum", time="time")
    figures = published["bos_exacttimes_fixed"]
    same = np.array(bos.state) == np.roll(bos.state, 1)
    kind = np.where(bos.is_first, Kind.SEEN, np.where(same, Kind.STAY, Kind.JUMP))
    observed = sequences_of(
        sequence=bos.number, days=bos.waits, column=bos.state, kind=kind
    )
    chain = chain_of(
        prior=np.eye(5)[0], generator=generator(figures["Q"]), logs=known_states(5)
    )

    answer = minus_two_log_likelihood(chain, observed)

    assert answer == pytest.approx(figures["minus2loglik"], abs=1e-6)


def test_fitted_rates_are_the_published_ones(cav: Panel, published: dict[str, Any]):
    figures = published["cav_model1_fit"]
    nothing_hidden = Reports(
        chances=np.zeros((1, 4)),
        symbol=np.full(8, -1),
        loudness=np.ones(8),
        fixed=CERTAIN,
    )

    fitted = fit(
        sequences=cav.observed(dies_exactly=True),
        generator=snapshots(published).dynamics.generator,
        prior=FROM_THE_START,
        reports=nothing_hidden,
    )

    assert -2 * fitted.log_likelihood == pytest.approx(3968.798, abs=0.01)
    for way, rate in rates_of(fitted, figures["q"]).items():
        assert rate == pytest.approx(figures["q"][way][0], rel=0.01)
    after_ten_years = transition(fitted.chain.dynamics, 10.0)
    assert after_ten_years == pytest.approx(
        np.array(figures["pmatrix_t10"]), rel=0.002, abs=1e-12
    )
    stays = -1 / fitted.chain.dynamics.generator.diagonal()[:3]
    assert stays == pytest.approx(figures["sojourn"]["estimate"], rel=0.01)


@pytest.fixture(scope="module")
def misread(cav: Panel, published: dict[str, Any]) -> Fitted:
    """Progression only, every record but the first possibly misread."""
    figures = published["cav_model5_hmm"]
    seen_as = np.array(
        [[0.9, 0.1, 0, 0], [0.1, 0.8, 0.1, 0], [0, 0.1, 0.9, 0], [0, 0, 0, 1]]
    )
    reports = Reports(
        chances=seen_as.T,
        symbol=np.array([0, 1, 2, 3, -1, -1, -1, -1]),
        loudness=np.ones(8),
        fixed=CERTAIN,
    )
    return fit(
        sequences=cav.observed(dies_exactly=True),
        generator=generator(figures["start_Q"]),
        prior=FROM_THE_START,
        reports=reports,
    )


def test_fitted_hidden_model_is_the_published_one(
    misread: Fitted, published: dict[str, Any]
):
    figures = published["cav_model5_hmm"]

    assert -2 * misread.log_likelihood == pytest.approx(3933.74, abs=0.05)
    for way, rate in rates_of(misread, figures["q"]).items():
        assert rate == pytest.approx(figures["q"][way][0], rel=0.02)
    seen_as = misread.reports.chances.T[:3, :3]
    assert seen_as == pytest.approx(
        np.array(figures["E_rows_true_cols_observed"]), 0.02
    )


def test_most_likely_path_is_the_published_one(
    cav: Panel, misread: Fitted, published: dict[str, Any]
):
    figures = published["cav_viterbi_100103"]
    own = np.array(cav.subject) == "100103"
    observed = cav.observed(dies_exactly=True)

    path = most_likely_paths(misread.chain, observed)
    smoothed = observed.in_given_order(smooth_all(misread.chain, observed).chances)

    assert (np.array(cav.state)[own] + 1).tolist() == figures["observed"]
    assert (path[own] + 1).tolist() == figures["fitted"]
    # The published table takes death as seen, its likelihood as timed; the note beside
    # it has the figures of the latter.
    assert smoothed[own][1, 0] == pytest.approx(0.87731, abs=2e-4)
    severe = smoothed[own][3:7, 1]
    assert severe == pytest.approx([0.37536, 0.33436, 0.02291, 0.00122], abs=2e-4)


def test_smoothed_states_are_the_published_ones_when_death_is_a_snapshot(
    cav: Panel, misread: Fitted, published: dict[str, Any]
):
    own = np.array(cav.subject) == "100103"
    observed = cav.observed(dies_exactly=False)

    smoothed = observed.in_given_order(smooth_all(misread.chain, observed).chances)

    figures = np.array(published["cav_viterbi_100103"]["pstate"])
    assert smoothed[own][:7, :3] == pytest.approx(figures[:7], abs=2e-4)
