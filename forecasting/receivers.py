"""A rate was set or taken back: the deals in that currency are worth something else."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.dispatch import receiver

from forecasting.models import Outlook
from opportunities.actions import request_recomputes
from opportunities.signals import rates_changed


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
