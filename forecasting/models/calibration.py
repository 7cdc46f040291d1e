"""A map of the workspace's own, from what the model says to what tends to happen."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import WorkspaceModel


class MapStatus(models.TextChoices):
    """Where a map stands; without an active one the expert default is in force."""

    OFFERED = "offered", _("offered")
    ACTIVE = "active", _("active")
    RETIRED = "retired", _("was active before")


class CalibrationVersion(WorkspaceModel):
    """Fitted on frozen forecasts and better on later ones; its numbers never change."""

    version = models.CharField(max_length=40)
    status = models.CharField(max_length=7, choices=MapStatus.choices)
    # By horizon, ascending: {"days", "intercept", "slope", "file_weight", "is_learned"}.
    knots: Any = models.JSONField()
    floor = models.FloatField()
    # What it rests on: the trial of each horizon, as the report tells it.
    trials: Any = models.JSONField()
    # The last day whose ends it has seen: nothing up to then is foretold by it.
    last_seen_on = models.DateField()
    created_at = models.DateTimeField()
    activated_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("calibration map")
        constraints = [
            models.UniqueConstraint(
                name="calibration_map_once", fields=["workspace", "version"]
            ),
            models.UniqueConstraint(
                name="calibration_map_one_active",
                fields=["workspace"],
                condition=Q(status=MapStatus.ACTIVE),
            ),
            models.CheckConstraint(
                name="calibration_map_has_a_floor",
                condition=Q(floor__gt=0) & Q(floor__lte=1),
            ),
        ]

    def __str__(self) -> str:
        return self.version
