"""Something that buyers of a stalling deal do, seen in the facts of one deal."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.fields import WorkspaceForeignKey
from accounts.models import WorkspaceModel
from opportunities.models import Opportunity
from stakeholders.models import Stakeholder


class Symptom(WorkspaceModel):
    """Opens and closes by itself; one that comes back is a new row, so each has its days."""

    opportunity = WorkspaceForeignKey(
        Opportunity, models.CASCADE, related_name="symptoms"
    )
    # Of a symptom that each person may show for themselves: whose it is.
    stakeholder = WorkspaceForeignKey(
        Stakeholder, models.CASCADE, null=True, related_name="symptoms"
    )
    code = models.CharField(max_length=24)
    # What it most likely means; empty where what is seen says it all.
    reading = models.CharField(max_length=32, blank=True)
    people = models.JSONField(default=list)
    # What it rests on, in no language: {kind, id, on …}.
    rows = models.JSONField(default=list)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("symptom")
        constraints = [
            models.UniqueConstraint(
                name="symptom_open_once",
                fields=["workspace", "opportunity", "code", "stakeholder"],
                condition=Q(closed_at__isnull=True),
                nulls_distinct=False,
            ),
        ]
        indexes = [
            models.Index(
                fields=["workspace", "opportunity", "closed_at"], name="symptom_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.opportunity_id}"
