"""A new workspace gets a library of advice; the page of a person what is advised."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver
from django.utils.translation import get_language

from accounts.http.request import WorkspaceRequest
from accounts.signals import workspace_created
from coaching.actions.plays import copy_default_plays
from coaching.actions.seats import follow_seat
from coaching.queries.help import help_about
from coaching.queries.pace import pace_of
from coaching.queries.person import advice_for
from coaching.queries.wording import Reader
from readiness.queries.explained import Explained
from readiness.signals import person_shown
from stakeholders.models import Stakeholder
from stakeholders.queries.roles import RolesShown
from stakeholders.signals import seats_merged


@receiver(workspace_created)
def give_plays(**kwargs: Any) -> None:
    copy_default_plays()


@receiver(seats_merged)
def follow(kept: Stakeholder, gone: Stakeholder, now: datetime, **kwargs: Any) -> None:
    follow_seat(kept=kept, gone=gone, now=now)


@receiver(person_shown)
def show_beside(
    *,
    seat: Stakeholder,
    roles: RolesShown,
    explained: Explained,
    request: WorkspaceRequest,
    now: datetime,
    **kwargs: Any,
) -> dict[str, Any]:
    """What waits for an answer, when to speak again, what was asked; four queries."""
    workspace = request.workspace
    reader = Reader(get_language() or "en", workspace, now)
    paces = pace_of([seat], model=explained.model, workspace=workspace, now=now)
    return {
        "advice": advice_for(
            seat, roles=roles, catalogue=explained.catalogue, reader=reader
        ),
        "pace": paces.get(seat.pk),
        "asked": help_about(seat, membership=request.membership),
        "on_top": "coaching/person_doubt.html",
        "at_side": "coaching/person_side.html",
    }
