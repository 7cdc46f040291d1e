"""How right the forecast was: reports that stay, and the work at the next one."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.fields import WorkspaceForeignKey
from accounts.models import AppendOnlyModel, WorkspaceModel


class AccuracyReport(AppendOnlyModel):
    """What came of scoring our own forecasts once. Append-only: an old one stays true."""

    asked_at = models.DateTimeField()
    computed_at = models.DateTimeField()
    horizon_days = models.IntegerField()
    every_days = models.IntegerField()
    model_version = models.CharField(max_length=40)
    map_version = models.CharField(max_length=40)
    # {"replay": what `backtest` found or null, "drift": …, "frozen": …}.
    body: Any = models.JSONField()

    class Meta:
        verbose_name = _("accuracy report")
        indexes = [
            models.Index(
                fields=["workspace", "-computed_at", "-id"], name="accuracy_last"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.computed_at:%Y-%m-%d %H:%M}"


class AccuracyRun(WorkspaceModel):
    """A report that is being computed: at most one at a time, gone when it is made."""

    asked_at = models.DateTimeField()
    horizon_days = models.IntegerField()
    every_days = models.IntegerField()
    # The days to look from, in order; null until the worker began.
    days: Any = models.JSONField(null=True)
    model_version = models.CharField(max_length=40, blank=True)
    attempts = models.IntegerField(default=0)
    given_up_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("computation of accuracy")
        constraints = [
            models.UniqueConstraint(name="accuracy_run_once", fields=["workspace"]),
            models.CheckConstraint(
                name="accuracy_run_looks_ahead",
                condition=Q(horizon_days__gt=0) & Q(every_days__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asked_at:%Y-%m-%d %H:%M}"


class ReplayedDay(WorkspaceModel):
    """One day of a computation: what would have been said of each open deal."""

    run = WorkspaceForeignKey(AccuracyRun, models.CASCADE, related_name="done")
    on = models.DateField()
    rows: Any = models.JSONField()
    withdrawn: Any = models.JSONField(default=list)

    class Meta:
        verbose_name = _("replayed day")
        constraints = [
            models.UniqueConstraint(
                name="replayed_day_once", fields=["workspace", "run", "on"]
            ),
        ]

    def __str__(self) -> str:
        return str(self.on)
