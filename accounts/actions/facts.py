"""Take a fact back, or put another in its place: nothing is deleted, nothing overwritten."""

from datetime import datetime
from typing import Any, TypeVar

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.audit import differences, record
from accounts.models import Fact, Membership

AnyFact = TypeVar("AnyFact", bound=Fact)


class AlreadyRetracted(Exception):
    """The fact was taken back, or replaced, before."""


@transaction.atomic
def retract(*, fact: AnyFact, by: Membership | None, now: datetime) -> AnyFact:
    """Take a fact back: from now on it counts as never said, in what is believed now.

    :raises AlreadyRetracted: when somebody did so before.
    """
    _end(fact, by=by, now=now)
    record(verb=f"{fact._meta.model_name}.retracted", subject=fact, by=by, at=now)
    return fact


@transaction.atomic
def amend(
    *, fact: AnyFact, values: dict[str, Any], by: Membership | None, now: datetime
) -> AnyFact:
    """Put a corrected row in a fact's place, of the same lineage; return the new row.

    :raises AlreadyRetracted: when the fact was taken back or corrected meanwhile.
    """
    before, after = differences(fact, values)
    if not after:
        return fact
    _end(fact, by=by, now=now)
    heir = _successor(fact, values, by=by, now=now)
    record(
        verb=f"{fact._meta.model_name}.amended",
        subject=heir,
        by=by,
        at=now,
        before=before,
        after=after,
    )
    return heir


def _end(fact: Fact, *, by: Membership | None, now: datetime) -> None:
    standing = type(fact)._default_manager.filter(pk=fact.pk, retracted_at__isnull=True)
    if not standing.update(retracted_at=now, retracted_by=by):
        raise AlreadyRetracted(_("This was changed or taken back meanwhile."))
    fact.retracted_at, fact.retracted_by = now, by


def _successor(
    fact: AnyFact, values: dict[str, Any], *, by: Membership | None, now: datetime
) -> AnyFact:
    fields = {
        field.name: getattr(fact, field.name)
        for field in fact._meta.local_concrete_fields
        if field.name not in {"id", "retracted_at", "retracted_by"}
    }
    corrected = {
        "logged_at": now,
        "logged_by": by,
        "revision": fact.revision + 1,
    }
    heir: AnyFact = type(fact)(**fields | corrected | values)
    heir.save(force_insert=True)
    return heir
