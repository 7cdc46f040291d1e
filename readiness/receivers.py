"""A new workspace gets a phase model of its own; what was heard follows a seat."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from accounts.signals import workspace_created
from readiness.actions.phase_models import copy_default_model
from readiness.models import (
    PhaseConfirmation,
    PhaseOverride,
    SellerActionTarget,
    Signal,
)
from stakeholders.actions.seats import move_once
from stakeholders.models import Stakeholder
from stakeholders.signals import seats_merged


@receiver(workspace_created)
def give_phase_model(now: datetime, **kwargs: Any) -> None:
    copy_default_model(now=now)


@receiver(seats_merged)
def follow_seat(kept: Stakeholder, gone: Stakeholder, **kwargs: Any) -> None:
    """What was heard from either was heard from one; readings are made anew from it."""
    for facts in (Signal, PhaseConfirmation, PhaseOverride):
        facts.objects.filter(stakeholder=gone).update(stakeholder=kept)
    move_once(SellerActionTarget, "action", kept=kept, gone=gone)
