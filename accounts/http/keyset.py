"""Pages by key: where the last row stood, signed, so that page 1,000 costs what page 1 does."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core import signing
from django.db.models import Model, Q, QuerySet

SALT = "keyset"
Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Rows, and the cursor of the next page; empty when this is the last."""

    rows: list[Row]
    next: str


def page_of(
    rows: "QuerySet[Row]", *, by: Sequence[str], size: int, cursor: str = ""
) -> Page[Row]:
    """Return a page of rows in the order of `by` ("name", "-amount"), then of their id.

    The columns of `by` hold no NULL. A cursor that is not ours, or of another order, is
    taken as none.
    """
    order = [*by, "pk"]
    after = _read(cursor, order)
    if after is not None:
        rows = rows.filter(_beyond(order, after))
    found = list(rows.order_by(*order)[: size + 1])
    more, found = len(found) > size, found[:size]
    return Page(found, _write(found[-1], order) if more else "")


def _beyond(order: Sequence[str], after: Sequence[Any]) -> Q:
    """Later than a row in lexicographic order.

    "Not before its first column" follows from the rest; it is where an index begins.
    """
    beyond = Q()
    for place, name in enumerate(order):
        column, is_falling = name.lstrip("-"), name.startswith("-")
        step = Q(**{f"{column}__{'lt' if is_falling else 'gt'}": after[place]})
        for earlier, value in zip(order[:place], after, strict=False):
            step &= Q(**{earlier.lstrip("-"): value})
        beyond |= step
    first, is_falling = order[0].lstrip("-"), order[0].startswith("-")
    return beyond & Q(**{f"{first}__{'lte' if is_falling else 'gte'}": after[0]})


def _write(row: Any, order: Sequence[str]) -> str:
    values = [_value(row, name.lstrip("-")) for name in order]
    return signing.dumps([list(order), values], salt=SALT, compress=True)


def _value(row: Any, column: str) -> Any:
    value = row.pk if column == "pk" else row
    for part in column.split("__") if column != "pk" else ():
        value = getattr(value, part)
    return value if isinstance(value, int | float | str) else str(value)


def _read(cursor: str, order: Sequence[str]) -> list[Any] | None:
    try:
        given, values = signing.loads(cursor, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return list(values) if given == list(order) else None
