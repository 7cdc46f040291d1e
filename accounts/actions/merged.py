"""Remember what two rows that became one were called."""

from datetime import datetime
from typing import Any

from accounts.models import MergedRow


def remember_merged(*, kept: Any, gone: Any, now: datetime) -> None:
    """Lead to `kept` whoever comes with an id of `gone`, or of what was merged into it.

    `gone` no longer holds its name in its source. A row that has none takes it over: it
    follows that record from now on.
    """
    kind = kept._meta.model_name
    MergedRow.objects.filter(kind=kind, kept_id=gone.pk).update(kept_id=kept.pk)
    name = {"source": gone.source, "external_id": gone.external_id}
    if gone.external_id and not kept.external_id:
        type(kept)._default_manager.filter(pk=kept.pk).update(**name)
        kept.source, kept.external_id = gone.source, gone.external_id
        name = {"source": "", "external_id": ""}
    MergedRow.objects.create(
        kind=kind, merged_id=gone.pk, kept_id=kept.pk, merged_at=now, **name
    )
