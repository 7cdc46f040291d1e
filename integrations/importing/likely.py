"""Who an import brings that looks like somebody who is here already."""

from collections.abc import Iterator
from typing import Any

from integrations.importing.job import Job
from opportunities.models import Company
from stakeholders.models import Person
from stakeholders.queries.duplicates import likenesses

KINDS: dict[str, Any] = {"company": Company, "person": Person}
CHUNK = 1_000
KEPT = 200  # that are kept with their lines; the others are counted


def report_likely(job: Job) -> None:
    """Keep what was found in the report: ids only, names are looked up when it is shown."""
    for found in _found(job):
        job.report.likely_count += 1
        if len(job.report.likely) < KEPT:
            job.report.likely.append(found)


def _found(job: Job) -> Iterator[dict[str, Any]]:
    for kind, model in KINDS.items():
        known = job.known.get(kind, {})
        lines = job.lines.get(kind, {})
        made = [(id, row) for id, row in known.items() if row.pk in job.fresh]
        for start in range(0, len(made), CHUNK):
            chunk = made[start : start + CHUNK]
            named = {row.pk: id for id, row in chunk}
            for each in likenesses(model, [row for _id, row in chunk]):
                if each.twin.pk not in job.fresh:
                    yield {
                        "kind": kind,
                        "line": lines.get(named[each.row.pk], 0),
                        "row": str(each.row.pk),
                        "twin": str(each.twin.pk),
                        "reasons": list(each.reasons),
                    }
