"""Symptoms against the hidden truth of worlds in which each has a cause of its own."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from forecasting.engine import scoring
from tests.coaching.engine.histories import DAYS, Case, cases

JUDGED_ON, FOUND_ON = (21, 22), (31, 32)  # worlds of other deals each
DEALS = 700
DRAWS = 1_000
CUTS = np.linspace(0, 1, 41)
BEGIN, END = "<!-- hidden truth: begin -->\n", "<!-- hidden truth: end -->\n"
MEASUREMENTS = Path(__file__).parents[3] / "docs/measurements.md"
NAMES = {
    "S2": "Questions without an answer",
    "S3": "One contact, or a new one",
    "S5": "No purchase file",
}
READINGS = {
    "S1": ("status_quo_stall", "indecision_stall"),
    "S2": ("too_early", "too_late", "no_trust_or_wrong_person"),
    "S3": ("planned_handover", "hostile_takeover", "gatekeeping", "unclear"),
    "S5": ("never_a_project", "lost_its_sponsor", "hidden_project"),
}
ROWS = [
    (code, reading)
    for code, readings in READINGS.items()
    for reading in (("",) if code in NAMES else ()) + readings
]
pytestmark = pytest.mark.proof


@dataclass(frozen=True)
class Rule:
    """At least, or at most, so much of one fact."""

    fact: str
    cut: float
    is_least: bool

    def __str__(self) -> str:
        return f"{self.fact} {'≥' if self.is_least else '≤'} {self.cut:.3g}"

    def says(self, rows: tuple[Case, ...]) -> np.ndarray:
        column = np.array([row.single[self.fact] for row in rows])
        return column >= self.cut if self.is_least else column <= self.cut


@cache
def of(code: str, seeds: tuple[int, ...]) -> tuple[Case, ...]:
    """The cases of a symptom; of S1 only where it is shown, since S1 itself is exact."""
    return tuple(
        case
        for seed in seeds
        for case in cases(seed, DEALS)
        if case.symptom == code and (case.said or code != "S1")
    )


def holds(behind: frozenset[str], reading: str) -> bool:
    return reading in behind if reading else bool(behind)


def truth_and_said(
    rows: tuple[Case, ...], reading: str
) -> tuple[np.ndarray, np.ndarray]:
    return (
        np.array([holds(row.truth, reading) for row in rows]),
        np.array([holds(row.said, reading) for row in rows]),
    )


def counts(truth: np.ndarray, said: np.ndarray) -> np.ndarray:
    """Per case: truly said, wrongly said, missed, rightly silent."""
    return np.column_stack(
        [truth & said, ~truth & said, truth & ~said, ~truth & ~said]
    ).astype(float)


def agreement(cells: np.ndarray) -> float:
    """Matthews' correlation of what is said with what is true: 0 for chance, 1 at best.

    Unlike precision or recall alone it can't be had by always or never speaking.
    """
    hit, wrong, missed, silent = cells
    below = (hit + wrong) * (hit + missed) * (silent + wrong) * (silent + missed)
    return float((hit * silent - wrong * missed) / np.sqrt(below)) if below > 0 else 0.0


@cache
def best_rule(code: str, reading: str) -> Rule:
    """The rule of one fact that agrees best with the truth of deals that judge nobody."""
    rows = of(code, FOUND_ON)
    truth, _said = truth_and_said(rows, reading)
    best, found = -1.0, None
    for fact in rows[0].single:
        column = np.array([row.single[fact] for row in rows])
        for cut in np.unique(np.quantile(column, CUTS)).tolist():
            for is_least in (True, False):
                said = column >= cut if is_least else column <= cut
                agrees = agreement(counts(truth, said).sum(axis=0))
                if agrees > best:
                    best, found = agrees, Rule(fact, cut, is_least)
    assert found is not None
    return found


@dataclass(frozen=True)
class Judged:
    """A row of the table."""

    cases: int
    base: float
    precision: scoring.Interval
    recall: scoring.Interval
    agrees: scoring.Interval
    rule: Rule
    rule_precision: float
    rule_recall: float
    rule_agrees: float
    ahead: scoring.Interval


@cache
def judged(code: str, reading: str) -> Judged:
    rows = of(code, JUDGED_ON)
    truth, said = truth_and_said(rows, reading)
    rule = best_rule(code, reading)
    ours, theirs = counts(truth, said), counts(truth, rule.says(rows))
    # A deal of another world is another deal.
    deals = np.array([row.deal for row in rows])
    deals = deals + DEALS * np.cumsum(np.diff(deals, prepend=0) < 0)
    there = np.unique(deals, return_inverse=True)[1]
    both = np.hstack([ours, theirs])
    sums = np.column_stack([np.bincount(there, weights=c) for c in both.T]).astype(
        float
    )

    def drawn(statistic) -> scoring.Interval:
        return scoring.bootstrap(sums, lambda s: statistic(s.sum(axis=0)), draws=DRAWS)

    total = both.sum(axis=0)
    return Judged(
        cases=len(rows),
        base=float(truth.mean()),
        precision=drawn(lambda s: ratio(s[0], s[0] + s[1])),
        recall=drawn(lambda s: ratio(s[0], s[0] + s[2])),
        agrees=drawn(lambda s: agreement(s[:4])),
        rule=rule,
        rule_precision=ratio(total[4], total[4] + total[5]),
        rule_recall=ratio(total[4], total[4] + total[6]),
        rule_agrees=agreement(total[4:]),
        ahead=drawn(lambda s: agreement(s[:4]) - agreement(s[4:])),
    )


def ratio(part: float, whole: float) -> float:
    return float(part / whole) if whole else 0.0


def test_the_table_is_written(capsys: pytest.CaptureFixture[str]):
    told = report()
    text = MEASUREMENTS.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    MEASUREMENTS.write_text(before + BEGIN + told + END + after, encoding="utf-8")
    with capsys.disabled():
        print("\n" + told)  # noqa: T201 -- the evidence

    assert len({(n, c.deal) for n in JUDGED_ON for c in cases(n, DEALS)}) >= 1_000


@pytest.mark.parametrize("code", ["S2", "S3", "S5"])
def test_a_symptom_is_told_better_than_by_the_best_single_row(code: str):
    found = judged(code, "")

    assert found.precision.value > found.base
    assert found.ahead.low > 0


@pytest.mark.parametrize(("code", "reading"), [row for row in ROWS if row[1]])
def test_a_reading_is_told_no_worse_than_by_the_best_single_row(
    code: str, reading: str
):
    found = judged(code, reading)

    assert found.precision.value > found.base
    assert found.ahead.value > 0
    assert found.ahead.low > (-0.02 if reading == "too_early" else 0)


def report() -> str:
    """The table, in Markdown."""
    deals = sum(len({c.deal for c in cases(n, DEALS)}) for n in JUDGED_ON)
    lines = [
        f"{DEALS * len(JUDGED_ON):,} deals, of which {deals:,} lived to the first of the days "
        f"{', '.join(map(str, DAYS))}; each is judged on every one of these days on which it was "
        "still open. 95 % intervals are drawn by deals.\n\n",
        "| symptom, reading | cases | base rate | precision | recall | agreement "
        "| best rule of one fact: precision, recall, agreement | ahead of it by |\n",
        "|---|---|---|---|---|---|---|---|\n",
    ]
    for code, reading in ROWS:
        row = judged(code, reading)
        name = f"… {code} {reading.replace('_', ' ')}"
        lines.append(
            f"| {name if reading else f'**{code} {NAMES[code]}**'} | {row.cases:,} "
            f"| {row.base:.1%} | {told_in(row.precision)} | {told_in(row.recall)} "
            f"| {told_in(row.agrees)} | {row.rule}: {row.rule_precision:.2f}, "
            f"{row.rule_recall:.2f}, {row.rule_agrees:.2f} | {told_in(row.ahead)} |\n"
        )
    return "".join(lines)


def told_in(found: scoring.Interval) -> str:
    return f"{found.value:.2f} ({found.low:.2f} to {found.high:.2f})"
