"""What an import does to rows, written down in its own transaction: an undo goes by it."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import BigIntegerField, F, Func

from integrations.models import ChangeKind, ImportChange, ImportRun

BATCH = 1_000
VERSION = "version"  # only counts on: it tells nothing of what a row says


class Print(Func):
    """A hash of some of a row's columns, made where the row lies."""

    template = "hashtextextended(ROW(%(expressions)s)::text, 0)"
    output_field = BigIntegerField()

    def __init__(self, columns: Sequence[str], **extra: Any) -> None:
        super().__init__(*(F(column) for column in columns), **extra)


class Journal:
    """One of a run: entries in the order things were written, so that an undo goes back."""

    def __init__(self, run: ImportRun) -> None:
        self._run, self._number = run, 0

    def made(self, rows: Sequence[Any]) -> None:
        """Say which rows were just written."""
        for batch in batches(rows):
            self._enter(type(batch[0]), ChangeKind.MADE, ids=[row.pk for row in batch])

    def changing(self, model: Any, pks: Collection[UUID], names: Iterable[str]) -> None:
        """Keep what these fields of rows hold, before they are changed."""
        columns = sorted(model._meta.get_field(name).attname for name in names)
        self._keep(model, ChangeKind.CHANGED, pks=pks, columns=columns)

    def taking(self, model: Any, pks: Collection[UUID]) -> None:
        """Keep rows as they are, before they are deleted."""
        self._keep(model, ChangeKind.TAKEN, pks=pks, columns=columns_of(model))

    def seal(self) -> None:
        """Keep how each row looks now that all is written: who changes it later is seen."""
        entries = self._run.changes.exclude(kind=ChangeKind.TAKEN).order_by("number")
        for entry in entries.iterator(chunk_size=20):
            model = model_of(entry)
            entry.columns = [c for c in columns_of(model) if c != VERSION]
            seen = prints(model.objects.filter(pk__in=entry.ids), entry)
            entry.prints = [seen[pk] for pk in entry.ids]
            entry.save(update_fields=["columns", "prints"])

    def _keep(
        self,
        model: Any,
        kind: ChangeKind,
        *,
        pks: Collection[UUID],
        columns: list[str],
    ) -> None:
        for batch in batches(list(pks)):
            rows = list(
                model.objects.filter(pk__in=batch).order_by("pk").only(*columns)
            )
            before = [written(row, columns) for row in rows]
            if rows:
                self._enter(model, kind, ids=[row.pk for row in rows], before=before)

    def _enter(
        self, model: Any, kind: ChangeKind, *, ids: list[UUID], before: Any = ()
    ) -> None:
        self._number += 1
        ImportChange.objects.create(
            run=self._run,
            number=self._number,
            kind=kind,
            table=model._meta.label,
            ids=ids,
            before=list(before),
        )


def prints(rows: Any, entry: ImportChange) -> dict[UUID, int]:
    """How rows look now, by the columns that counted when the journal was sealed."""
    seen = rows.annotate(print=Print(entry.columns)).order_by()
    return dict(seen.values_list("pk", "print"))


def model_of(entry: ImportChange) -> Any:
    return apps.get_model(entry.table)


def columns_of(model: Any) -> list[str]:
    """What a row holds of its own."""
    fields = model._meta.concrete_fields
    return [each.attname for each in fields if each.name not in {"id", "workspace"}]


def batches(rows: Sequence[Any]) -> Iterator[list[Any]]:
    source = iter(rows)
    while batch := list(islice(source, BATCH)):
        yield batch


def written(row: Any, columns: Sequence[str]) -> dict[str, Any]:
    """Values as JSON can keep them, to the last digit."""
    return {column: _plain(getattr(row, column)) for column in columns}


def restored(model: Any, kept: dict[str, Any]) -> dict[str, Any]:
    """Such values, as the model holds them."""
    fields = {each.attname: each for each in model._meta.concrete_fields}
    return {column: _value(fields[column], value) for column, value in kept.items()}


def _value(field: Any, value: Any) -> Any:
    own = field.target_field if field.is_relation else field
    return None if value is None else own.to_python(value)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal | UUID) else value
