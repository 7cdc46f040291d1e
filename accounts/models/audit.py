"""What was done, and who came in: both written once and kept."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from accounts.fields import WorkspaceForeignKey
from accounts.models.base import AppendOnlyModel
from accounts.models.membership import Membership
from accounts.models.user import User


class AuditEvent(AppendOnlyModel):
    """One thing somebody did in a workspace: who, what, before, after, by which door."""

    at = models.DateTimeField()
    actor = WorkspaceForeignKey(
        Membership, models.RESTRICT, null=True, related_name="+"
    )
    actor_name = models.CharField(max_length=120, blank=True)
    verb = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.UUIDField(null=True)
    subject_name = models.CharField(max_length=200, blank=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    source = models.CharField(max_length=10)
    # The key or the application that acted for the actor.
    program = models.CharField(max_length=80, blank=True)

    class Meta:
        verbose_name = _("audit event")
        indexes = [
            models.Index(fields=["workspace", "-at", "-id"], name="audit_latest"),
            models.Index(
                fields=["workspace", "subject_id", "-at"], name="audit_of_subject"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_name} {self.verb}"


class SecurityKind(models.TextChoices):
    SIGNED_IN = "signed_in", _("signed in")
    SIGN_IN_FAILED = "sign_in_failed", _("sign-in failed")
    SIGNED_OUT = "signed_out", _("signed out")
    SIGNED_UP = "signed_up", _("account made")
    PASSWORD_CHANGED = "password_changed", _("password changed")
    PASSWORD_RESET = "password_reset", _("password reset")
    FACTOR_ADDED = "factor_added", _("second factor added")
    FACTOR_REMOVED = "factor_removed", _("second factor removed")
    EMAIL_CHANGED = "email_changed", _("e-mail address changed")
    TOKEN_REUSED = "token_reused", _("an application sent away: its token came twice")


class SecurityEvent(models.Model):
    """A sign-in and its kin: there is no workspace yet, so the table is global."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    at = models.DateTimeField()
    kind = models.CharField(max_length=20, choices=SecurityKind.choices)
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="+")
    email = models.EmailField(blank=True)
    ip = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("security event")
        indexes = [models.Index(fields=["user", "-at"], name="security_of_user")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.kind} {self.email}"
