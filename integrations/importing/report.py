"""What an import did, or would do: rows by type and verdict, and every refusal."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

MADE, CHANGED, UNCHANGED = "made", "changed", "unchanged"
VERDICTS = (MADE, CHANGED, UNCHANGED)
KEPT = 1_000  # refusals that are kept in words; the others are counted


@dataclass(frozen=True, slots=True, order=True)
class RefusedRow:
    line: int
    sentence: str


@dataclass(slots=True)
class Report:
    source: str = ""
    counts: dict[str, Counter[str]] = field(default_factory=dict)
    refused: list[RefusedRow] = field(default_factory=list)
    refused_count: int = 0
    dropped: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    likely: list[dict[str, Any]] = field(default_factory=list)  # like what is here
    likely_count: int = 0
    is_dry_run: bool = False

    @property
    def is_clean(self) -> bool:
        return self.refused_count == 0

    def count(self, kind: str, verdict: str) -> None:
        self.counts.setdefault(kind, Counter())[verdict] += 1

    def total(self, verdict: str) -> int:
        return sum(counter[verdict] for counter in self.counts.values())

    def refuse(self, line: int, sentence: str) -> None:
        self.refused_count += 1
        if len(self.refused) < KEPT:
            self.refused.append(RefusedRow(line, sentence))

    def as_json(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "counts": {
                kind: {verdict: counter[verdict] for verdict in VERDICTS}
                for kind, counter in self.counts.items()
            },
            "refused_count": self.refused_count,
            "refused": [[row.line, row.sentence] for row in self.refused],
            "dropped": self.dropped,
            "notes": self.notes,
            "likely": self.likely,
            "likely_count": self.likely_count,
            "dry_run": self.is_dry_run,
        }
