"""What a period is meant to bring: said by people, beside the forecast and never in it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.fields import WorkspaceForeignKey
from accounts.models import Membership, Team, WorkspaceModel
from opportunities.models import AMOUNT, CURRENCY


class Target(WorkspaceModel):
    """Of the workspace, or of one team or one owner, for one month or quarter."""

    team = WorkspaceForeignKey(Team, models.CASCADE, null=True, related_name="+")
    owner = WorkspaceForeignKey(Membership, models.CASCADE, null=True, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField()
    amount = models.DecimalField(_("amount"), **AMOUNT)
    currency = models.CharField(**CURRENCY)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    version = models.IntegerField(default=1)

    class Meta:
        verbose_name = _("target")
        constraints = [
            models.UniqueConstraint(
                name="target_once",
                fields=["workspace", "team", "owner", "starts_on", "ends_on"],
                nulls_distinct=False,
                violation_error_message=_("There is a target for that period already."),
            ),
            models.CheckConstraint(
                name="target_of_a_team_or_an_owner",
                condition=Q(team__isnull=True) | Q(owner__isnull=True),
            ),
            models.CheckConstraint(
                name="target_is_not_negative", condition=Q(amount__gte=0)
            ),
            models.CheckConstraint(
                name="target_ends_after_it_starts",
                condition=Q(ends_on__gte=F("starts_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.owner or self.team or ''} {self.starts_on} to {self.ends_on}".strip()
