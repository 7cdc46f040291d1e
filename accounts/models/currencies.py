"""The money of today's countries."""

from functools import cache

from babel.core import get_global


@cache
def current_codes() -> list[str]:
    """The codes of currencies that are legal tender somewhere, in order."""
    # (code, start, end, is legal tender) for each country's past and present money.
    return sorted(
        {
            code
            for entries in get_global("territory_currencies").values()
            for code, _start, end, is_tender in entries
            if end is None and is_tender
        }
    )
