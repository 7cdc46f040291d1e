"""The reference data beside the project, and the default model built from it."""

import csv
import os
from pathlib import Path

import pytest
from hypothesis import settings

from readiness.engine.evidence import SignalKind
from readiness.engine.expert import ANCHORS, expert_model
from readiness.engine.model import ReadinessModel, Settings

# How long an example takes says more about the machine than about the engine.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

PROJECT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def reference_data() -> Path:
    """The folder of CSV files that the values of the product come from."""
    given = os.environ.get("BUYREADINESS_REFERENCE_DATA", "../shared/data")
    folder = (PROJECT / given).resolve()
    if not (folder / "readiness" / "signals.csv").exists():
        pytest.skip(
            f"the reference data is not in {folder}; set BUYREADINESS_REFERENCE_DATA"
        )
    return folder


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="session")
def kinds(reference_data: Path) -> list[SignalKind]:
    """The 52 signals of the default catalogue."""
    return [
        SignalKind(
            code=row["code"],
            steps=tuple(int(row[f"step_{anchor}"]) for anchor in ANCHORS),
            evidence_class=row["evidence_class"],
            stance_effect=float(row["stance_effect"]),
        )
        for row in rows(reference_data / "readiness" / "signals.csv")
    ]


@pytest.fixture(scope="session")
def model(kinds: list[SignalKind]) -> ReadinessModel:
    return expert_model(kinds)


@pytest.fixture(scope="session")
def undamped(kinds: list[SignalKind]) -> ReadinessModel:
    return expert_model(kinds, settings=Settings(damping_days=None))
