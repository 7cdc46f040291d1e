"""A member goes: their open deals find an heir."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver
from django.utils.translation import ngettext

from accounts.models import Membership
from accounts.queries import Holding
from accounts.signals import holdings_asked, member_leaving
from opportunities.actions import hand_over
from opportunities.models import Opportunity


@receiver(holdings_asked)
def count_open_opportunities(membership: Membership, **kwargs: Any) -> Holding:
    count = Opportunity.objects.owned_by(membership).still_open().count()
    label = ngettext("open opportunity", "open opportunities", count)
    return Holding(label=label, count=count)


@receiver(member_leaving)
def hand_over_open_opportunities(
    *,
    membership: Membership,
    heir: Membership | None,
    by: Membership,
    now: datetime,
    **kwargs: Any,
) -> None:
    if heir is None:
        return
    for opportunity in Opportunity.objects.owned_by(membership).still_open():
        hand_over(opportunity=opportunity, heir=heir, by=by, now=now)
