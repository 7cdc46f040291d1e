"""From where on a workspace calls something a symptom, where it differs from the experts."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import WorkspaceModel


class SymptomThresholds(WorkspaceModel):
    """The one row of a workspace; what is not in `own` is the expert default."""

    own = models.JSONField(default=dict)
    version = models.IntegerField(default=1)

    class Meta:
        verbose_name = _("thresholds of symptoms")
        constraints = [
            models.UniqueConstraint(
                name="symptom_thresholds_once", fields=["workspace"]
            ),
        ]

    def __str__(self) -> str:
        return f"{len(self.own)} own"
