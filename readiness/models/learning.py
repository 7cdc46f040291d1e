"""Learning from closed deals: how far a calculation is, and what it found."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.fields import WorkspaceForeignKey
from accounts.models import Membership, WorkspaceModel
from readiness.models.phase_model import PhaseModel


class LearningOutcome(models.TextChoices):
    RUNNING = "running", _("at work")
    ACCEPTED = "accepted", _("a version was made")
    KEPT = "kept", _("the defaults stay")
    TOO_FEW = "too_few", _("too few closed deals")
    FAILED = "failed", _("it stopped")


class LearningRun(WorkspaceModel):
    """One calculation. At most one is at work in a workspace."""

    asked_at = models.DateTimeField()
    asked_by = WorkspaceForeignKey(
        Membership, models.RESTRICT, null=True, related_name="+"
    )
    base = WorkspaceForeignKey(PhaseModel, models.RESTRICT, related_name="+")
    # The engine's own JSON as text: jsonb would lose the sign of a zero.
    state = models.TextField(blank=True)
    step_count = models.IntegerField(default=0)
    attempts = models.IntegerField(default=0)
    progress = models.SmallIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    report = models.JSONField(default=dict)
    outcome = models.CharField(
        max_length=8, choices=LearningOutcome.choices, default=LearningOutcome.RUNNING
    )
    made = WorkspaceForeignKey(
        PhaseModel, models.RESTRICT, null=True, related_name="learned_in"
    )

    class Meta:
        verbose_name = _("learning from closed deals")
        constraints = [
            models.UniqueConstraint(
                name="learning_one_at_work",
                fields=["workspace"],
                condition=Q(outcome="running"),
            ),
            models.CheckConstraint(
                name="learning_finished_iff_not_at_work",
                condition=Q(outcome="running", finished_at__isnull=True)
                | (~Q(outcome="running") & Q(finished_at__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(fields=["workspace", "asked_at"], name="learning_latest")
        ]

    def __str__(self) -> str:
        return f"{self.asked_at:%Y-%m-%d %H:%M}"

    @property
    def is_at_work(self) -> bool:
        return self.outcome == LearningOutcome.RUNNING

    @property
    def trials(self) -> list[dict[str, Any]]:
        """What was tried on the deals that were held out, in order."""
        return list(self.report.get("trials", []))
