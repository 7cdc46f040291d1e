"""What rows are called in a bundle: companies, deals and people by id, members by name."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from accounts.models import Membership

# Owns the deals of a file that names no owner: a seat, so that an heir can take them over.
NO_OWNER = "No owner"


class Names:
    """The ids of one file for the rows of one workspace, and the words for its members."""

    def __init__(self, members: Iterable[Membership]) -> None:
        self._ids: dict[UUID, str] = {}
        self._members = {member.pk: member for member in members}

    def call(self, pk: UUID, name: str) -> None:
        self._ids[pk] = name

    def forget(self, pks: Iterable[UUID]) -> None:
        """What nothing further refers to need not be kept."""
        for pk in pks:
            self._ids.pop(pk, None)

    def of(self, pk: UUID | None) -> str | None:
        """A row's id in the file; one that has none there goes by its own."""
        return None if pk is None else self._ids.get(pk) or str(pk)

    def meet(self, member: Membership) -> None:
        self._members[member.pk] = member

    def member(self, pk: UUID | None) -> str | None:
        """Somebody on our side: by e-mail, else by name."""
        return None if pk is None else label_of(self._members[pk])

    def owner(self, pk: UUID) -> dict[str, str]:
        """The two fields a bundle has for an owner, those that say something."""
        return owner_fields(self._members[pk])

    def email(self, pk: UUID | None) -> str | None:
        return None if pk is None else self._members[pk].email or None


def label_of(member: Membership) -> str:
    return member.email or member.name


def owner_fields(member: Membership) -> dict[str, str]:
    if is_nobody(member):
        return {}
    fields = {"owner_email": member.email} if member.email else {}
    # A seat made of an e-mail address alone bears it as its name, too.
    if member.name != member.email:
        fields["owner_name"] = member.name
    return fields


def is_nobody(member: Any) -> bool:
    return member.is_seat and not member.email and member.name == NO_OWNER
