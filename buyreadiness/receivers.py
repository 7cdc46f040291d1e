"""When an opportunity asks to be computed again, ring the bell on commit."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.dispatch import receiver

from buyreadiness.doorbell import Doorbell
from buyreadiness.nightly import ask_for_periods
from buyreadiness.tasks import sweep
from opportunities.signals import rates_changed, recompute_requested

doorbell = Doorbell(lambda: sweep.apply_async(expires=60))


@receiver(recompute_requested)
def ring_on_commit(**kwargs: Any) -> None:
    transaction.on_commit(doorbell.ring, robust=True)


@receiver(rates_changed)
def ask_for_sums(*, workspace_id: UUID, now: datetime, **kwargs: Any) -> None:
    """What is won already rests on rates too, and no recompute of a deal would ask."""
    ask_for_periods(workspace_id=workspace_id, now=now)
    transaction.on_commit(doorbell.ring, robust=True)
