"""Pictures of the buying group."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from stakeholders.models import RoleHeld, RoleType


@dataclass(frozen=True, slots=True)
class RoleRights:
    """What a role gives in the group's decision."""

    code: str
    approves: bool
    can_veto: bool
    has_influence: bool
    weight: float


def role_codes() -> frozenset[str]:
    """The roles a person can hold here."""
    choosable = RoleType.objects.filter(is_choosable=True)
    return frozenset(choosable.values_list("code", flat=True))


def role_rights() -> dict[str, RoleRights]:
    """The rights of every role of the open workspace, by code."""
    return {
        row.code: RoleRights(
            code=row.code,
            approves="approve" in row.counts_as.split("+"),
            can_veto="veto" in row.counts_as.split("+"),
            has_influence="none" not in row.counts_as.split("+"),
            weight=row.default_weight,
        )
        for row in RoleType.objects.all()
    }


def held_on(rows: Iterable[RoleHeld], day: date) -> list[str]:
    """The roles of one stakeholder on a day, the one shown first."""
    held = [
        row
        for row in rows
        if row.held_from_on <= day
        and (row.held_until_on is None or row.held_until_on > day)
    ]
    return [row.role for row in sorted(held, key=lambda row: (row.position, row.role))]
