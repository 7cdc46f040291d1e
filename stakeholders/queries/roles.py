"""Pictures of the buying group."""

from collections.abc import Iterable
from datetime import date

from stakeholders.models import RoleHeld, RoleType


def role_codes() -> frozenset[str]:
    """The roles a person can hold here."""
    choosable = RoleType.objects.filter(is_choosable=True)
    return frozenset(choosable.values_list("code", flat=True))


def held_on(rows: Iterable[RoleHeld], day: date) -> list[str]:
    """The roles of one stakeholder on a day, the one shown first."""
    held = [
        row
        for row in rows
        if row.held_from_on <= day
        and (row.held_until_on is None or row.held_until_on > day)
    ]
    return [row.role for row in sorted(held, key=lambda row: (row.position, row.role))]
