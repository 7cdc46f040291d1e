"""Rates were set, or seats merged: what lists show of the deals follows."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.dispatch import receiver

from forecasting.models import Outlook
from opportunities.actions import request_recomputes
from opportunities.signals import rates_changed
from stakeholders.models import Stakeholder
from stakeholders.signals import seats_merged


@receiver(rates_changed)
def recompute_deals_in(
    *, workspace_id: UUID, currency: str, now: datetime, **kwargs: Any
) -> None:
    worth = Outlook.objects.filter(currency=currency)
    request_recomputes(
        workspace_id=workspace_id,
        opportunity_ids=list(worth.values_list("opportunity_id", flat=True)),
        now=now,
    )


@receiver(seats_merged)
def follow_seat(kept: Stakeholder, gone: Stakeholder, **kwargs: Any) -> None:
    """Until the deal is computed again, lists lead to the seat that is there."""
    for name in ("constraint_stakeholder", "knowing_stakeholder"):
        Outlook.objects.filter(**{name: gone}).update(**{name: kept})
