"""Set from where on something is a symptom."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.models import Membership
from accounts.models.base import replace_version
from coaching.models import SymptomThresholds
from opportunities.actions import STALE, request_recomputes
from opportunities.models import Opportunity


@transaction.atomic
def set_thresholds(
    *, own: Mapping[str, float], version: int, by: Membership, now: datetime
) -> SymptomThresholds:
    """Let exactly these differ from the experts'; the open deals are looked at again.

    :raises StaleVersion: when somebody else set them since `version`.
    """
    row, _made = SymptomThresholds.objects.get_or_create()
    before = dict(row.own)
    if before == own:
        return row
    replace_version(row, version=version, fields={"own": dict(own)}, stale=_(STALE))
    record(
        verb="symptom_thresholds.changed",
        subject=row,
        by=by,
        at=now,
        before=before,
        after=dict(own),
    )
    deals = Opportunity.objects.still_open().values_list("pk", flat=True)
    request_recomputes(
        workspace_id=row.workspace_id, opportunity_ids=list(deals), now=now
    )
    return row
