"""People of a deal to choose from."""

from datetime import date
from uuid import UUID

from stakeholders.models import Stakeholder


def active_in(
    opportunity_id: UUID, *, day: date, besides: UUID | None = None
) -> list[Stakeholder]:
    """Who is in a deal on a day, by name; one query."""
    rows = Stakeholder.objects.active_on(day).filter(opportunity=opportunity_id)
    if besides is not None:
        rows = rows.exclude(pk=besides)
    return list(rows.select_related("person").order_by("person__name", "pk"))
