"""Say what a period is meant to bring."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.models import Membership, Team
from accounts.models.base import replace_version
from forecasting.models import Target
from forecasting.queries.periods import Span
from opportunities.actions import STALE


class TargetExists(Exception):
    """That period has a target of the same scope."""


@transaction.atomic
def add_target(
    *,
    team: Team | None,
    owner: Membership | None,
    span: Span,
    amount: Decimal,
    currency: str,
    by: Membership | None,
    now: datetime,
    reason: str = "",
) -> Target:
    """Set a target for a team or an owner, without either for the workspace.

    :raises TargetExists: when that scope has one for the period.
    """
    place: dict[str, Any] = {
        "team": team,
        "owner": owner,
        "starts_on": span.starts_on,
        "ends_on": span.ends_on,
    }
    row, is_new = Target.objects.get_or_create(
        **place, defaults={"amount": amount, "currency": currency, "reason": reason}
    )
    if not is_new:
        raise TargetExists(_("There is a target for that period already."))
    record(
        verb="target.added",
        subject=row,
        by=by,
        at=now,
        after={"amount": _said(amount, currency), "reason": reason},
    )
    return row


@transaction.atomic
def change_target(
    *,
    target: Target,
    amount: Decimal,
    version: int,
    by: Membership,
    now: datetime,
    reason: str = "",
) -> Target:
    """Set another amount, and say why.

    :raises StaleVersion: when somebody else changed it since `version`.
    """
    before = {
        "amount": _said(target.amount, target.currency),
        "reason": target.reason,
    }
    fields = {"amount": amount, "reason": reason}
    replace_version(target, version=version, fields=fields, stale=_(STALE))
    record(
        verb="target.changed",
        subject=target,
        by=by,
        at=now,
        before=before,
        after={"amount": _said(amount, target.currency), "reason": reason},
    )
    return target


@transaction.atomic
def remove_target(*, target: Target, by: Membership, now: datetime) -> None:
    """Take a target away; the trail keeps what it was."""
    record(
        verb="target.removed",
        subject=target,
        by=by,
        at=now,
        before={"amount": _said(target.amount, target.currency)},
    )
    target.delete()


def _said(amount: Decimal, currency: str) -> str:
    return f"{amount.normalize():f} {currency}"
