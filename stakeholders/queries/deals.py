"""People of a deal to choose from."""

from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from opportunities.models import Opportunity
from stakeholders.models import Stakeholder


def active_in(
    opportunity_id: UUID, *, day: date, besides: UUID | None = None
) -> list[Stakeholder]:
    """Who is in a deal on a day, by name; one query."""
    rows = Stakeholder.objects.active_on(day).filter(opportunity=opportunity_id)
    if besides is not None:
        rows = rows.exclude(pk=besides)
    return list(rows.select_related("person").order_by("person__name", "pk"))


def closed_words(opportunity: Opportunity) -> str:
    """Why nothing more happens in a deal; empty while it is open."""
    if not opportunity.is_closed:
        return ""
    return _("“%(deal)s” is closed (%(outcome)s). Reopen it before you go on.") % {
        "deal": opportunity.name,
        "outcome": opportunity.get_outcome_display(),
    }
