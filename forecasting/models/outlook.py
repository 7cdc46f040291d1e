"""Two caches, overwritten and rebuilt at will: what lists and dashboards show."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.fields import WorkspaceForeignKey
from accounts.models import Membership, Team, WorkspaceModel
from forecasting.models.forecast import ConstraintKind, TargetBasis
from opportunities.models import AMOUNT, CURRENCY, Opportunity
from stakeholders.models import Stakeholder


class ListedSymptom(models.TextChoices):
    """The five of a stalling deal that lists speak of; coaching tells them."""

    DATES_PUSHED = "S1", _("Decision dates pushed back")
    PROBING_DODGED = "S2", _("Questions without an answer")
    CONTACT_REPLACED = "S3", _("One contact, or a new one")
    SEVERAL_QUOTES = "S4", _("Several quotes")
    NO_FILE = "S5", _("No purchase file")


class Outlook(WorkspaceModel):
    """One row per opportunity. Nothing is decided here; everything can be made again."""

    opportunity = WorkspaceForeignKey(
        Opportunity, models.CASCADE, related_name="outlooks"
    )
    refreshed_at = models.DateTimeField()
    computed_at = models.DateTimeField(null=True)
    target_on = models.DateField(null=True)
    target_basis = models.CharField(
        max_length=8, choices=TargetBasis.choices, blank=True
    )
    won_by_target_probability = models.FloatField(null=True)
    decided_probability = models.FloatField(null=True)
    decision_early_on = models.DateField(null=True)
    decision_median_on = models.DateField(null=True)
    decision_late_on = models.DateField(null=True)
    constraint_kind = models.CharField(
        max_length=13, choices=ConstraintKind.choices, blank=True
    )
    constraint_stakeholder = WorkspaceForeignKey(
        Stakeholder, models.CASCADE, null=True, related_name="+"
    )
    constraint_gain = models.FloatField(null=True)
    # The anchor of the limiting person's likeliest phase; empty: not heard, or nobody.
    constraint_anchor = models.CharField(max_length=20, blank=True)
    amount = models.DecimalField(null=True, **AMOUNT)
    currency = models.CharField(blank=True, **CURRENCY)
    # In the workspace's base currency: numeric is not leakproof, float8 is.
    amount_sort = models.FloatField(null=True)
    # Mean π over the people heard, weighted by influence, by anchor; null: nobody heard.
    phase_mix = ArrayField(models.FloatField(), null=True)
    phase_spread = models.FloatField(null=True)
    coverage = models.FloatField(null=True)
    # Whose phase is most worth knowing, and by how much it would move the chance.
    knowing_stakeholder = WorkspaceForeignKey(
        Stakeholder, models.CASCADE, null=True, related_name="+"
    )
    knowing_value = models.FloatField(null=True)
    heard_count = models.IntegerField(default=0)
    people_count = models.IntegerField(default=0)
    seat_count = models.IntegerField(default=0)
    last_heard_at = models.DateTimeField(null=True)
    symptoms = models.CharField(max_length=80, blank=True)

    class Meta:
        verbose_name = _("outlook")
        constraints = [
            models.UniqueConstraint(
                name="outlook_one_per_opportunity", fields=["workspace", "opportunity"]
            ),
        ]
        indexes = [
            models.Index(
                fields=["workspace", "-won_by_target_probability", "id"],
                name="outlook_by_chance",
            ),
            models.Index(
                fields=["workspace", "-amount_sort", "id"], name="outlook_by_amount"
            ),
        ]

    def __str__(self) -> str:
        return str(self.opportunity_id)


class PeriodOutlook(WorkspaceModel):
    """What a period will bring, for the workspace, a team or an owner."""

    team = WorkspaceForeignKey(Team, models.CASCADE, null=True, related_name="+")
    owner = WorkspaceForeignKey(Membership, models.CASCADE, null=True, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField()
    refreshed_at = models.DateTimeField()
    currency = models.CharField(**CURRENCY)
    won_so_far = models.DecimalField(**AMOUNT)
    mean = models.DecimalField(**AMOUNT)
    p10 = models.DecimalField(**AMOUNT)
    p50 = models.DecimalField(**AMOUNT)
    p90 = models.DecimalField(**AMOUNT)
    open_count = models.IntegerField()
    without_amount_count = models.IntegerField()
    seed = models.BigIntegerField()
    # By week: {"won": [[day, amount], …], "weeks": [[day, mean, p10, p50, p90], …]}.
    fan = models.JSONField(default=dict)
    # The 1st to the 99th percentile: how likely any target is.
    percentiles = ArrayField(models.FloatField(), default=list)
    # Those that move the range most: [[opportunity, chance, amount, swing], …].
    movers = models.JSONField(default=list)

    class Meta:
        verbose_name = _("outlook of a period")
        constraints = [
            models.UniqueConstraint(
                name="period_outlook_once",
                fields=["workspace", "team", "owner", "starts_on", "ends_on"],
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on} to {self.ends_on}"
