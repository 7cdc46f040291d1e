"""Money as the reader writes it."""

from decimal import Decimal

from babel import Locale
from babel.numbers import format_compact_currency, format_currency
from django import template
from django.utils.translation import get_language

register = template.Library()


@register.filter
def money(amount: Decimal | None, currency: str) -> str:
    """Write "€148,000", with cents only where there are any; nothing for unknown."""
    if amount is None:
        return ""
    locale = _locale()
    if amount != amount.to_integral_value():
        return format_currency(amount, currency, locale=locale)
    pattern = locale.currency_formats["standard"].pattern.replace("0.00", "0")
    return format_currency(
        amount, currency, locale=locale, format=pattern, currency_digits=False
    )


@register.filter
def short_money(amount: Decimal | float | None, currency: str) -> str:
    """Write "€148K" or "€1.2M", for figures and axes; nothing for unknown."""
    if amount is None:
        return ""
    return format_compact_currency(
        Decimal(str(amount)),
        currency,
        locale=_locale(),
        fraction_digits=_digits(amount),
    )


def _digits(amount: Decimal | float) -> int:
    """Three figures say enough: 1.2M, 12M, 123K."""
    whole = str(abs(int(amount)))
    return 1 if len(whole) % 3 == 1 else 0


def _locale() -> Locale:
    return Locale.parse(get_language() or "en", sep="-")
