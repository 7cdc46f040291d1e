"""Whether reading well goes with winning here, as last computed."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import WorkspaceModel


class ReadingAndWinning(WorkspaceModel):
    """One row of a workspace, overwritten by night: sums over its reps, none of them named."""

    computed_at = models.DateTimeField()
    # {"reps", "deals", "minimum_reps", "minimum_deals", "halves": what `Halves` has or null}
    body: Any = models.JSONField()

    class Meta:
        verbose_name = _("reading and winning")
        constraints = [
            models.UniqueConstraint(
                name="reading_and_winning_once", fields=["workspace"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.computed_at:%Y-%m-%d %H:%M}"
