"""An export: what was asked for, and the file a worker made of it, kept for a day."""

from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.fields import WorkspaceForeignKey
from accounts.models import Membership, WorkspaceModel

KEPT = timedelta(days=1)


class Contents(models.TextChoices):
    BUNDLE = "bundle", _("bundle of all facts")
    ALL = "all", _("all five tables")
    COMPANIES = "companies", _("companies")
    PEOPLE = "people", _("people")
    OPPORTUNITIES = "opportunities", _("opportunities")
    STAKEHOLDERS = "stakeholders", _("stakeholders")
    INTERACTIONS = "interactions", _("interactions")


class Format(models.TextChoices):
    XLSX = "xlsx", _("workbook (XLSX)")
    CSV = "csv", _("text with commas (CSV)")
    JSONL = "jsonl", _("JSON Lines")


class ExportStatus(models.TextChoices):
    WAITING = "waiting", _("being made")
    READY = "ready", _("ready")
    FAILED = "failed", _("given up")


class ExportRunQuerySet(models.QuerySet["ExportRun"]):
    def kept_at(self, now: datetime) -> "ExportRunQuerySet":
        return self.filter(asked_at__gt=now - KEPT)


class ExportRun(WorkspaceModel):
    contents = models.CharField(max_length=13, choices=Contents.choices)
    format = models.CharField(max_length=5, choices=Format.choices)
    # To the letter, also what a spreadsheet would take for a formula.
    is_raw = models.BooleanField(default=False)
    status = models.CharField(
        max_length=7, choices=ExportStatus.choices, default=ExportStatus.WAITING
    )
    asked_at = models.DateTimeField()
    asked_by = WorkspaceForeignKey(
        Membership, models.RESTRICT, null=True, related_name="+"
    )
    attempts = models.IntegerField(default=0)
    ready_at = models.DateTimeField(null=True)
    row_count = models.IntegerField(default=0)
    size = models.BigIntegerField(default=0)  # of the file, in bytes

    objects = ExportRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("export")

    def __str__(self) -> str:
        return f"{self.contents}, {self.asked_at:%Y-%m-%d %H:%M}"

    @property
    def file_name(self) -> str:
        is_zipped = self.contents == Contents.ALL and self.format == Format.CSV
        ending = "zip" if is_zipped else self.format
        return f"{self.contents}-{self.asked_at:%Y-%m-%d}.{ending}"

    @property
    def ends_at(self) -> datetime:
        return self.asked_at + KEPT


class ExportChunk(WorkspaceModel):
    """A piece of the file: the web and the workers share no disk."""

    run = WorkspaceForeignKey(ExportRun, models.CASCADE, related_name="chunks")
    number = models.IntegerField()
    data = models.BinaryField()

    class Meta:
        verbose_name = _("piece of an export")
        constraints = [
            models.UniqueConstraint(
                name="piece_of_an_export_once", fields=["workspace", "run", "number"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.number}"
