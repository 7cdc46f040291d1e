"""The roles people hold in a buying group."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from stakeholders.models import RoleHeld, RoleType, Stakeholder


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


@dataclass(frozen=True, slots=True)
class RolesShown:
    """The roles of one stakeholder on a day, in words; what they may do in the decision."""

    codes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    rights: frozenset[str] = frozenset()  # of approve, veto, influence, none

    @property
    def first(self) -> str:
        return self.names[0] if self.names else ""


def roles_shown(
    stakeholders: Iterable[Stakeholder], *, day: date
) -> dict[UUID, RolesShown]:
    """What each holds on a day, the one shown first; two queries, whatever their number."""
    ids = [stakeholder.pk for stakeholder in stakeholders]
    held: dict[UUID, list[RoleHeld]] = {pk: [] for pk in ids}
    for row in RoleHeld.objects.filter(stakeholder__in=ids):
        held[row.stakeholder_id].append(row)
    types = {row.code: row for row in RoleType.objects.all()}
    shown = {}
    for pk, rows in held.items():
        codes = tuple(code for code in held_on(rows, day) if code in types)
        rights = {right for code in codes for right in types[code].counts_as.split("+")}
        shown[pk] = RolesShown(
            codes=codes,
            names=tuple(str(types[code]) for code in codes),
            rights=frozenset(rights),
        )
    return shown


def role_choices() -> list[tuple[str, str]]:
    """The roles a person can hold, in the reader's language; one query."""
    rows = RoleType.objects.filter(is_choosable=True).order_by("position", "pk")
    return [(row.code, str(row)) for row in rows]
