"""What an import found to look like something here, with names and where to compare them."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from integrations.models import ImportRun, ImportStatus
from opportunities.models import Company
from stakeholders.models import Person

SHOWN = 50
MODELS: dict[str, Any] = {"company": Company, "person": Person}


@dataclass(frozen=True, slots=True)
class Likely:
    """A line of the file, and what is here already."""

    line: int
    kind: str
    twin: Any
    row: UUID | None  # what the import made of the line, once it is committed
    reasons: tuple[str, ...]


def likely_in(run: ImportRun) -> list[Likely]:
    """The first of them that are still two; at most four queries."""
    told = run.report.get("likely", [])[:SHOWN]
    found: dict[str, dict[UUID, Any]] = {}
    for kind, model in MODELS.items():
        ids = {
            UUID(each[of])
            for each in told
            if each["kind"] == kind
            for of in ("row", "twin")
        }
        found[kind] = model.objects.in_bulk(ids) if ids else {}
    is_here = run.status == ImportStatus.COMMITTED
    return [
        Likely(
            line=each["line"],
            kind=each["kind"],
            twin=found[each["kind"]][UUID(each["twin"])],
            row=UUID(each["row"]) if is_here else None,
            reasons=tuple(each["reasons"]),
        )
        for each in told
        if UUID(each["twin"]) in found[each["kind"]]
        and (not is_here or UUID(each["row"]) in found[each["kind"]])
    ]
