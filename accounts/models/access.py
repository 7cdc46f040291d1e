"""What lets somebody in besides a password: invitations, API keys, secret links.

Global tables: a row is reached through a hash or through its workspace, never by a list.
"""

from datetime import datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from accounts.models.membership import Membership
from accounts.models.workspace import Workspace


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def by_hash(self, token_hash: str) -> "InvitationQuerySet":
        return self.filter(token_hash=token_hash).select_related(
            "workspace", "membership"
        )

    def open(self, now: datetime) -> "InvitationQuerySet":
        return self.filter(
            accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=now
        )

    def of(self, workspace: Any) -> "InvitationQuerySet":
        return self.filter(workspace=workspace)


class Invitation(models.Model):
    """A letter that lets one person take one seat."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    membership = models.ForeignKey(
        Membership, models.CASCADE, related_name="invitations"
    )
    invited_by = models.ForeignKey(Membership, models.CASCADE, related_name="+")
    email = models.EmailField()
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        constraints = [
            models.UniqueConstraint(
                name="invitation_open_once_per_seat",
                fields=["membership"],
                condition=Q(accepted_at__isnull=True, revoked_at__isnull=True),
            ),
            models.CheckConstraint(
                name="invitation_is_accepted_or_revoked",
                condition=Q(accepted_at__isnull=True) | Q(revoked_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} → {self.workspace}"


class AccessQuerySet(models.QuerySet[Any]):
    def live(self, now: datetime) -> "AccessQuerySet":
        not_over = Q(expires_at__isnull=True) | Q(expires_at__gt=now)
        return self.filter(not_over, revoked_at__isnull=True)

    def by_hash(self, secret_hash: str) -> "AccessQuerySet":
        found = self.filter(secret_hash=secret_hash)
        return found.select_related("membership__workspace", "membership__user")

    def of(self, membership: Membership) -> "AccessQuerySet":
        return self.filter(membership=membership)


class Access(models.Model):
    """A secret, kept as its SHA-256, that acts for one membership until it is revoked."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    membership = models.ForeignKey(Membership, models.CASCADE, related_name="+")
    secret_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = AccessQuerySet.as_manager()

    class Meta:
        abstract = True


class ApiKey(Access):
    """`brk_…`: a program's way in, for what its scopes say and its owner may."""

    name = models.CharField(_("name"), max_length=80)
    prefix = models.CharField(max_length=12)
    scopes = ArrayField(models.CharField(max_length=60))
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("API key")

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class Token(Access):
    """A secret link to one row: a shared page, a calendar feed, an inbound address."""

    kind = models.CharField(max_length=20)
    object_id = models.UUIDField(null=True)

    class Meta:
        verbose_name = _("secret link")

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
