"""The weekly review: what a period was expected to bring, frozen and never computed again."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.fields import WorkspaceForeignKey
from accounts.models import AppendOnlyModel, Membership, WorkspaceModel
from opportunities.models import AMOUNT, CURRENCY


class PeriodReview(AppendOnlyModel):
    """Of the workspace, a team or an owner: one a week for each period. Append-only."""

    week_starts_on = models.DateField()
    taken_on = models.DateField()
    # No foreign key: a team may go, what was said of it stays. Its name is that night's.
    team_id = models.UUIDField(null=True)
    owner = WorkspaceForeignKey(
        Membership, models.RESTRICT, null=True, related_name="+"
    )
    scope_name = models.CharField(max_length=200, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField()
    currency = models.CharField(**CURRENCY)
    won_so_far = models.DecimalField(**AMOUNT)
    mean = models.DecimalField(**AMOUNT)
    p10 = models.DecimalField(**AMOUNT)
    p50 = models.DecimalField(**AMOUNT)
    p90 = models.DecimalField(**AMOUNT)
    open_count = models.IntegerField()
    without_amount_count = models.IntegerField()
    seed = models.BigIntegerField()
    # What stood beside it that night.
    target = models.DecimalField(null=True, **AMOUNT)
    call = models.DecimalField(null=True, **AMOUNT)
    # Since the review before: {"since": day, "parts": {cause: amount}}; empty: the first.
    movement: Any = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("weekly review")
        constraints = [
            models.UniqueConstraint(
                name="period_review_once_a_week",
                fields=[
                    *("workspace", "week_starts_on", "team_id", "owner"),
                    *("starts_on", "ends_on"),
                ],
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="period_review_within_its_week",
                condition=Q(taken_on__gte=F("week_starts_on")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["workspace", "starts_on", "-taken_on"], name="period_review_of"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.taken_on}: {self.starts_on} to {self.ends_on}"


class ReviewSubscription(WorkspaceModel):
    """A member who has each week's review sent by mail."""

    member = WorkspaceForeignKey(Membership, models.CASCADE, related_name="+")
    address = models.URLField(max_length=300)  # where the member reads the reviews
    # The week of the last one that left, or could not leave.
    told_week_on = models.DateField(null=True)

    class Meta:
        verbose_name = _("subscription to the weekly review")
        constraints = [
            models.UniqueConstraint(
                name="review_subscription_once", fields=["workspace", "member"]
            ),
        ]

    def __str__(self) -> str:
        return str(self.member)
