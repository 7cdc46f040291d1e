"""When something asks for a worker, ring the bell on commit."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.dispatch import receiver

from buyreadiness.doorbell import Doorbell
from buyreadiness.nightly import PERIODS_AT_MOST_EVERY, ask_for_periods
from buyreadiness.tasks import sweep
from forecasting.signals import accuracy_asked
from integrations.signals import delivery_asked, export_asked, import_asked
from opportunities.signals import rates_changed, recompute_requested
from readiness.signals import learning_asked

doorbell = Doorbell(lambda: sweep.apply_async(expires=60))


@receiver(
    [
        *(recompute_requested, import_asked, accuracy_asked),
        *(learning_asked, delivery_asked, export_asked),
    ]
)
def ring_on_commit(**kwargs: Any) -> None:
    transaction.on_commit(doorbell.ring, robust=True)


@receiver(rates_changed)
def ask_for_sums(*, workspace_id: UUID, now: datetime, **kwargs: Any) -> None:
    # Due at once: somebody has just changed a rate and looks.
    ask_for_periods(workspace_id=workspace_id, now=now - PERIODS_AT_MOST_EVERY)
    transaction.on_commit(doorbell.ring, robust=True)
