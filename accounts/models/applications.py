"""Programs that are let in by OAuth: which, for whom, and by which tokens.

Global tables beside those of the sign-in library, which knows no workspace: its `Client`
holds the secret's hash and the addresses, its `Token` a token's hash and its end. A row is
reached through its workspace, its member or the hash of a token, never by a list.
"""

from datetime import datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from accounts.models.membership import Membership
from accounts.models.workspace import Workspace


class ApplicationKind(models.TextChoices):
    """How a program comes in, which is also what it can keep secret."""

    SERVICE = "service", _("a service of ours, without anybody clicking")
    WEB = "web", _("a website that people connect")
    DEVICE = "device", _("an app on people's own computer or phone")


class Application(models.Model):
    """A program of one workspace; the library's client is its other half."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    client = models.OneToOneField(
        "allauth_idp_oidc.Client", models.CASCADE, related_name="application"
    )
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(max_length=7, choices=ApplicationKind.choices)
    scopes = ArrayField(models.CharField(max_length=60))
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("application")

    def __str__(self) -> str:
        return self.name

    @property
    def is_live(self) -> bool:
        return self.revoked_at is None

    @property
    def keeps_a_secret(self) -> bool:
        return self.kind != ApplicationKind.DEVICE

    @property
    def is_a_service(self) -> bool:
        return self.kind == ApplicationKind.SERVICE


class GrantQuerySet(models.QuerySet["Grant"]):
    def live(self) -> "GrantQuerySet":
        """Neither withdrawn nor without an application or a member to act for."""
        return self.filter(
            ended_at__isnull=True,
            application__revoked_at__isnull=True,
            application__workspace=F("membership__workspace"),
            membership__status="active",
            membership__user__is_active=True,
        )

    def of(self, membership: Membership) -> "GrantQuerySet":
        return self.filter(membership=membership)


class Grant(models.Model):
    """What one member let one application do, until it ends; its tokens are one family."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    application = models.ForeignKey(Application, models.CASCADE, related_name="grants")
    membership = models.ForeignKey(Membership, models.CASCADE, related_name="+")
    scopes = ArrayField(models.CharField(max_length=60))
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    objects = GrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("access of an application")

    def __str__(self) -> str:
        return f"{self.application} → {self.membership}"


class IssuedTokenQuerySet(models.QuerySet["IssuedToken"]):
    def by_hash(self, token_hash: str, *, type: str) -> "IssuedTokenQuerySet":
        found = self.filter(token__hash=token_hash, token__type=type)
        return found.select_related(
            "token",
            "grant__application",
            "grant__membership__workspace",
            "grant__membership__user",
        )

    def live(self, now: datetime) -> "IssuedTokenQuerySet":
        not_over = Q(token__expires_at__gt=now, used_at__isnull=True)
        return self.filter(not_over, grant__in=Grant.objects.live())


class IssuedToken(models.Model):
    """The library's token, and the grant it is of. Used: a code or a refresh token, once."""

    token = models.OneToOneField(
        "allauth_idp_oidc.Token", models.CASCADE, primary_key=True, related_name="+"
    )
    grant = models.ForeignKey(Grant, models.CASCADE, related_name="tokens")
    used_at = models.DateTimeField(null=True)

    objects = IssuedTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("token of an application")

    def __str__(self) -> str:
        return f"{self.token_id}"

    @property
    def provider(self) -> Any:
        """The library's half; it has no types."""
        return self.token
