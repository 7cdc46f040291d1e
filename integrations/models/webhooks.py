"""Webhooks: where news is sent, what was sent there, and how each attempt ended."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from accounts.fields import WorkspaceForeignKey
from accounts.models import Membership, WorkspaceModel


class OffReason(models.TextChoices):
    """Why nothing is sent to an endpoint."""

    HAND = "hand", _("switched off by hand")
    GONE = "gone", _("the receiver answered 410: gone for good")
    FAILING = "failing", _("nothing arrived for more than 75 hours")


class WebhookEndpoint(WorkspaceModel):
    """An address of somebody else's that wants to hear of some kinds of event."""

    url = models.CharField(max_length=500)
    events = ArrayField(models.CharField(max_length=40))
    # Sealed: they sign, so they must be read again. The earlier one signs besides until
    # receivers know the new one.
    secret = models.CharField(max_length=300)
    earlier_secret = models.CharField(max_length=300, blank=True)
    earlier_ends_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    created_by = WorkspaceForeignKey(
        Membership, models.RESTRICT, null=True, related_name="+"
    )
    version = models.IntegerField(default=1)
    off_at = models.DateTimeField(null=True)
    off_reason = models.CharField(max_length=7, choices=OffReason.choices, blank=True)

    # How it fares. Only workers write these.
    failed_first_at = models.DateTimeField(null=True)
    failure_count = models.IntegerField(default=0)  # in a row
    wakes_at = models.DateTimeField(null=True)
    hold_ends_at = models.DateTimeField(null=True)  # a worker is at it

    class Meta:
        verbose_name = _("webhook")
        constraints = [
            models.UniqueConstraint(
                name="webhook_once_per_address", fields=["workspace", "url"]
            ),
            models.CheckConstraint(
                name="webhook_is_off_for_a_reason",
                condition=Q(off_at__isnull=True, off_reason="")
                | Q(~Q(off_reason=""), off_at__isnull=False),
            ),
            models.CheckConstraint(
                name="webhook_earlier_secret_ends",
                condition=Q(earlier_secret="", earlier_ends_at__isnull=True)
                | Q(~Q(earlier_secret=""), earlier_ends_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.url[:200]

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc

    @property
    def is_on(self) -> bool:
        return self.off_at is None

    def is_resting(self, now: datetime) -> bool:
        return self.wakes_at is not None and self.wakes_at > now


class DeliveryState(models.TextChoices):
    PENDING = "pending", _("on its way")
    DELIVERED = "delivered", _("delivered")
    FAILED = "failed", _("given up")


class WebhookDelivery(WorkspaceModel):
    """One event on its way to one endpoint. Its message keeps its id through every attempt."""

    endpoint = WorkspaceForeignKey(
        WebhookEndpoint, models.CASCADE, related_name="deliveries"
    )
    message_id = models.UUIDField(default=uuid7)
    event = models.CharField(max_length=40)
    # Ids, codes and numbers; no names and no words of anybody.
    payload: Any = models.JSONField()
    created_at = models.DateTimeField()
    state = models.CharField(
        max_length=9, choices=DeliveryState.choices, default=DeliveryState.PENDING
    )
    due_at = models.DateTimeField(null=True)
    attempt_count = models.IntegerField(default=0)  # since it was last sent off
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("delivery")
        constraints = [
            models.UniqueConstraint(
                name="delivery_once_per_endpoint",
                fields=["workspace", "endpoint", "message_id"],
            ),
            models.CheckConstraint(
                name="delivery_is_due_iff_pending",
                condition=Q(state="pending", due_at__isnull=False)
                | Q(~Q(state="pending"), due_at__isnull=True),
            ),
            models.CheckConstraint(
                name="delivery_delivered_at_iff_delivered",
                condition=Q(state="delivered", delivered_at__isnull=False)
                | Q(~Q(state="delivered"), delivered_at__isnull=True),
            ),
        ]
        indexes = [
            models.Index(
                fields=["workspace", "endpoint", "due_at", "id"],
                name="delivery_waiting",
                condition=Q(state="pending"),
            ),
            models.Index(fields=["workspace", "endpoint", "-id"], name="delivery_log"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.message_id}"


class WebhookAttempt(WorkspaceModel):
    """One try at a delivery. What the receiver answered besides its status is not kept."""

    delivery = WorkspaceForeignKey(
        WebhookDelivery, models.CASCADE, related_name="attempts"
    )
    at = models.DateTimeField()
    status = models.IntegerField(null=True)  # null: there was no answer
    fault = models.CharField(max_length=20, blank=True)  # in no language
    duration_ms = models.IntegerField()

    class Meta:
        verbose_name = _("attempt")
        constraints = [
            models.CheckConstraint(
                name="attempt_has_a_status_or_a_fault",
                condition=Q(status__isnull=False) | ~Q(fault=""),
            ),
        ]
        indexes = [
            models.Index(fields=["workspace", "delivery", "id"], name="attempt_log"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.status or self.fault}"
