"""Facts: what somebody entered. Nothing deletes a fact; it is retracted."""

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7

from accounts.fields import WorkspaceForeignKey
from accounts.models.base import WorkspaceModel
from accounts.models.membership import Membership


class FactQuerySet(models.QuerySet[Any]):
    def standing(self) -> Self:
        """Not retracted: what lists, calculations and exports know of."""
        return self.filter(retracted_at__isnull=True)

    def not_retracted_by(self, moment: datetime) -> Self:
        """What stood at that moment, whenever it was logged."""
        return self.filter(Q(retracted_at__isnull=True) | Q(retracted_at__gt=moment))

    def known_at(self, moment: datetime) -> Self:
        """Logged by then, and not retracted by then: what was believed at that moment."""
        return self.not_retracted_by(moment).filter(logged_at__lte=moment)


class Fact(WorkspaceModel):
    """A row that is written once, and taken back by being retracted.

    An edit is a retraction and a new row of the same *lineage*; the API's id and ETag
    belong to the lineage, and `revision` counts its rows.
    """

    lineage_id = models.UUIDField(default=uuid7, editable=False)
    revision = models.IntegerField(default=1)
    logged_at = models.DateTimeField()
    logged_by = WorkspaceForeignKey(
        Membership, models.RESTRICT, null=True, related_name="+"
    )
    retracted_at = models.DateTimeField(null=True)
    retracted_by = WorkspaceForeignKey(
        Membership, models.RESTRICT, null=True, related_name="+"
    )

    objects = FactQuerySet.as_manager()

    class Meta:
        abstract = True


class Sourced(models.Model):
    """A row that may have come from elsewhere: what it is called there."""

    source = models.CharField(max_length=80, blank=True)
    external_id = models.CharField(max_length=120, blank=True)

    class Meta:
        abstract = True


def one_per_lineage(name: str) -> models.UniqueConstraint:
    """At most one row of a lineage stands."""
    return models.UniqueConstraint(
        name=name,
        fields=["workspace", "lineage_id"],
        condition=Q(retracted_at__isnull=True),
    )


def one_per_source(name: str) -> models.UniqueConstraint:
    """A thing of a source is imported once."""
    return models.UniqueConstraint(
        name=name,
        fields=["workspace", "source", "external_id"],
        condition=~Q(external_id=""),
    )
