"""A new workspace gets a library of advice; the page of a person gets what is advised."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver
from django.utils.translation import get_language

from accounts.models import Workspace
from accounts.signals import workspace_created
from coaching.actions.plays import copy_default_plays
from coaching.queries.advised import Advised
from coaching.queries.person import advice_for
from coaching.queries.wording import Reader
from readiness.queries.catalogue import Catalogue
from readiness.signals import advice_wanted
from stakeholders.models import Stakeholder
from stakeholders.queries.roles import RolesShown


@receiver(workspace_created)
def give_plays(**kwargs: Any) -> None:
    copy_default_plays()


@receiver(advice_wanted)
def give_advice(
    *,
    seat: Stakeholder,
    roles: RolesShown,
    catalogue: Catalogue,
    workspace: Workspace,
    now: datetime,
    **kwargs: Any,
) -> list[Advised]:
    """What waits for an answer about one person; one query."""
    reader = Reader(get_language() or "en", workspace, now)
    return advice_for(seat, roles=roles, catalogue=catalogue, reader=reader)
