"""Say of two that look like one that they are not, and keep it when one of them is merged."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.actions.audit import record
from accounts.models import Membership
from stakeholders.models import DistinctPair


@transaction.atomic
def tell_apart(*, one: Any, other: Any, by: Membership | None, now: datetime) -> None:
    """Remember that the two are not the same: they are not suggested again."""
    first, second = sorted([one.pk, other.pk])
    _pair, is_new = DistinctPair.objects.get_or_create(
        first_id=first,
        second_id=second,
        defaults={"kind": one._meta.model_name, "said_at": now, "said_by": by},
    )
    if is_new:
        record(
            verb=f"{one._meta.model_name}.told_apart",
            subject=one,
            by=by,
            at=now,
            after={"other": str(other)},
        )


def follow_distinct(*, kept: UUID, gone: UUID) -> None:
    """Whoever is not `gone` is not `kept` either; that they were two themselves is over."""
    about = DistinctPair.objects.about(gone)
    told = {pair: {pair.first_id, pair.second_id} - {gone} for pair in about}
    about.delete()
    DistinctPair.objects.bulk_create(
        [
            DistinctPair(
                kind=pair.kind,
                first_id=min(kept, other),
                second_id=max(kept, other),
                said_at=pair.said_at,
                said_by_id=pair.said_by_id,
            )
            for pair, others in told.items()
            for other in others
            if other != kept
        ],
        ignore_conflicts=True,
    )
