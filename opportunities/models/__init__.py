"""Customers' companies, the deals with them, and the requests to compute them again."""

from opportunities.models.comparison import SellerForecast, StageChange
from opportunities.models.company import Company
from opportunities.models.money import AMOUNT, CURRENCY, ExchangeRate
from opportunities.models.opportunity import (
    CLOSED_OUTCOMES,
    BuyingClass,
    Importance,
    Opportunity,
    Outcome,
)
from opportunities.models.recompute import RecomputeRequest

__all__ = [
    "AMOUNT",
    "CLOSED_OUTCOMES",
    "CURRENCY",
    "BuyingClass",
    "Company",
    "ExchangeRate",
    "Importance",
    "Opportunity",
    "Outcome",
    "RecomputeRequest",
    "SellerForecast",
    "StageChange",
]
