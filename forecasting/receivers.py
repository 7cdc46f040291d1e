"""Rates were set, seats merged, a member goes: what lists show follows."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.dispatch import receiver
from django.utils.translation import ngettext

from accounts.models import Membership
from accounts.queries import Holding
from accounts.signals import holdings_asked, member_leaving
from forecasting.actions.saved_views import pass_views_on
from forecasting.models import Outlook, SavedView
from opportunities.actions import request_recomputes
from opportunities.signals import rates_changed
from stakeholders.models import Stakeholder
from stakeholders.signals import seats_merged


@receiver(rates_changed)
def recompute_deals_in(
    *, workspace_id: UUID, currency: str, now: datetime, **kwargs: Any
) -> None:
    worth = Outlook.objects.filter(currency=currency)
    request_recomputes(
        workspace_id=workspace_id,
        opportunity_ids=list(worth.values_list("opportunity_id", flat=True)),
        now=now,
    )


@receiver(seats_merged)
def follow_seat(kept: Stakeholder, gone: Stakeholder, **kwargs: Any) -> None:
    """Until the deal is computed again, lists lead to the seat that is there."""
    for name in ("constraint_stakeholder", "knowing_stakeholder"):
        Outlook.objects.filter(**{name: gone}).update(**{name: kept})


@receiver(holdings_asked)
def count_shared_views(membership: Membership, **kwargs: Any) -> Holding:
    shared = Q(team__isnull=False) | Q(is_for_all=True)
    count = SavedView.objects.filter(shared, owner=membership).count()
    label = ngettext("shared view", "shared views", count)
    return Holding(label=label, count=count)


@receiver(member_leaving)
def pass_on_views(
    *,
    membership: Membership,
    heir: Membership | None,
    by: Membership,
    now: datetime,
    **kwargs: Any,
) -> None:
    pass_views_on(of=membership, heir=heir, by=by, now=now)
