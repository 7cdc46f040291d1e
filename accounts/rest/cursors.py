"""Where a page ended: the last row's place in its order, signed for this list alone."""

from datetime import date
from typing import Any

from django.core import signing
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.rest.parameters import Asked, BadParameter
from accounts.rest.resources import Reader, Resource


def page_after(
    rows: "QuerySet[Any]", *, resource: Resource, asked: Asked, reader: Reader
) -> "QuerySet[Any]":
    """The rows in the order asked, from behind the cursor on."""
    source = resource.orderings[asked.ordering.removeprefix("-")]
    sign = "-" if asked.ordering.startswith("-") else ""
    if asked.cursor:
        place = opened(asked.cursor, resource=resource, asked=asked, reader=reader)
        rows = rows.filter(_behind(source, place, is_down=bool(sign)))
    order = [sign + source] if source == "pk" else [sign + source, sign + "pk"]
    return rows.order_by(*order)


def cursor_of(
    place: tuple[Any, Any], *, resource: Resource, asked: Asked, reader: Reader
) -> str:
    value, pk = place
    kept = value.isoformat() if isinstance(value, date) else value
    signer = _signer(resource=resource, asked=asked, reader=reader)
    return signer.sign_object([None if value == pk else kept, str(pk)])


def opened(text: str, *, resource: Resource, asked: Asked, reader: Reader) -> Any:
    """:raises BadParameter: for a cursor of another list, or none of ours."""
    try:
        signer = _signer(resource=resource, asked=asked, reader=reader)
        return signer.unsign_object(text)
    except (signing.BadSignature, ValueError):
        sentence = _("This cursor is not one of this list.")
        raise BadParameter("cursor", sentence) from None


def _behind(source: str, place: Any, *, is_down: bool) -> Q:
    value, pk = place
    than = "lt" if is_down else "gt"
    if source == "pk":
        return Q(**{f"pk__{than}": pk})
    # The first half lets an index start there; the second settles the ties.
    return Q(**{f"{source}__{than}e": value}) & (
        Q(**{f"{source}__{than}": value}) | Q(**{f"pk__{than}": pk})
    )


def _signer(*, resource: Resource, asked: Asked, reader: Reader) -> signing.Signer:
    # An order, filters, a workspace: a cursor of another list has another signature.
    words = [str(reader.workspace.pk), resource.name, asked.ordering]
    words += [f"{name}={value}" for name, value in asked.filters.items()]
    return signing.Signer(salt="\n".join(["cursor", *words]))
