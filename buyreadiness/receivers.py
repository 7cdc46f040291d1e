"""When something asks for a worker, ring the bell on commit."""

from typing import Any

from django.db import transaction
from django.dispatch import receiver

from buyreadiness.doorbell import Doorbell
from buyreadiness.tasks import sweep
from integrations.signals import import_asked
from opportunities.signals import recompute_requested

doorbell = Doorbell(lambda: sweep.apply_async(expires=60))


@receiver([recompute_requested, import_asked])
def ring_on_commit(**kwargs: Any) -> None:
    transaction.on_commit(doorbell.ring, robust=True)
