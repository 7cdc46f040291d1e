"""A new workspace gets a library of advice."""

from typing import Any

from django.dispatch import receiver

from accounts.signals import workspace_created
from coaching.actions.plays import copy_default_plays


@receiver(workspace_created)
def give_plays(**kwargs: Any) -> None:
    copy_default_plays()
