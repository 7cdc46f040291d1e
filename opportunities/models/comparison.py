"""What another product or the seller believed. For comparison and alerts; feeds no calculation."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.fields import WorkspaceForeignKey
from accounts.models import WorkspaceModel
from opportunities.models.opportunity import Opportunity


class StageChange(WorkspaceModel):
    """A deal entered a stage of the pipeline it was imported from."""

    opportunity = WorkspaceForeignKey(
        Opportunity, models.CASCADE, related_name="stage_changes"
    )
    stage = models.CharField(max_length=80)
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("imported stage")
        constraints = [
            models.UniqueConstraint(
                name="stage_change_once",
                fields=["workspace", "opportunity", "changed_at", "stage"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stage}, {self.changed_at:%Y-%m-%d}"


class SellerForecast(WorkspaceModel):
    """What the seller said the chance was, and when it would close."""

    opportunity = WorkspaceForeignKey(
        Opportunity, models.CASCADE, related_name="seller_forecasts"
    )
    set_at = models.DateTimeField()
    probability = models.FloatField()
    close_on = models.DateField(null=True)

    class Meta:
        verbose_name = _("seller's forecast")
        constraints = [
            models.UniqueConstraint(
                name="seller_forecast_once",
                fields=["workspace", "opportunity", "set_at"],
            ),
            models.CheckConstraint(
                name="seller_forecast_is_a_probability",
                condition=Q(probability__gte=0, probability__lte=1),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.probability:.0%}, {self.set_at:%Y-%m-%d}"
