"""Which rows a caller may point at, and what the facts of a deal have in common."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from accounts.models import Membership
from accounts.rest import Filter, Reader
from accounts.rest.columns import ID, INSTANT, column, reference
from opportunities.models import Opportunity
from stakeholders.actions.outcomes import refuse_closed
from stakeholders.models import Stakeholder

FACT = {
    "id": column("lineage_id", ID),
    "opportunity": reference("opportunity_id", "opportunity__name"),
}
LOGGED = {
    "logged_at": column("logged_at", INSTANT),
    "logged_by": reference("logged_by_id", "logged_by__name", null=True),
}
OF_A_DEAL = {"opportunity": Filter(ID, "opportunity")}


def seen_by(reader: Reader) -> Any:
    """The opportunities of which the caller may see what hangs on them."""
    return Opportunity.objects.visible_to(reader.membership)


def facts_seen(model: Any, *, of: str = "opportunity") -> Any:
    """The standing facts of the deals the caller may see; `of` leads to the deal."""
    return lambda reader: model.objects.standing().filter(
        **{f"{of}__in": seen_by(reader)}
    )


def row_of(rows: Any, id: UUID | None, *, field: str) -> Any:
    """The row a body points at, if it is one the caller may see."""
    if id is None:
        return None
    row = rows.filter(pk=id).first()
    if row is None:
        raise ValidationError({field: [_("There is no row with this id.")]})
    return row


def deal_of(given: Mapping[str, Any], reader: Reader) -> Opportunity:
    """The deal that a body is about."""
    deal: Opportunity = row_of(
        seen_by(reader), given["opportunity"], field="opportunity"
    )
    return deal


def open_deal_of(given: Mapping[str, Any], reader: Reader) -> Opportunity:
    """The deal that a body is about.

    :raises AlreadyClosed: when nothing more happens in it.
    """
    deal = deal_of(given, reader)
    refuse_closed(deal)
    return deal


def seat_of(
    given: Mapping[str, Any], reader: Reader, *, field: str = "stakeholder"
) -> Stakeholder:
    """The person in a deal that a body is about."""
    seats = Stakeholder.objects.filter(opportunity__in=seen_by(reader))
    seat: Stakeholder = row_of(
        seats.select_related("opportunity", "person"),
        given[field],
        field=field,
    )
    return seat


def person_in(deal: Opportunity, id: UUID | None, *, field: str) -> Any:
    """Somebody of this very deal, when one is named."""
    people = Stakeholder.objects.filter(opportunity=deal).select_related("person")
    return row_of(people, id, field=field)


def member_of(reader: Reader, id: UUID | None, *, field: str) -> Any:
    """Somebody of the workspace, when one is named."""
    return row_of(Membership.objects.of(reader.workspace), id, field=field)


def no_later(day: date, latest: date, *, field: str) -> None:
    """:raises ValidationError: for a day after the latest it can be."""
    if day > latest:
        raise ValidationError({field: [_("That lies in the future.")]})


def once(values: Iterable[Any], *, field: str, sentence: str) -> None:
    """:raises ValidationError: when a list names something twice."""
    listed = list(values)
    if len(set(listed)) != len(listed):
        raise ValidationError({field: [sentence]})
