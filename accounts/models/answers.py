"""What was answered to a request that may come again."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.base import WorkspaceModel


class RememberedAnswer(WorkspaceModel):
    """Kept in the transaction of what was done, under the caller's own key."""

    principal_id = models.UUIDField()  # the API key, or the membership of a session
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)  # of method, address and body
    status = models.IntegerField()
    headers = models.JSONField(default=dict)
    body = models.TextField()
    answered_at = models.DateTimeField()

    class Meta:
        verbose_name = _("remembered answer")
        constraints = [
            models.UniqueConstraint(
                name="answer_remembered_once",
                fields=["workspace", "principal_id", "key"],
            ),
        ]
        indexes = [
            models.Index(fields=["workspace", "answered_at"], name="answer_oldest"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.status}"
