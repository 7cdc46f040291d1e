"""Taking what is to leave the house, for all workspaces at once."""

from datetime import datetime

from django.db import transaction

from integrations.models import OutboxEntry

AT_ONCE = 500


@transaction.atomic
def claim_entries(*, now: datetime) -> list[OutboxEntry]:
    """Take what is due; one for each object, however often it was asked for."""
    return OutboxEntry.objects.claim(now=now, limit=AT_ONCE)
