"""An import: a file, its rows as they were read, and what became of them."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.fields import WorkspaceForeignKey
from accounts.models import Membership, WorkspaceModel


class ImportStatus(models.TextChoices):
    UPLOADED = "uploaded", _("waiting for its columns")
    READING = "reading", _("reading the file")
    CHECKING = "checking", _("checking it against what is here")
    CHECKED = "checked", _("checked")
    WRITING = "writing", _("writing")
    COMMITTED = "committed", _("committed")
    REFUSED = "refused", _("refused")
    FAILED = "failed", _("given up")
    WEIGHING = "weighing", _("seeing what an undo takes back")
    UNDOING = "undoing", _("taking it back")
    UNDONE = "undone", _("undone")


# A worker is at it, or will be.
OF_UNDO = (ImportStatus.WEIGHING, ImportStatus.UNDOING)
AT_WORK = (
    ImportStatus.READING,
    ImportStatus.CHECKING,
    ImportStatus.WRITING,
    *OF_UNDO,
)
WRITTEN = (ImportStatus.COMMITTED, *OF_UNDO, ImportStatus.UNDONE)


class FileKind(models.TextChoices):
    BUNDLE = "bundle", _("bundle (JSON Lines)")
    TABLE = "table", _("table (CSV)")
    SHEET = "sheet", _("spreadsheet (XLSX)")


class ImportRun(WorkspaceModel):
    source = models.CharField(max_length=80)
    mapping = models.CharField(max_length=80, blank=True)  # empty: the file is a bundle
    digest = models.CharField(max_length=64)  # of the file and all it is read with
    status = models.CharField(
        max_length=9, choices=ImportStatus.choices, default=ImportStatus.READING
    )
    started_at = models.DateTimeField()
    started_by = WorkspaceForeignKey(
        Membership, models.RESTRICT, null=True, related_name="+"
    )
    committed_at = models.DateTimeField(null=True)
    row_count = models.IntegerField(default=0)  # how many are staged: resumable
    report = models.JSONField(default=dict)
    undo = models.JSONField(default=dict)  # what an undo would do, or did
    undone_at = models.DateTimeField(null=True)

    # What only an import has that came in by the pages.
    file_name = models.CharField(max_length=120, blank=True)
    kind = models.CharField(max_length=6, choices=FileKind.choices, blank=True)
    size = models.BigIntegerField(default=0)  # of the file, in bytes
    facts = models.JSONField(default=dict)  # encoding, columns and first rows, as seen
    order = models.JSONField(default=dict)  # how it is to be read
    asked_by = WorkspaceForeignKey(
        Membership, models.RESTRICT, null=True, related_name="+"
    )
    asked_at = models.DateTimeField(null=True)  # when a worker was last asked for
    attempts = models.IntegerField(default=0)  # since something was last kept
    read_count = models.BigIntegerField(default=0)  # characters of the file, so far
    settled_count = models.IntegerField(default=0)  # rows checked or written, so far
    beat_at = models.DateTimeField(null=True)  # the worker's last sign of life

    class Meta:
        verbose_name = _("import")
        constraints = [
            models.UniqueConstraint(
                name="import_of_a_file_read_once_at_a_time",
                fields=["workspace", "digest"],
                condition=Q(status="reading"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source}, {self.started_at:%Y-%m-%d %H:%M}"

    @property
    def is_at_work(self) -> bool:
        return self.status in AT_WORK

    @property
    def is_table(self) -> bool:
        return self.kind in (FileKind.TABLE, FileKind.SHEET)

    @property
    def counts(self) -> dict[str, Any]:
        found: dict[str, Any] = self.report.get("counts", {})
        return found


class ImportRow(WorkspaceModel):
    """One object of the file, parsed and checked, not yet anything of ours."""

    run = WorkspaceForeignKey(ImportRun, models.CASCADE, related_name="rows")
    line = models.IntegerField()
    kind = models.CharField(max_length=20)
    external_id = models.CharField(max_length=120, blank=True)
    values = models.JSONField(default=dict)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("row of an import")
        indexes = [
            models.Index(
                fields=["workspace", "run", "kind", "line", "id"], name="import_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line}: {self.kind}"


class ChangeKind(models.TextChoices):
    """What an import did to rows, in no language."""

    MADE = "made"
    CHANGED = "changed"
    TAKEN = "taken"


class ImportChange(WorkspaceModel):
    """Rows of one table that an import made, changed or took away: what an undo goes by.

    Up to a thousand of them stand in one row, in the order they were written.
    """

    run = WorkspaceForeignKey(ImportRun, models.CASCADE, related_name="changes")
    number = models.IntegerField()
    kind = models.CharField(max_length=7, choices=ChangeKind.choices)
    table = models.CharField(max_length=60)  # the model's label
    ids = ArrayField(models.UUIDField())
    # The columns that count, and a hash of them for each row as the import left it.
    columns = ArrayField(models.CharField(max_length=60), default=list)
    prints = ArrayField(models.BigIntegerField(), default=list)
    before = models.JSONField(
        default=list
    )  # a row's former values, in the order of ids

    class Meta:
        verbose_name = _("change of an import")
        constraints = [
            models.UniqueConstraint(
                name="change_of_an_import_once", fields=["workspace", "run", "number"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.table} {self.kind}, {len(self.ids)}"


class ImportChunk(WorkspaceModel):
    """A piece of an uploaded file: the web and the workers share no disk."""

    run = WorkspaceForeignKey(ImportRun, models.CASCADE, related_name="chunks")
    file = models.CharField(max_length=80, blank=True)  # empty: the file itself
    number = models.IntegerField()
    data = models.BinaryField()

    class Meta:
        verbose_name = _("piece of a file")
        constraints = [
            models.UniqueConstraint(
                name="piece_of_a_file_once",
                fields=["workspace", "run", "file", "number"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file or '-'} {self.number}"
