"""What happens around a decision: its date, the quotes, the buyer's own file."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.fields import WorkspaceForeignKey
from accounts.models import Fact, one_per_lineage
from opportunities.models import AMOUNT, CURRENCY, Opportunity
from stakeholders.models.stakeholder import Stakeholder

FILE_ITEMS = range(1, 9)


class DecisionDate(Fact):
    """When the buyer says they will decide; the last one set counts. No evidence by itself."""

    opportunity = WorkspaceForeignKey(
        Opportunity, models.CASCADE, related_name="decision_dates"
    )
    set_at = models.DateTimeField()
    decision_on = models.DateField(_("decision on"))
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    linked_event = models.CharField(_("tied to"), max_length=200, blank=True)
    moved_by = WorkspaceForeignKey(
        Stakeholder, models.RESTRICT, null=True, blank=True, related_name="moved_dates"
    )
    is_moved_by_seller = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("decision date")
        constraints = [
            one_per_lineage("decision_date_stands_once"),
            models.CheckConstraint(
                name="decision_date_moved_by_one_side",
                condition=Q(moved_by__isnull=True) | Q(is_moved_by_seller=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["workspace", "opportunity", "-set_at"],
                name="decision_date_last",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.decision_on}"


class QuoteChange(models.TextChoices):
    """Why this version was sent."""

    FIRST = "first", _("first quote")
    SCOPE = "scope", _("scope changed")
    PRICE = "price", _("price changed")
    FOR_FILE = "for_file", _("for the buyer's file")


class Quote(Fact):
    opportunity = WorkspaceForeignKey(
        Opportunity, models.CASCADE, related_name="quotes"
    )
    number = models.SmallIntegerField(_("version"))
    sent_on = models.DateField(_("sent on"))
    total = models.DecimalField(_("total"), **AMOUNT)
    currency = models.CharField(_("currency"), **CURRENCY)
    change = models.CharField(
        _("what changed"), max_length=8, choices=QuoteChange.choices, blank=True
    )
    addressed_to = WorkspaceForeignKey(
        Stakeholder, models.RESTRICT, null=True, blank=True, related_name="quotes"
    )

    class Meta:
        verbose_name = _("quote")
        constraints = [
            one_per_lineage("quote_stands_once"),
            models.UniqueConstraint(
                name="quote_version_once",
                fields=["workspace", "opportunity", "number"],
                condition=Q(retracted_at__isnull=True),
                violation_error_message=_("This deal has a quote of that version."),
            ),
            models.CheckConstraint(
                name="quote_total_is_not_negative", condition=Q(total__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.total} {self.currency}"


class FileItemState(models.TextChoices):
    UNKNOWN = "unknown", _("unknown")
    CLAIMED = "claimed", _("claimed")
    EVIDENCED = "evidenced", _("evidenced")


class PurchaseFileItem(Fact):
    """One of the eight things a buyer's own file holds; the last row of an item counts."""

    opportunity = WorkspaceForeignKey(
        Opportunity, models.CASCADE, related_name="file_items"
    )
    item = models.SmallIntegerField(_("item"))
    state = models.CharField(_("state"), max_length=9, choices=FileItemState.choices)
    evidence = models.CharField(_("evidence"), max_length=300, blank=True)
    seen_on = models.DateField(_("as of"))

    class Meta:
        verbose_name = _("item of the purchase file")
        constraints = [
            one_per_lineage("purchase_file_item_stands_once"),
            models.CheckConstraint(
                name="purchase_file_item_is_on_the_list",
                condition=Q(item__gte=FILE_ITEMS.start, item__lt=FILE_ITEMS.stop),
            ),
        ]
        indexes = [
            models.Index(
                fields=["workspace", "opportunity", "item", "-seen_on"],
                name="purchase_file_last",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item}: {self.state}"
