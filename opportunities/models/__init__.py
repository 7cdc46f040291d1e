"""Customers' companies, the deals with them, and the requests to compute them again."""

from opportunities.models.company import Company
from opportunities.models.comparison import SellerForecast, StageChange
from opportunities.models.money import AMOUNT, CURRENCY, ExchangeRate
from opportunities.models.opportunity import (
    CLOSED_OUTCOMES,
    BuyingClass,
    DecisionRule,
    Importance,
    Opportunity,
    Outcome,
)
from opportunities.models.recompute import RecomputeRequest
from opportunities.models.schedule import Job, ScheduleSlot

__all__ = [
    "AMOUNT",
    "CLOSED_OUTCOMES",
    "CURRENCY",
    "BuyingClass",
    "Company",
    "DecisionRule",
    "ExchangeRate",
    "Importance",
    "Job",
    "Opportunity",
    "Outcome",
    "RecomputeRequest",
    "ScheduleSlot",
    "SellerForecast",
    "StageChange",
]
