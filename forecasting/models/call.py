"""What a manager expects: said beside the forecast, never in it, and kept with its reason."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.fields import WorkspaceForeignKey
from accounts.models import Fact, Membership, Team, one_per_lineage
from opportunities.models import AMOUNT, CURRENCY, Opportunity


class Verdict(models.TextChoices):
    """Whether a deal is expected in the period."""

    IN = "in", pgettext_lazy("a deal in a period", "in")
    OUT = "out", pgettext_lazy("a deal in a period", "out")


class ManagerCall(Fact):
    """Of the workspace, a team or an owner: an amount; of one deal: in or out.

    Another call at the same place takes back the one before it; all of them stay.
    """

    team = WorkspaceForeignKey(Team, models.CASCADE, null=True, related_name="+")
    owner = WorkspaceForeignKey(Membership, models.CASCADE, null=True, related_name="+")
    opportunity = WorkspaceForeignKey(
        Opportunity, models.CASCADE, null=True, related_name="manager_calls"
    )
    starts_on = models.DateField()
    ends_on = models.DateField()
    amount = models.DecimalField(_("amount"), null=True, **AMOUNT)
    currency = models.CharField(blank=True, **CURRENCY)
    verdict = models.CharField(max_length=3, choices=Verdict.choices, blank=True)
    reason = models.CharField(_("reason"), max_length=500)

    class Meta:
        verbose_name = _("manager's call")
        constraints = [
            one_per_lineage("manager_call_stands_once"),
            models.UniqueConstraint(
                name="manager_call_once_a_place",
                fields=[
                    *("workspace", "team", "owner", "opportunity"),
                    *("starts_on", "ends_on"),
                ],
                condition=Q(retracted_at__isnull=True),
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="manager_call_has_one_place",
                condition=Q(team__isnull=True, owner__isnull=True)
                | Q(team__isnull=True, opportunity__isnull=True)
                | Q(owner__isnull=True, opportunity__isnull=True),
            ),
            models.CheckConstraint(
                name="manager_call_is_an_amount_or_a_verdict",
                condition=Q(opportunity__isnull=True, amount__isnull=False, verdict="")
                | Q(opportunity__isnull=False, amount__isnull=True)
                & Q(verdict__in=Verdict.values),
            ),
            models.CheckConstraint(
                name="manager_call_is_not_negative",
                condition=Q(amount__isnull=True) | Q(amount__gte=0) & ~Q(currency=""),
            ),
            models.CheckConstraint(
                name="manager_call_ends_after_it_starts",
                condition=Q(ends_on__gte=F("starts_on")),
            ),
            models.CheckConstraint(
                name="manager_call_has_a_reason", condition=~Q(reason="")
            ),
        ]

    def __str__(self) -> str:
        said = self.get_verdict_display() or f"{self.amount} {self.currency}"
        return f"{said}, {self.starts_on} to {self.ends_on}"
