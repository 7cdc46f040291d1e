"""A deal: a group of people on the buyer's side, and no stage anywhere."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.fields import WorkspaceForeignKey
from accounts.models import Membership, WorkspaceModel
from accounts.queries import visible_owners
from opportunities.models.company import Company


class Outcome(models.TextChoices):
    OPEN = "open", _("open")
    WON = "won", _("won")
    LOST = "lost", _("lost")
    NO_DECISION = "no_decision", _("no decision")
    WITHDRAWN = "withdrawn", _("withdrawn")


CLOSED_OUTCOMES = (Outcome.WON, Outcome.LOST, Outcome.NO_DECISION, Outcome.WITHDRAWN)


class OpportunityQuerySet(models.QuerySet["Opportunity"]):
    def visible_to(self, membership: Membership) -> "OpportunityQuerySet":
        """The opportunities a member may see; what hangs on them follows."""
        owners = visible_owners(membership)
        return self.all() if owners is None else self.filter(owner__in=owners)

    def owned_by(self, membership: Membership) -> "OpportunityQuerySet":
        return self.filter(owner=membership)

    def still_open(self) -> "OpportunityQuerySet":
        return self.filter(outcome=Outcome.OPEN)


class Opportunity(WorkspaceModel):
    name = models.CharField(_("name"), max_length=200)
    company = WorkspaceForeignKey(
        Company,
        models.RESTRICT,
        null=True,
        blank=True,
        related_name="opportunities",
        verbose_name=_("company"),
    )
    owner = WorkspaceForeignKey(
        Membership, models.RESTRICT, related_name="+", verbose_name=_("owner")
    )
    opened_on = models.DateField(_("opened on"))
    outcome = models.CharField(
        max_length=11, choices=Outcome.choices, default=Outcome.OPEN
    )
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    version = models.IntegerField(default=1)

    objects = OpportunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("opportunity")
        verbose_name_plural = _("opportunities")
        constraints = [
            models.CheckConstraint(
                name="opportunity_closed_on_iff_closed",
                condition=Q(outcome__in=CLOSED_OUTCOMES, closed_on__isnull=False)
                | Q(outcome=Outcome.OPEN, closed_on__isnull=True),
            ),
            models.CheckConstraint(
                name="opportunity_closes_after_it_opens",
                condition=Q(closed_on__isnull=True)
                | Q(closed_on__gte=models.F("opened_on")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["workspace", "owner", "outcome"], name="opportunity_of_owner"
            ),
        ]

    def __str__(self) -> str:
        return self.name
