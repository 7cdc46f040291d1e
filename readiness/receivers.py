"""A new workspace gets a phase model; a task learns our steps; what was heard follows."""

from collections.abc import Mapping
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
from readiness.queries.catalogue import catalogue_of
from readiness.queries.models import NoActiveModel, active_model
from stakeholders.actions.seats import move_once
from stakeholders.models import Stakeholder
from stakeholders.signals import seats_merged, steps_asked


@receiver(workspace_created)
def give_phase_model(now: datetime, **kwargs: Any) -> None:
    copy_default_model(now=now)


@receiver(steps_asked)
def name_steps(**kwargs: Any) -> Mapping[str, str]:
    """Our steps by name; none while the workspace has no model."""
    try:
        return catalogue_of(active_model()).steps
    except NoActiveModel:
        return {}


@receiver(seats_merged)
def follow_seat(kept: Stakeholder, gone: Stakeholder, **kwargs: Any) -> None:
    """What was heard from either was heard from one; readings are made anew from it."""
    for facts in (Signal, PhaseConfirmation, PhaseOverride):
        facts.objects.filter(stakeholder=gone).update(stakeholder=kept)
    move_once(SellerActionTarget, "action", kept=kept, gone=gone)
