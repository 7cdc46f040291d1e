"""What currencies are worth in the workspace's own, read once for a whole sum."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from opportunities.actions import RateMissing
from opportunities.models import ExchangeRate


@dataclass(frozen=True, slots=True)
class Rates:
    """The dated rates of each currency in `base`; used is the latest on or before a day."""

    base: str
    days: dict[str, list[date]] = field(default_factory=lambda: defaultdict(list))
    values: dict[str, list[Decimal]] = field(default_factory=lambda: defaultdict(list))

    def on(self, day: date, *, currency: str) -> Decimal:
        """What one unit of `currency` is worth on a day.

        :raises RateMissing: when there is no rate on or before that day.
        """
        if currency == self.base:
            return Decimal(1)
        place = bisect_right(self.days.get(currency, []), day)
        if not place:
            raise RateMissing(
                _(
                    "There is no rate from %(currency)s to %(base)s on or before %(day)s."
                )
                % {"currency": currency, "base": self.base, "day": day}
            )
        return self.values[currency][place - 1]


def rates_into(base: str, *, of: Iterable[str]) -> Rates:
    """The rates of some currencies into another; one query, none if all are that one."""
    rates, foreign = Rates(base), set(of) - {base, ""}
    if not foreign:
        return rates
    rows = ExchangeRate.objects.filter(base=base, currency__in=foreign)
    rows = rows.order_by("valid_on")
    for currency, day, rate in rows.values_list("currency", "valid_on", "rate"):
        rates.days[currency].append(day)
        rates.values[currency].append(rate)
    return rates


def all_rates_into(base: str) -> Rates:
    """The rates of every currency into another; two queries, one without any."""
    known = ExchangeRate.objects.filter(base=base)
    return rates_into(base, of=known.values_list("currency", flat=True).distinct())
