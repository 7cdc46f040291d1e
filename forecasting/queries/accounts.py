"""Companies with what is going on there."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from forecasting.models import Outlook
from opportunities.models import Company, Opportunity


@dataclass(frozen=True, slots=True)
class DealLine:
    """A deal with its outlook, if there is one."""

    opportunity: Opportunity
    outlook: Outlook | None


@dataclass(frozen=True, slots=True)
class CompanyLine:
    """A company with the deals one may see."""

    company: Company
    deals: tuple[DealLine, ...]

    @property
    def still_open(self) -> list[DealLine]:
        return [line for line in self.deals if not line.opportunity.is_closed]

    @property
    def closed_count(self) -> int:
        return len(self.deals) - len(self.still_open)


def company_lines(
    companies: Sequence[Company], *, deals: "QuerySet[Opportunity]"
) -> list[CompanyLine]:
    """Each company with its deals, open ones first; two queries."""
    rows = list(
        deals.filter(company__in=[company.pk for company in companies])
        .select_related("owner")
        .order_by("-opened_on", "pk")
    )
    outlooks = {
        row.opportunity_id: row
        for row in Outlook.objects.filter(opportunity__in=[deal.pk for deal in rows])
    }
    lines: dict[UUID, list[DealLine]] = defaultdict(list)
    for deal in sorted(rows, key=lambda deal: deal.is_closed):
        if deal.company_id:
            lines[deal.company_id].append(DealLine(deal, outlooks.get(deal.pk)))
    return [CompanyLine(company, tuple(lines[company.pk])) for company in companies]
