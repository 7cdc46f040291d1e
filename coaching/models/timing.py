"""How our steps in a deal that ended were timed, as last computed."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.fields import WorkspaceForeignKey
from accounts.models import WorkspaceModel
from opportunities.models import Opportunity
from readiness.models import PhaseModel


class DealTiming(WorkspaceModel):
    """A cache, overwritten and rebuilt at will: replaying sixty deals takes seconds."""

    opportunity = WorkspaceForeignKey(Opportunity, models.CASCADE, related_name="+")
    model = WorkspaceForeignKey(PhaseModel, models.CASCADE, related_name="+")
    ill = models.IntegerField()
    steps = models.IntegerField()  # once for each person a step was for
    computed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("timing of a deal's steps")
        constraints = [
            models.UniqueConstraint(
                name="deal_timing_once", fields=["workspace", "opportunity"]
            ),
            models.CheckConstraint(
                name="deal_timing_counts",
                condition=Q(ill__gte=0) & Q(ill__lte=F("steps")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ill} of {self.steps}, {self.opportunity_id}"
