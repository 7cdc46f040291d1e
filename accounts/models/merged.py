"""What two rows that became one were called before."""

from typing import Any, Self
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.base import WorkspaceModel


class MergedRowQuerySet(models.QuerySet["MergedRow"]):
    def of(self, model: Any) -> Self:
        return self.filter(kind=model._meta.model_name)

    def heir_of(self, model: Any, id: UUID) -> UUID | None:
        """The row that stayed when the one with this id was merged away, if it was."""
        return (
            self.of(model)
            .filter(merged_id=id)
            .values_list("kept_id", flat=True)
            .first()
        )

    def heir_called(self, model: Any, *, source: str, external_id: str) -> UUID | None:
        """The row that stayed of two, by what the other one is called elsewhere."""
        called = self.of(model).filter(source=source, external_id=external_id)
        return called.exclude(external_id="").values_list("kept_id", flat=True).first()


class MergedRow(WorkspaceModel):
    """A row that became part of another: its id here, and its name in its source.

    Whoever comes with either of them is led to the row that stayed.
    """

    kind = models.CharField(max_length=20)
    merged_id = models.UUIDField()
    kept_id = models.UUIDField()
    source = models.CharField(max_length=80, blank=True)
    external_id = models.CharField(max_length=120, blank=True)
    merged_at = models.DateTimeField()

    objects = MergedRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("merged row")
        constraints = [
            models.UniqueConstraint(
                name="merged_row_once", fields=["workspace", "kind", "merged_id"]
            ),
            models.UniqueConstraint(
                name="merged_row_once_per_source",
                fields=["workspace", "source", "external_id", "kind"],
                condition=~Q(external_id=""),
            ),
        ]
        indexes = [
            models.Index(fields=["workspace", "kept_id"], name="merged_row_of_kept")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.merged_id} → {self.kept_id}"
