"""Two rows that look like one, and are not."""

from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.fields import WorkspaceForeignKey
from accounts.models import Membership, WorkspaceModel


class DistinctPairQuerySet(models.QuerySet["DistinctPair"]):
    def about(self, id: UUID) -> Self:
        return self.filter(Q(first_id=id) | Q(second_id=id))


class DistinctPair(WorkspaceModel):
    """Somebody looked at the two, and said that they are not the same. Asked once."""

    kind = models.CharField(max_length=20)
    first_id = models.UUIDField()
    second_id = models.UUIDField()
    said_at = models.DateTimeField()
    said_by = WorkspaceForeignKey(
        Membership, models.RESTRICT, null=True, related_name="+"
    )

    objects = DistinctPairQuerySet.as_manager()

    class Meta:
        verbose_name = _("two that are not the same")
        constraints = [
            models.UniqueConstraint(
                name="distinct_pair_once", fields=["workspace", "first_id", "second_id"]
            ),
            models.CheckConstraint(
                name="distinct_pair_in_order", condition=Q(first_id__lt=F("second_id"))
            ),
        ]
        indexes = [
            models.Index(fields=["workspace", "second_id"], name="distinct_pair_second")
        ]

    def __str__(self) -> str:
        return f"{self.first_id} ≠ {self.second_id}"
