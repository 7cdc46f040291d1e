"""Keep whether reading well goes with winning."""

from datetime import datetime

from django.db import transaction

from accounts.models import Workspace
from coaching.models import ReadingAndWinning
from coaching.queries.winning import reading_and_winning


@transaction.atomic
def keep_winning(*, workspace: Workspace, now: datetime) -> ReadingAndWinning:
    """Compute it again, in the place of what was kept."""
    row, _is_new = ReadingAndWinning.objects.update_or_create(
        workspace=workspace,
        defaults={
            "computed_at": now,
            "body": reading_and_winning(workspace=workspace, now=now),
        },
    )
    return row
