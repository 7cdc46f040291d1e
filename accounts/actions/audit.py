"""The audit trail is written by the actions themselves: bulk and import paths fire no signal."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from accounts import tenancy
from accounts.models import AuditEvent, Membership


def record(
    *,
    verb: str,
    subject: Any,
    by: Membership | None,
    at: datetime,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> AuditEvent:
    """Write down one thing that was done in the open workspace.

    `before` and `after` hold the fields that differ, as JSON can say them; the door the
    work came in by is the workspace's own knowledge.
    """
    return AuditEvent.objects.create(
        at=at,
        actor=by,
        actor_name=by.name if by else "",
        verb=verb,
        subject_kind=subject._meta.model_name,
        subject_id=subject.pk,
        subject_name=str(subject)[:200],
        before=dict(before or {}),
        after=dict(after or {}),
        source=tenancy.through(),
        program=tenancy.program(),
    )


def record_refusal(
    *, verb: str, reason: str, by: Membership | None, at: datetime
) -> AuditEvent:
    """Write down an attempt that was refused; the door calls it after the roll-back."""
    return AuditEvent.objects.create(
        at=at,
        actor=by,
        actor_name=by.name if by else "",
        verb=verb,
        subject_kind="refusal",
        subject_name=reason[:200],
        source=tenancy.through(),
        program=tenancy.program(),
    )


def differences(
    row: Any, new: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields of `row` that `new` changes, before and after, as JSON can say them."""
    changed = [name for name, value in new.items() if getattr(row, name) != value]
    before = {name: _plain(getattr(row, name)) for name in changed}
    return before, {name: _plain(new[name]) for name in changed}


def _plain(value: Any) -> Any:
    if isinstance(value, bool | int | float | list) or value is None:
        return value
    return str(value)
