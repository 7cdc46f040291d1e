"""Customers' companies, the deals with them, and the requests to compute them again."""

from opportunities.models.company import Company
from opportunities.models.opportunity import CLOSED_OUTCOMES, Opportunity, Outcome
from opportunities.models.recompute import RecomputeRequest

__all__ = [
    "CLOSED_OUTCOMES",
    "Company",
    "Opportunity",
    "Outcome",
    "RecomputeRequest",
]
