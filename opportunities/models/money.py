"""Money: a Decimal with its currency beside it, and what one currency is worth in another."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import WorkspaceModel

# Up to a trillion, three digits behind the point (the dinars').
AMOUNT: dict[str, Any] = {"max_digits": 16, "decimal_places": 3}
CURRENCY: dict[str, Any] = {"max_length": 3}


def plain(amount: Decimal | None) -> str:
    """An amount without the zeros that its column adds, for a field to show."""
    return "" if amount is None else f"{amount.normalize():f}"


class ExchangeRateQuerySet(models.QuerySet["ExchangeRate"]):
    def used_on(self, day: date, *, currency: str) -> "ExchangeRate | None":
        """The latest rate on or before a day."""
        known = self.filter(currency=currency, valid_on__lte=day)
        return known.order_by("-valid_on").first()


class ExchangeRate(WorkspaceModel):
    """On this day one unit of `currency` was worth `rate` of the workspace's base currency."""

    valid_on = models.DateField(_("day"))
    currency = models.CharField(_("currency"), **CURRENCY)
    base = models.CharField(_("base currency"), **CURRENCY)
    rate = models.DecimalField(_("rate"), max_digits=18, decimal_places=9)

    objects = ExchangeRateQuerySet.as_manager()

    class Meta:
        verbose_name = _("exchange rate")
        constraints = [
            models.UniqueConstraint(
                name="exchange_rate_once_a_day",
                fields=["workspace", "currency", "base", "valid_on"],
                violation_error_message=_("There is a rate for that day already."),
            ),
            models.CheckConstraint(
                name="exchange_rate_is_positive", condition=Q(rate__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"1 {self.currency} = {self.rate} {self.base} ({self.valid_on})"
