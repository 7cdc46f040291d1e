"""How values are written, as patterns: the API reads by them, and its description shows them."""

from collections.abc import Iterable
from typing import Any

LONGEST = 2_000  # of a parameter

_CONTROLS = r"\x00-\x1f\x7f-\x9f"
_CONTROLS_BUT_LINES = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
# Spaces of all widths, marks of direction, joiners, fillers, private use: alone they look
# like nothing. Written out, since only this form is read alike by all who read patterns.
_INVISIBLE = (
    _CONTROLS + r"\x20\xa0\xad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f"
    r"\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\u3164\ue000-\uf8ff\ufe00-\ufe0f"
    r"\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
)
VISIBLE = f"[^{_INVISIBLE}]"
CLEAN = r"^[^\x00]*$"  # what a column of text can hold
# RFC 3339 with its offset; to the microsecond; of years that anybody means.
DAY = r"^(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}$"
INSTANT = (
    r"^(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}"
    r"(\.[0-9]{1,6})?([Zz]|[+-][0-9]{2}:[0-9]{2})$"
)
AMOUNT = r"^(0|[1-9][0-9]{0,12})(\.[0-9]{1,3})?$"
CURRENCY = r"^[A-Z]{3}$"
RATE = r"^(0|[1-9][0-9]{0,8})(\.[0-9]{1,9})?$"
_SIX = "[A-Za-z0-9+/]"  # bits
BASE64 = f"^({_SIX}{{4}})*({_SIX}{{4}}|{_SIX}{{3}}=|{_SIX}{{2}}==)$"
KEY = r"^[!-~]([ -~]{0,253}[!-~])?$"
TAGS = r'^(\*|(W/)?"[!#-~]*"([ \t]*,[ \t]*(W/)?"[!#-~]*")*)$'


def text(*, is_line: bool, is_needed: bool) -> str:
    """One line or several; needed text has a letter that can be seen."""
    letter = f"[^{_CONTROLS if is_line else _CONTROLS_BUT_LINES}]"
    return f"^{letter}*{VISIBLE}{letter}*$" if is_needed else f"^{letter}*$"


def names(known: Iterable[str]) -> str:
    """Some of these, with commas between them."""
    each = f"({'|'.join(known)})"
    return f"^{each}(,{each})*$"


def parameter(schema: dict[str, Any]) -> dict[str, Any]:
    """A value as it is written in a query string."""
    if "anyOf" in schema:
        return schema | {"anyOf": [parameter(each) for each in schema["anyOf"]]}
    if schema.get("type") != "string" or "enum" in schema or "pattern" in schema:
        return schema
    form = schema.get("format")
    if form in _FORMS:
        return schema | {"pattern": _FORMS[form]}
    if form is not None:
        return schema
    return {"minLength": 1, "maxLength": LONGEST, "pattern": CLEAN} | schema


_FORMS = {"date": DAY, "date-time": INSTANT}
