"""An import: a file, its rows as they were read, and what became of them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.fields import WorkspaceForeignKey
from accounts.models import Membership, WorkspaceModel


class ImportStatus(models.TextChoices):
    READING = "reading", _("reading the file")
    CHECKED = "checked", _("checked")
    COMMITTED = "committed", _("committed")
    REFUSED = "refused", _("refused")


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
