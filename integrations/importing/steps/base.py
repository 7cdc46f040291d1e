"""How rows of one type are compared with what is there, and written in bulk."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from accounts.models import Fact
from integrations.importing.job import Follows, Job
from integrations.importing.refusal import Refusal
from integrations.importing.report import CHANGED, MADE, UNCHANGED
from integrations.models import ImportRow
from integrations.queries.lines import Line, lines_of


class Step:
    """One type of row. `take` is given chunks of it, `finish` comes after the last."""

    kind: ClassVar[str]

    def __init__(self, job: Job) -> None:
        self.job = job

    def take(self, rows: Sequence[ImportRow]) -> None:
        raise NotImplementedError

    def finish(self) -> None:
        """What can be said only when all rows of the type are known."""

    @property
    def may_write(self) -> bool:
        """After a refusal the rest is only checked."""
        return self.job.report.is_clean

    @contextmanager
    def refusing(self, line: int, id: str = "", kind: str = "") -> Iterator[None]:
        try:
            yield
        except (Refusal, Follows) as reason:
            self.job.broken.add((kind or self.kind, id))
            if isinstance(reason, Refusal):
                self.job.report.refuse(line, str(reason))

    def lines_of(self, rows: Iterable[Any]) -> list[Line]:
        return lines_of(self.kind, rows, self.job.names)


class SourcedStep(Step):
    """Things with an id of their own that are edited in place, with a version."""

    model: ClassVar[Any]

    def fields(self, values: Line) -> dict[str, Any]:
        """What a row becomes.

        :raises Refusal: when it can't.
        """
        raise NotImplementedError

    def take(self, rows: Sequence[ImportRow]) -> None:
        there = self._there(rows)
        made: list[tuple[Any, Line]] = []
        changed: list[tuple[Any, Line]] = []
        names: set[str] = set()
        for staged in rows:
            with self.refusing(staged.line, staged.external_id):
                self.job.refuse_second(self.kind, staged.external_id, staged.line)
                row, line = there.get(staged.external_id, (None, None))
                if line == self.job.members.as_told(staged.values):
                    self.check(staged.values, row)
                    self._learn(staged, row, UNCHANGED)
                    continue
                fields = self.fields(staged.values)
                if row is None:
                    row = self._made(staged, fields)
                    made.append((row, staged.values))
                else:
                    names |= _set(row, fields)
                    changed.append((row, staged.values))
                self.check(staged.values, row)
                self._learn(staged, row, CHANGED if line else MADE)
        if self.may_write:
            self._write(
                [row for row, _values in made], [row for row, _v in changed], names
            )
            self.written(made, changed)

    def check(self, values: Line, row: Any) -> None:
        """What also an unchanged row must pass."""

    def written(
        self, made: list[tuple[Any, Line]], changed: list[tuple[Any, Line]]
    ) -> None:
        """What hangs on rows that were just written."""

    def deal_of(self, row: Any) -> Any:
        """The id of the deal that is to be computed again, if any."""
        return None

    def _there(self, rows: Sequence[ImportRow]) -> dict[str, tuple[Any, Line]]:
        found = list(
            self.model.objects.filter(
                source=self.job.source,
                external_id__in=[staged.external_id for staged in rows],
            )
        )
        for row in found:
            self.job.names.call(row.pk, row.external_id)
        lines = self.lines_of(found)
        return {
            row.external_id: (row, line) for row, line in zip(found, lines, strict=True)
        }

    def _made(self, staged: ImportRow, fields: dict[str, Any]) -> Any:
        row = self.model(
            source=self.job.source, external_id=staged.external_id, **fields
        )
        self.job.fresh.add(row.pk)
        return row

    def _learn(self, staged: ImportRow, row: Any, verdict: str) -> None:
        self.job.learn(self.kind, staged.external_id, row)
        self.job.report.count(self.kind, verdict)
        deal = self.deal_of(row)
        if deal is not None and verdict != UNCHANGED:
            self.job.touched.add(deal)

    def _write(self, made: list[Any], changed: list[Any], names: set[str]) -> None:
        self.job.create(self.model, made)
        for row in changed:
            row.version += 1
        if changed:
            self.job.update(self.model, changed, names | {"version"})


class KeyedStep(Step):
    """Rows without an id: known by what they hang on and by a few of their fields."""

    model: ClassVar[Any]
    parent_kind: ClassVar[str] = "opportunity"
    parent_field: ClassVar[str] = "opportunity"  # the same word in file and model
    key: ClassVar[tuple[str, ...]]
    is_unique: ClassVar[bool] = False  # at most one row of a key
    is_computed_with: ClassVar[bool] = True

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self._there: dict[tuple[Any, ...], list[tuple[Any, Line]]] = defaultdict(list)
        self._loaded: set[Any] = set()

    def fields(self, values: Line, parent: Any) -> dict[str, Any]:
        raise NotImplementedError

    def existing(self) -> Any:
        """The rows that count, as a queryset."""
        return self.model.objects.standing()

    def take(self, rows: Sequence[ImportRow]) -> None:
        self._load(rows)
        made: list[Any] = []
        changed: list[tuple[Any, dict[str, Any]]] = []
        for staged in rows:
            with self.refusing(staged.line):
                values = staged.values
                parent = self.parent_of(values)
                if self.is_unique:
                    key = repr(self._key(values))
                    self._refuse_second(key, staged.line)
                told = self.job.members.as_told(values)
                old, line = self._taken(self._key(values), told)
                if old is None:
                    made.append(self.model(**self.fields(values, parent)))
                    self._count(MADE, parent)
                elif line is None:
                    self._count(UNCHANGED, parent)
                else:
                    changed.append((old, self.fields(values, parent)))
                    self._count(CHANGED, parent)
        if self.may_write:
            self.job.create(self.model, made + self.corrected(changed))

    def parent_of(self, values: Line) -> Any:
        return self.job.find(self.parent_kind, values[self.parent_field])

    def corrected(self, changed: list[tuple[Any, dict[str, Any]]]) -> list[Any]:
        """Facts are taken back, and their heirs answered, to be written; others are edited."""
        if not changed:
            return []
        if issubclass(self.model, Fact):
            return amended(self.job, changed)
        names: set[str] = set()
        for row, fields in changed:
            names |= _set(row, fields)
        self.job.update(self.model, [row for row, _fields in changed], names)
        return []

    def _load(self, rows: Sequence[ImportRow]) -> None:
        """Learn what hangs on the parents that were there before this import."""
        parents = self.job.known.get(self.parent_kind, {})
        ids = {staged.values.get(self.parent_field) for staged in rows}
        pks = {parents[id].pk for id in ids if id in parents}
        self.load(pks - self.job.fresh - self._loaded)

    def load(self, pks: set[Any]) -> None:
        if not pks:
            return
        self._loaded |= pks
        here = self.existing().filter(**{f"{self.parent_field}__in": pks})
        self.remember(list(here.order_by("pk")))

    def remember(self, rows: list[Any]) -> None:
        for row, line in zip(rows, self.lines_of(rows), strict=True):
            self._there[self._key(line)].append((row, line))

    def _key(self, values: Line) -> tuple[Any, ...]:
        return tuple(values.get(name) for name in self.key)

    def _taken(self, key: tuple[Any, ...], told: Line) -> tuple[Any, Line | None]:
        """Take what is there for a line: its like (without a line), else one to change."""
        candidates = self._there.get(key, [])
        for place, (row, line) in enumerate(candidates):
            if line == told:
                del candidates[place]
                return row, None
        return candidates.pop(0) if candidates else (None, None)

    def _refuse_second(self, key: str, line: int) -> None:
        first = self.job.lines.setdefault(self.kind, {}).setdefault(key, line)
        if first != line:
            raise Refusal(
                _("Line %(line)s says this already, or something else of it.")
                % {"line": first}
            )

    def _count(self, verdict: str, parent: Any) -> None:
        self.job.report.count(self.kind, verdict)
        if verdict != UNCHANGED and self.is_computed_with and parent is not None:
            deal = getattr(parent, "opportunity_id", parent.pk)
            self.job.touched.add(deal)


def amended(job: Job, changed: list[tuple[Any, dict[str, Any]]]) -> list[Any]:
    """Take facts back; answer the rows that stand in their place, of the same lineage."""
    model = type(changed[0][0])
    job.retract(model, [row.pk for row, _fields in changed])
    return [
        model(
            **fields
            | {
                "lineage_id": row.lineage_id,
                "revision": row.revision + 1,
                "logged_at": job.now,
            }
        )
        for row, fields in changed
    ]


def _set(row: Any, fields: dict[str, Any]) -> set[str]:
    for name, value in fields.items():
        setattr(row, name, value)
    return set(fields)


def day(text: str) -> date:
    return date.fromisoformat(text)


def day_or_none(text: str | None) -> date | None:
    return day(text) if text else None


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
