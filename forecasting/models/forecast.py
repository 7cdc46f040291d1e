"""A forecast: four curves over 78 weeks, and what holds them down. Append-only."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.fields import WorkspaceForeignKey
from accounts.models import AppendOnlyModel, Membership
from opportunities.models import AMOUNT, CURRENCY, Opportunity, Outcome
from stakeholders.models import Stakeholder

WEEKS = 78  # a curve has a point for each week from 0 to 78
RAW_WEEKS = 14  # beyond the longest horizon that is scored, a late night included


class ConstraintKind(models.TextChoices):
    """The condition whose being certainly met would raise the chance most."""

    APPROVAL = "approval", _("approval")
    VETO = "veto", _("veto")
    QUORUM = "quorum", _("enough support")
    UNMAPPED = "unmapped", _("people not found yet")
    PURCHASE_FILE = "purchase_file", _("purchase file")


class TargetBasis(models.TextChoices):
    """Whose date "won by" speaks of."""

    CUSTOMER = "customer", _("the customer's date")
    PERIOD = "period", _("the end of the period")
    PASSED = "passed", _("the end of the period: the customer's date has passed")


class Curves(models.Model):
    """Cumulative chances by week since `starts_at`; what is left of 1 is still open."""

    starts_at = models.DateTimeField()
    won = ArrayField(models.FloatField())
    lost = ArrayField(models.FloatField())
    no_decision = ArrayField(models.FloatField())

    class Meta:
        abstract = True


class Forecast(Curves, AppendOnlyModel):
    """Written by a recompute that changed it; never for time passing alone."""

    opportunity = WorkspaceForeignKey(
        Opportunity, models.CASCADE, related_name="forecasts"
    )
    computed_at = models.DateTimeField()
    target_on = models.DateField()
    target_basis = models.CharField(max_length=8, choices=TargetBasis.choices)
    won_by_target_probability = models.FloatField()
    decided_probability = models.FloatField()
    # Days from `starts_at` to a purchase decision, given that one falls in 78 weeks.
    decision_days = ArrayField(models.FloatField(), null=True)
    constraint_kind = models.CharField(max_length=13, choices=ConstraintKind.choices)
    constraint_stakeholder = WorkspaceForeignKey(
        Stakeholder, models.CASCADE, null=True, related_name="+"
    )
    constraint_gain = models.FloatField()
    # By stakeholder id: shadow price, value of knowing, weight, expected phase.
    people = models.JSONField(default=dict)
    file_probability = models.FloatField(null=True)
    model_version = models.CharField(max_length=40)
    map_version = models.CharField(max_length=40)
    engine_version = models.CharField(max_length=20)
    inputs_hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("forecast")
        indexes = [
            models.Index(
                fields=["workspace", "opportunity", "-computed_at", "-id"],
                name="forecast_last",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.opportunity_id}, {self.computed_at:%Y-%m-%d %H:%M}"


class Snapshot(Curves, AppendOnlyModel):
    """What was believed of a deal one night: frozen, and later scored."""

    opportunity = WorkspaceForeignKey(
        Opportunity, models.CASCADE, related_name="snapshots"
    )
    taken_on = models.DateField()
    owner = WorkspaceForeignKey(Membership, models.RESTRICT, related_name="+")
    outcome = models.CharField(max_length=11, choices=Outcome.choices)
    closed_on = models.DateField(null=True)
    amount = models.DecimalField(null=True, **AMOUNT)
    currency = models.CharField(blank=True, **CURRENCY)
    amount_spread = models.FloatField(null=True)  # sigma of the logarithm
    rate_to_base = models.DecimalField(null=True, max_digits=18, decimal_places=9)
    # Of the last forecast: the same on two nights says that nothing new was heard.
    inputs_hash = models.CharField(max_length=64, blank=True, default="")
    # What a map of the workspace's own is fitted on: the model's P(won) of the first
    # weeks, neither mapped nor lowered by the file, and what the file multiplied it by.
    model_won = ArrayField(models.FloatField(), null=True)
    file_factor = models.FloatField(null=True)
    model_version = models.CharField(max_length=40)
    map_version = models.CharField(max_length=40)

    class Meta:
        verbose_name = _("snapshot")
        constraints = [
            models.UniqueConstraint(
                name="snapshot_once_a_night",
                fields=["workspace", "opportunity", "taken_on"],
            ),
        ]
        indexes = [
            models.Index(fields=["workspace", "taken_on"], name="snapshot_of_night"),
        ]

    def __str__(self) -> str:
        return f"{self.opportunity_id}, {self.taken_on}"
