"""A deal: a group of people on the buyer's side, and no stage anywhere."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.fields import WorkspaceForeignKey
from accounts.models import Membership, Sourced, WorkspaceModel, one_per_source
from accounts.queries import visible_owners
from opportunities.models.company import Company
from opportunities.models.money import AMOUNT, CURRENCY


class Outcome(models.TextChoices):
    OPEN = "open", _("open")
    WON = "won", _("won")
    LOST = "lost", _("lost")
    NO_DECISION = "no_decision", _("no decision")
    WITHDRAWN = "withdrawn", _("withdrawn")


CLOSED_OUTCOMES = (Outcome.WON, Outcome.LOST, Outcome.NO_DECISION, Outcome.WITHDRAWN)


class Importance(models.TextChoices):
    """How much hangs on the decision, for the buyer: a time scale."""

    SMALL = "small", _("small")
    MID = "mid", _("mid-size")
    LARGE = "large", _("large")
    STRATEGIC = "strategic", _("strategic")


class BuyingClass(models.TextChoices):
    NEW = "new", _("first purchase of this kind")
    MODIFIED = "modified", _("modified rebuy")
    STRAIGHT_REBUY = "straight_rebuy", _("straight rebuy")


class DecisionRule(models.TextChoices):
    """When the buying group has decided; empty: the default rule."""

    ECONOMIC_BUYER = "economic_buyer", _("the economic buyer alone")
    QUORUM = "quorum", _("a share of the influence")
    M_OF_N = "m_of_n", _("so many people in favour")
    UNANIMITY = "unanimity", _("everybody whose approval is needed")


class OpportunityQuerySet(models.QuerySet["Opportunity"]):
    def standing(self) -> "OpportunityQuerySet":
        """Not made by mistake."""
        return self.filter(retracted_at__isnull=True)

    def visible_to(self, membership: Membership) -> "OpportunityQuerySet":
        """The opportunities a member may see; what hangs on them follows."""
        owners = visible_owners(membership)
        seen = self.standing()
        return seen if owners is None else seen.filter(owner__in=owners)

    def owned_by(self, membership: Membership) -> "OpportunityQuerySet":
        return self.standing().filter(owner=membership)

    def still_open(self) -> "OpportunityQuerySet":
        return self.standing().filter(outcome=Outcome.OPEN)


class Opportunity(Sourced, WorkspaceModel):
    """`outcome`, `closed_on` and what goes with them repeat the last outcome event."""

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
    opened_on_is_assumed = models.BooleanField(default=False)
    amount = models.DecimalField(_("amount"), null=True, blank=True, **AMOUNT)
    currency = models.CharField(_("currency"), blank=True, **CURRENCY)
    importance = models.CharField(
        _("importance"), max_length=9, choices=Importance.choices, blank=True
    )
    buying_class = models.CharField(
        _("buying class"), max_length=14, choices=BuyingClass.choices, blank=True
    )
    expected_group_size = models.SmallIntegerField(
        _("expected number of people who decide"), null=True, blank=True
    )
    decision_rule = models.CharField(
        _("how they decide"), max_length=14, choices=DecisionRule.choices, blank=True
    )
    # The share of influence in favour that is needed; null: the expert default.
    quorum_share = models.FloatField(_("quorum"), null=True, blank=True)
    # How many people must be in favour, of the rule that counts heads.
    endorsements_needed = models.SmallIntegerField(
        _("people in favour"), null=True, blank=True
    )
    outcome = models.CharField(
        max_length=11, choices=Outcome.choices, default=Outcome.OPEN
    )
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    won_amount = models.DecimalField(_("amount won"), null=True, blank=True, **AMOUNT)
    lost_to = models.CharField(_("lost to"), max_length=120, blank=True)
    retracted_at = models.DateTimeField(null=True)
    version = models.IntegerField(default=1)

    objects = OpportunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("opportunity")
        verbose_name_plural = _("opportunities")
        constraints = [
            one_per_source("opportunity_once_per_source"),
            models.CheckConstraint(
                name="opportunity_closed_on_iff_closed",
                condition=Q(outcome__in=CLOSED_OUTCOMES, closed_on__isnull=False)
                | Q(outcome=Outcome.OPEN, closed_on__isnull=True),
            ),
            models.CheckConstraint(
                name="opportunity_closes_after_it_opens",
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=F("opened_on")),
                violation_error_message=_("A deal can't close before it was opened."),
            ),
            models.CheckConstraint(
                name="opportunity_amount_has_a_currency",
                condition=Q(amount__isnull=True, won_amount__isnull=True)
                | ~Q(currency=""),
                violation_error_message=_("An amount needs a currency."),
            ),
            models.CheckConstraint(
                name="opportunity_amount_is_not_negative",
                condition=Q(amount__isnull=True) | Q(amount__gte=0),
                violation_error_message=_("An amount can't be negative."),
            ),
            models.CheckConstraint(
                name="opportunity_won_amount_only_when_won",
                condition=Q(won_amount__isnull=True) | Q(outcome=Outcome.WON),
            ),
            models.CheckConstraint(
                name="opportunity_group_has_people",
                condition=Q(expected_group_size__isnull=True)
                | Q(expected_group_size__gte=1, expected_group_size__lte=50),
            ),
            models.CheckConstraint(
                name="opportunity_quorum_is_a_share",
                condition=Q(quorum_share__isnull=True)
                | Q(quorum_share__gt=0, quorum_share__lte=1),
            ),
            models.CheckConstraint(
                name="opportunity_endorsed_by_people",
                condition=Q(endorsements_needed__isnull=True)
                | Q(endorsements_needed__gte=1, endorsements_needed__lte=50),
            ),
        ]
        indexes = [
            models.Index(
                fields=["workspace", "owner", "outcome"], name="opportunity_of_owner"
            ),
            models.Index(
                fields=["workspace", "outcome", "closed_on"], name="opportunity_ends"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_closed(self) -> bool:
        return self.outcome in CLOSED_OUTCOMES
