"""Work that is due at a time: each slot of a job is taken once, whoever asks."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import models
from django.db.models import F, Q
from uuid_utils.compat import uuid7

SLOT_LEASE = timedelta(minutes=2)  # after it a claimed slot counts as dropped


class Job(models.TextChoices):
    """What is done in a workspace by the clock, in no language."""

    NIGHT = "night"
    PERIODS = "periods"
    IMPORT = "import"
    ACCURACY = "accuracy"
    LEARNING = "learning"
    EXPORT = "export"


class ScheduleSlotQuerySet(models.QuerySet["ScheduleSlot"]):
    def open_once(self, slots: list["ScheduleSlot"]) -> None:
        """Open slots; one that was opened before stays what it is."""
        self.bulk_create(slots, ignore_conflicts=True)

    def ask(self, slot: "ScheduleSlot") -> None:
        """Open a slot, or join the one that waits: its worker waits for our commit too."""
        self.bulk_create(
            [slot],
            update_conflicts=True,
            unique_fields=["job", "slot"],
            update_fields=["workspace_id"],
        )

    def due(self, now: datetime) -> "ScheduleSlotQuerySet":
        """Not done, nobody is working on it, and not too late; the oldest first."""
        idle = Q(claimed_at__isnull=True) | Q(claimed_at__lt=now - SLOT_LEASE)
        in_time = Q(closes_at__isnull=True) | Q(closes_at__gt=now)
        waiting = self.filter(idle, in_time, done_at__isnull=True, due_at__lte=now)
        return waiting.order_by("due_at", "id")

    def claim(self, *, now: datetime, limit: int) -> list["ScheduleSlot"]:
        """Take the oldest due slots. Needs a transaction."""
        taken = list(self.due(now).select_for_update(skip_locked=True)[:limit])
        self.filter(pk__in=[slot.pk for slot in taken]).update(claimed_at=now)
        return taken

    def forget(self, *, before: datetime) -> None:
        """Drop what was done, or missed, long ago."""
        self.filter(due_at__lt=before).delete()


class ScheduleSlot(models.Model):
    """Ids only, and global: one sweep, which opens no workspace, serves them all."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    job = models.CharField(max_length=20, choices=Job.choices)
    slot = models.CharField(max_length=80)
    workspace_id = models.UUIDField()
    due_at = models.DateTimeField()
    closes_at = models.DateTimeField(null=True)  # nobody begins it after this
    claimed_at = models.DateTimeField(null=True)
    reached_id = models.UUIDField(null=True)  # how far a job came that goes row by row
    done_at = models.DateTimeField(null=True)

    objects = ScheduleSlotQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="schedule_slot_once", fields=["job", "slot"]),
            models.CheckConstraint(
                name="schedule_slot_closes_after_it_is_due",
                condition=Q(closes_at__isnull=True) | Q(closes_at__gt=F("due_at")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="schedule_slot_waiting",
                condition=Q(done_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.job} {self.slot}"


def night_slot(
    *, workspace_id: UUID, day: object, due_at: datetime, closes_at: datetime
) -> ScheduleSlot:
    """The night of one workspace that ends on a day."""
    return ScheduleSlot(
        job=Job.NIGHT,
        slot=f"{workspace_id} {day}",
        workspace_id=workspace_id,
        due_at=due_at,
        closes_at=closes_at,
    )


def periods_slot(*, workspace_id: UUID, due_at: datetime) -> ScheduleSlot:
    """The sums of one workspace: there is at most one waiting."""
    return ScheduleSlot(
        job=Job.PERIODS,
        slot=str(workspace_id),
        workspace_id=workspace_id,
        due_at=due_at,
    )


def import_slot(*, workspace_id: UUID, run_id: UUID, due_at: datetime) -> ScheduleSlot:
    """The work at one import: there is at most one waiting."""
    return ScheduleSlot(
        job=Job.IMPORT, slot=str(run_id), workspace_id=workspace_id, due_at=due_at
    )


def export_slot(*, workspace_id: UUID, run_id: UUID, due_at: datetime) -> ScheduleSlot:
    """The work at one export: there is at most one waiting."""
    return ScheduleSlot(
        job=Job.EXPORT, slot=str(run_id), workspace_id=workspace_id, due_at=due_at
    )


def accuracy_slot(*, workspace_id: UUID, due_at: datetime) -> ScheduleSlot:
    """The work at a report of accuracy: there is at most one waiting."""
    return ScheduleSlot(
        job=Job.ACCURACY,
        slot=str(workspace_id),
        workspace_id=workspace_id,
        due_at=due_at,
    )


def learning_slot(
    *, workspace_id: UUID, run_id: UUID, due_at: datetime
) -> ScheduleSlot:
    """The work at one calculation: there is at most one waiting."""
    return ScheduleSlot(
        job=Job.LEARNING, slot=str(run_id), workspace_id=workspace_id, due_at=due_at
    )
