"""Who has the weekly review sent."""

from django.db import transaction

from accounts.models import Membership
from forecasting.models import ReviewSubscription


@transaction.atomic
def subscribe(*, address: str, by: Membership) -> ReviewSubscription:
    """Have every review sent from the next one on; `address` is where they are read."""
    row, _is_new = ReviewSubscription.objects.update_or_create(
        member=by, defaults={"address": address}
    )
    return row


@transaction.atomic
def unsubscribe(*, by: Membership) -> None:
    """Send this member no more of them."""
    ReviewSubscription.objects.filter(member=by).delete()
