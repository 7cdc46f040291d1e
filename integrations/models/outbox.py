"""What is to leave the house. Redis only rings the bell."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7

OUTBOX_LEASE = timedelta(seconds=60)  # after it a claimed entry counts as dropped


class OutboxKind(models.TextChoices):
    """What the object is, in no language."""

    WEBHOOK = "webhook"  # an endpoint for which something waits
    REVIEW = "review"  # a subscription to the weekly review


class OutboxEntryQuerySet(models.QuerySet["OutboxEntry"]):
    def put(
        self, *, kind: OutboxKind, workspace_id: UUID, object_id: UUID, due_at: datetime
    ) -> None:
        """One more row, always: who writes a fact never waits for who wrote another."""
        self.create(
            kind=kind, workspace_id=workspace_id, object_id=object_id, due_at=due_at
        )

    def of(self, kind: OutboxKind, object_id: UUID) -> "OutboxEntryQuerySet":
        return self.filter(kind=kind, object_id=object_id)

    def due(self, now: datetime) -> "OutboxEntryQuerySet":
        """Nobody is working on it; the oldest first."""
        idle = Q(claimed_at__isnull=True) | Q(claimed_at__lt=now - OUTBOX_LEASE)
        return self.filter(idle, due_at__lte=now).order_by("due_at", "id")

    def claim(self, *, now: datetime, limit: int) -> list["OutboxEntry"]:
        """Take the oldest due entries, one for each object. Needs a transaction."""
        taken = list(self.due(now).select_for_update(skip_locked=True)[:limit])
        self.filter(pk__in=[entry.pk for entry in taken]).update(claimed_at=now)
        return list({entry.object_id: entry for entry in taken}.values())


class OutboxEntry(models.Model):
    """Ids only, and global: one sweep, which opens no workspace, serves them all.

    Whoever works an object deletes the entries seen before it looked for work: what is
    put there meanwhile stands for work that may not have been seen.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=10, choices=OutboxKind.choices)
    workspace_id = models.UUIDField()
    object_id = models.UUIDField()
    due_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)

    objects = OutboxEntryQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["due_at", "id"], name="outbox_oldest"),
            models.Index(fields=["object_id"], name="outbox_of_an_object"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}, due {self.due_at:%Y-%m-%d %H:%M:%S}"
