"""What was merged here is told of by two names in a file, and is one row all the same."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import ngettext

from accounts.models import MergedRow
from integrations.importing.job import Job
from integrations.importing.report import UNCHANGED
from integrations.models import ImportRow
from integrations.queries.lines import Line
from opportunities.models import Company
from stakeholders.models import Person, Stakeholder

MODELS: dict[str, Any] = {
    "company": Company,
    "person": Person,
    "stakeholder": Stakeholder,
}
# The fields of a line that name somebody or something, by what they name.
ONE = {
    "company": ("company",),
    "person": ("person",),
    "stakeholder": (
        *("stakeholder", "replaced_by", "moved_by", "addressed_to", "stopped_by"),
        *("from", "to"),
    ),
}
SEVERAL = ("participants", "stakeholders")
WITHIN = ("signals", "actions", "phases")
# Edited in place, one for each pair: what is told of the other name changes nothing.
OF_ONE_NAME = ("influence", "role")


class Merged:
    """The other names that rows have in a source, and the one by which each is told of.

    A line about another name is found and changes nothing: a row follows one record.
    """

    def __init__(self, job: Job) -> None:
        self._job, self._count = job, 0
        self._rows: dict[tuple[str, str], Any] = {}
        self._names: dict[str, dict[str, str]] = {}
        said = MergedRow.objects.filter(source=job.source).exclude(external_id="")
        for kind, model in MODELS.items():
            heirs = dict(said.of(model).values_list("external_id", "kept_id"))
            rows = model.objects.in_bulk(set(heirs.values()))
            self._learn(kind, {id: rows[pk] for id, pk in heirs.items() if pk in rows})

    def _learn(self, kind: str, heirs: dict[str, Any]) -> None:
        first: dict[Any, str] = {}
        for id, row in sorted(heirs.items(), key=lambda each: each[0]):
            own = row.external_id if row.source == self._job.source else ""
            name = first.setdefault(row.pk, own or id)
            self._rows[kind, id] = row
            self._names.setdefault(kind, {})[id] = name

    def follow(self, kind: str, chunk: Sequence[ImportRow]) -> list[ImportRow]:
        """The lines by the one name of everything; those about the others are found."""
        if not self._rows:
            return list(chunk)
        return [staged for staged in chunk if not self._is_done(kind, staged)]

    def _is_done(self, kind: str, staged: ImportRow) -> bool:
        row = self._rows.get((kind, staged.external_id))
        if row is not None:
            self._job.learn(kind, self._names[kind][staged.external_id], row)
        before, staged.values = staged.values, self._renamed(staged.values)
        is_done = row is not None or (kind in OF_ONE_NAME and before != staged.values)
        if is_done:
            self._job.report.count(kind, UNCHANGED)
            self._count += 1
        return is_done

    def _renamed(self, values: Line) -> Line:
        told = dict(values)
        for kind, fields in ONE.items():
            names = self._names.get(kind, {})
            for field in fields:
                if isinstance(told.get(field), str):
                    told[field] = names.get(told[field], told[field])
        seats = self._names.get("stakeholder", {})
        for field in SEVERAL:
            if field in told:
                told[field] = list(dict.fromkeys(seats.get(s, s) for s in told[field]))
        for field in WITHIN:
            if field in told:
                told[field] = _once(field, map(self._renamed, told[field]))
        return told

    def finish(self) -> None:
        """Say it in the report."""
        if not self._count:
            return
        note = ngettext(
            "%(count)s line is about what was merged here: it was found, and what it"
            " says was not taken over.",
            "%(count)s lines are about what was merged here: they were found, and what"
            " they say was not taken over.",
            self._count,
        ) % {"count": self._count}
        if note not in self._job.report.notes:
            self._job.report.notes.append(note)


def _once(field: str, lines: Iterable[Line]) -> list[Line]:
    """Of a review one phase for each person; signals and actions as they were told."""
    if field != "phases":
        return list(lines)
    first: dict[Any, Line] = {}
    for line in lines:
        first.setdefault(line["stakeholder"], line)
    return list(first.values())
