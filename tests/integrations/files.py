"""Files to import, and what comes back out of a workspace."""

import io
import json
from collections.abc import Iterable
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import Workspace
from integrations.exporting import export_bundle
from integrations.importing import Order, Report, import_file
from readiness.actions.phase_models import copy_default_model
from stakeholders.actions.defaults import copy_default_roles
from tests.factories import NOW

Line = dict[str, Any]
BRUSSELS = ZoneInfo("Europe/Brussels")

COMPANY: Line = {"type": "company", "id": "c1", "name": "Delta Metalworks"}
PERSON: Line = {"type": "person", "id": "p1", "name": "Anna Peeters"}
DEAL: Line = {
    "type": "opportunity",
    "id": "o1",
    "name": "Planning system",
    "opened_on": "2026-01-05",
}
SEAT: Line = {
    "type": "stakeholder",
    "id": "s1",
    "opportunity": "o1",
    "person": "p1",
    "joined_on": "2026-01-05",
}
TALK: Line = {
    "type": "interaction",
    "id": "i1",
    "opportunity": "o1",
    "occurred_at": "2026-02-02T09:00:00Z",
    "channel": "call",
    "direction": "inbound",
    "participants": ["s1"],
}
SMALL: list[Line] = [COMPANY, PERSON, DEAL, SEAT, TALK]


# Every type of a bundle, with every optional field.
RICH: list[Line] = [
    json.loads(text)
    for text in Path(__file__).with_name("rich.jsonl").read_text("utf-8").splitlines()
]


def furnish() -> None:
    """Give the open workspace the roles and the phase model a new one gets."""
    copy_default_roles()
    copy_default_model(now=NOW)


def write_bundle(path: Path, lines: Iterable[Line | str]) -> Path:
    told = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("".join(f"{line}\n" for line in told), encoding="utf-8")
    return path


def importing(path: Path, **order: Any) -> Report:
    """Import a file into the open workspace."""
    told: dict[str, Any] = {"zone": BRUSSELS, "now": NOW} | order
    return import_file(Order(path=path, **told), door=nullcontext)


def refusals(report: Report) -> list[tuple[int, str]]:
    return [(row.line, row.sentence) for row in report.refused]


def exported(workspace: Workspace) -> list[Line]:
    """The lines of a workspace's bundle but for its source, in an order of their own."""
    file = io.StringIO()
    export_bundle(workspace, to=file)
    lines = [json.loads(text) for text in file.getvalue().splitlines()]
    return in_order(line for line in lines if line["type"] != "source")


def in_order(lines: Iterable[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: json.dumps(line, sort_keys=True))
