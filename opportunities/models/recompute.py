"""The queue of truth: what is to be computed again. Redis only rings the bell."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import models
from django.db.models import F, Q
from uuid_utils.compat import uuid7

MAX_ATTEMPTS = 3
LEASE = timedelta(seconds=60)  # after it a claimed request counts as dropped


class RecomputeRequestQuerySet(models.QuerySet["RecomputeRequest"]):
    def upsert(
        self, *, workspace_id: UUID, opportunity_id: UUID, now: datetime
    ) -> None:
        """Ask once more: a hundred signals make one row, a parked one gets a new chance."""
        self.upsert_all(
            workspace_id=workspace_id, opportunity_ids=[opportunity_id], now=now
        )

    def upsert_all(
        self, *, workspace_id: UUID, opportunity_ids: Iterable[UUID], now: datetime
    ) -> None:
        """Ask once more for many, in one order, so that two who ask never wait in a circle."""
        asking = [
            RecomputeRequest(
                workspace_id=workspace_id, opportunity_id=pk, requested_at=now
            )
            for pk in sorted(opportunity_ids)
        ]
        self.bulk_create(
            asking,
            batch_size=1_000,
            update_conflicts=True,
            unique_fields=["workspace_id", "opportunity_id"],
            update_fields=["asking_id", "requested_at", "attempts", "parked_at"],
        )

    def due(self, now: datetime) -> "RecomputeRequestQuerySet":
        """Not parked, and nobody is working on it; the oldest first."""
        idle = Q(claimed_at__isnull=True) | Q(claimed_at__lt=now - LEASE)
        return self.filter(idle, parked_at__isnull=True).order_by("requested_at", "id")

    def exhausted(self, now: datetime) -> "RecomputeRequestQuerySet":
        return self.due(now).filter(attempts__gte=MAX_ATTEMPTS)

    def parked(self) -> "RecomputeRequestQuerySet":
        return self.filter(parked_at__isnull=False)

    def claim(self, *, now: datetime, limit: int) -> list["RecomputeRequest"]:
        """Take the oldest due requests. Needs a transaction."""
        due = self.due(now).filter(attempts__lt=MAX_ATTEMPTS)
        taken = list(due.select_for_update(skip_locked=True)[:limit])
        self.filter(pk__in=[request.pk for request in taken]).update(claimed_at=now)
        return taken

    def begin(self, *, opportunity_id: UUID, now: datetime) -> UUID | None:
        """Count an attempt that begins; return what is asked, None when it was answered.

        Counted where the work begins, not where it is claimed: a worker that dies costs
        an attempt of the deal it was at, and none of those that waited behind it.
        """
        mine = self.filter(opportunity_id=opportunity_id, parked_at__isnull=True)
        mine.update(claimed_at=now, attempts=F("attempts") + 1)
        return mine.values_list("asking_id", flat=True).first()

    def settle(self, *, opportunity_id: UUID, asking_id: UUID) -> bool:
        """Delete the answered request; False, and free again, when a newer asking came."""
        mine = self.filter(opportunity_id=opportunity_id)
        if mine.filter(asking_id=asking_id).delete()[0]:
            return True
        mine.update(claimed_at=None)
        return False


class RecomputeRequest(models.Model):
    """Ids only, and global: one sweep, which opens no workspace, serves them all."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    workspace_id = models.UUIDField()
    opportunity_id = models.UUIDField()
    asking_id = models.UUIDField(default=uuid7)  # new at each asking
    requested_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)
    parked_at = models.DateTimeField(null=True)

    objects = RecomputeRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="recompute_once_per_opportunity",
                fields=["workspace_id", "opportunity_id"],
            ),
        ]
        indexes = [models.Index(fields=["requested_at"], name="recompute_oldest")]

    def __str__(self) -> str:
        return f"{self.opportunity_id}, asked {self.requested_at:%Y-%m-%d %H:%M:%S}"
