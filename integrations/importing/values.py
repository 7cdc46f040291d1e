"""What a value of a file may look like, and the one spelling it is kept in."""

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from accounts.rest import written
from integrations.importing.refusal import Refusal
from integrations.queries import texts

# Reads a value of the file; the zone is for instants that come without one.
Reader = Callable[[Any, ZoneInfo], Any]

FIRST_YEAR, LAST_YEAR = 1900, 2200
MOST_DIGITS = 13  # before the point
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_INSTANT = re.compile(
    r"\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?([Zz]|[+-]\d\d:\d\d)?)?",
    re.ASCII,
)
_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_VISIBLE = re.compile(written.VISIBLE)
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def text(limit: int) -> Reader:
    def read(value: Any, zone: ZoneInfo) -> str:
        if not isinstance(value, str):
            raise Refusal(_("%(value)s is not text.") % {"value": show(value)})
        if _UNSTORABLE.search(value):
            raise Refusal(_("There are control characters in it."))
        if len(value) > limit:
            raise Refusal(
                _("It has %(length)s characters; at most %(limit)s fit.")
                % {"length": len(value), "limit": limit}
            )
        return value

    return read


def filled(limit: int) -> Reader:
    """Text with a letter that can be seen."""
    reader = text(limit)

    def read(value: Any, zone: ZoneInfo) -> str:
        words: str = reader(value, zone)
        if not _VISIBLE.search(words):
            raise Refusal(_("It is empty."))
        return words

    return read


def one_of(allowed: Iterable[str]) -> Reader:
    values = list(allowed)

    def read(value: Any, zone: ZoneInfo) -> str:
        if not isinstance(value, str) or value not in values:
            raise Refusal(
                _("%(value)s is not one of %(allowed)s.")
                % {"value": show(value), "allowed": ", ".join(values)}
            )
        return value

    return read


def day(value: Any, zone: ZoneInfo) -> str:
    try:
        read = date.fromisoformat(_matching(_DAY, value))
    except ValueError:
        raise Refusal(
            _("%(value)s is not a day, written as 2026-05-04.") % {"value": show(value)}
        ) from None
    _refuse_far_year(read.year)
    return str(value)


def instant(value: Any, zone: ZoneInfo) -> str:
    """A moment; without a zone it is the workspace's, a bare day is its beginning."""
    try:
        read = datetime.fromisoformat(_matching(_INSTANT, value).upper())
        _refuse_far_year(read.year)
        if read.tzinfo is None:
            read = read.replace(tzinfo=zone)
        return str(texts.instant(read))
    except (ValueError, OverflowError):
        raise Refusal(
            _("%(value)s is not a moment, written as 2026-05-04T09:30:00Z.")
            % {"value": show(value)}
        ) from None


def _matching(pattern: re.Pattern[str], value: Any) -> str:
    """:raises ValueError: for what does not even look like it; Python reads more."""
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise ValueError
    return value


def _refuse_far_year(year: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Refusal(
            _("The year %(year)s is not between %(first)s and %(last)s.")
            % {"year": year, "first": FIRST_YEAR, "last": LAST_YEAR}
        )


def number(value: Any, zone: ZoneInfo) -> Decimal:
    """A number, or text that is one."""
    is_told = isinstance(value, str) and _NUMBER.fullmatch(value)
    if is_told or (isinstance(value, int) and not isinstance(value, bool)):
        value = Decimal(value)
    # Written out, 1e-999999999 would fill the memory.
    if not isinstance(value, Decimal) or not _is_near(value):
        raise Refusal(_("%(value)s is not a number.") % {"value": show(value)})
    return value


def _is_near(number: Decimal) -> bool:
    _sign, digits, exponent = number.as_tuple()
    return isinstance(exponent, int) and abs(exponent) < 40 and len(digits) < 40


def amount(value: Any, zone: ZoneInfo) -> str:
    """Money without its currency: at least 0, and not more than can be kept."""
    read = number(value, zone)
    if read < 0:
        raise Refusal(_("An amount can't be negative."))
    if read.adjusted() >= MOST_DIGITS:
        raise Refusal(_("%(value)s is too much money.") % {"value": show(value)})
    return texts.plain(read)


def rate(value: Any, zone: ZoneInfo) -> str:
    read = number(value, zone)
    if read <= 0:
        raise Refusal(_("A rate is more than 0."))
    try:
        fits = read == read.quantize(Decimal("1e-9")) and read < Decimal("1e9")
    except InvalidOperation:
        fits = False
    if not fits:
        raise Refusal(_("A rate has at most nine digits before and behind the point."))
    return texts.plain(read)


def probability(value: Any, zone: ZoneInfo) -> float:
    read = number(value, zone)
    if not 0 <= read <= 1:
        raise Refusal(_("A probability lies between 0 and 1."))
    return float(read)


def whole(first: int, last: int) -> Reader:
    def read(value: Any, zone: ZoneInfo) -> int:
        found = number(value, zone)
        if found != found.to_integral_value() or not first <= found <= last:
            raise Refusal(
                _("%(value)s is not a whole number from %(first)s to %(last)s.")
                % {"value": show(value), "first": first, "last": last}
            )
        return int(found)

    return read


def yes_or_no(value: Any, zone: ZoneInfo) -> bool:
    if not isinstance(value, bool):
        raise Refusal(
            _("%(value)s is neither true nor false.") % {"value": show(value)}
        )
    return value


def currency(value: Any, zone: ZoneInfo) -> str:
    if not isinstance(value, str) or value not in texts.CURRENCIES:
        raise Refusal(
            _("%(value)s is not a currency, written as EUR.") % {"value": show(value)}
        )
    return value


def country(value: Any, zone: ZoneInfo) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Z]{2}", value):
        raise Refusal(
            _("%(value)s is not a country, written as BE.") % {"value": show(value)}
        )
    return value


def language(value: Any, zone: ZoneInfo) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[a-z]{2}(-[A-Z]{2})?", value):
        raise Refusal(
            _("%(value)s is not a language, written as nl.") % {"value": show(value)}
        )
    return value


def email(value: Any, zone: ZoneInfo) -> str:
    """An address, kept in small letters as everywhere."""
    try:
        validate_email(value)
    except ValidationError:
        raise Refusal(
            _("%(value)s is not an e-mail address.") % {"value": show(value)}
        ) from None
    return str(text(254)(value, zone)).strip().lower()


def list_of(reader: Reader) -> Reader:
    def read(value: Any, zone: ZoneInfo) -> list[Any]:
        if not isinstance(value, list):
            raise Refusal(_("%(value)s is not a list.") % {"value": show(value)})
        return [reader(each, zone) for each in value]

    return read


def show(value: Any) -> str:
    """A value of the file as a sentence quotes it: short, and on one line."""
    words = value if isinstance(value, str) else str(value)
    words = legible(" ".join(words.split()))
    return f"“{words[:60]}{'…' if len(words) > 60 else ''}”"


def legible(words: str) -> str:
    """Words of the file as they can be kept in a report."""
    return _UNSTORABLE.sub("�", words)
