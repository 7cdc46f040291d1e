"""A new workspace gets a phase model of its own."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from accounts.signals import workspace_created
from readiness.actions.phase_models import copy_default_model


@receiver(workspace_created)
def give_phase_model(now: datetime, **kwargs: Any) -> None:
    copy_default_model(now=now)
