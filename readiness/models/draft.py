"""What was typed into the log and not saved yet."""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.fields import WorkspaceForeignKey
from accounts.models import Membership, WorkspaceModel
from opportunities.models import Opportunity

KEPT = timedelta(days=14)


class LogDraft(WorkspaceModel):
    """The fields of an unsaved log form, as they were posted; one per member and deal."""

    membership = WorkspaceForeignKey(Membership, models.CASCADE, related_name="+")
    opportunity = WorkspaceForeignKey(
        Opportunity, models.CASCADE, related_name="log_drafts"
    )
    fields = models.JSONField(default=dict)  # {name: [values]}
    saved_at = models.DateTimeField()

    class Meta:
        verbose_name = _("draft")
        constraints = [
            models.UniqueConstraint(
                name="log_draft_once",
                fields=["workspace", "membership", "opportunity"],
            ),
        ]
        indexes = [
            models.Index(fields=["workspace", "saved_at"], name="log_draft_age"),
        ]

    def __str__(self) -> str:
        return f"{self.opportunity_id}, {self.saved_at:%Y-%m-%d %H:%M}"
