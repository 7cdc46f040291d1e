"""A new workspace gets its own list of roles."""

from typing import Any

from django.dispatch import receiver

from accounts.signals import workspace_created
from stakeholders.actions.defaults import copy_default_roles


@receiver(workspace_created)
def give_roles(**kwargs: Any) -> None:
    copy_default_roles()
