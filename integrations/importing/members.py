"""The people on our side whom a file names: members, or seats made for them."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.actions.members import add_seat
from accounts.models import Membership, MembershipStatus, Role, Workspace
from integrations.importing.refusal import Refusal
from integrations.queries.names import NO_OWNER, label_of, owner_fields

LABELS = ("logged_by", "by")


class Members:
    def __init__(
        self,
        workspace: Workspace,
        *,
        by: Membership | None,
        now: datetime,
        on_seat: Callable[[Membership], None],
    ) -> None:
        self._workspace, self._by, self._now = workspace, by, now
        self._on_seat = on_seat
        self._by_email: dict[str, Membership] = {}
        self._by_name: dict[str, list[Membership]] = defaultdict(list)
        self._gone: dict[str, Membership] = {}
        self.all = list(Membership.objects.filter(workspace=workspace).order_by("pk"))
        for member in self.all:
            self._learn(member)

    def owner(self, values: dict[str, Any]) -> Membership:
        """Who owns what a row tells of; without a word of it, the seat of nobody."""
        email, name = values.get("owner_email", ""), values.get("owner_name", "")
        if not email and not name:
            name = NO_OWNER
        return self._found(email, name) or self._seat(name or email, email)

    def labelled(self, label: str | None) -> Membership | None:
        """Somebody named by e-mail or by name in one field."""
        if not label:
            return None
        email = label.lower() if "@" in label else ""
        name = "" if email else label
        return self._found(email, name) or self._seat(label, email)

    def as_told(self, values: dict[str, Any]) -> dict[str, Any]:
        """A line with its members called as an export calls them, for comparison."""
        told = dict(values)
        for field in LABELS:
            if field in told:
                member = self._known(told[field])
                told[field] = label_of(member) if member else told[field]
        email, name = told.get("owner_email", ""), told.get("owner_name", "")
        owner = self._found(email, name) or self._gone.get(email or name)
        if owner and "opportunity" not in told:  # a task's owner is an address alone
            told.pop("owner_email", None)
            told.pop("owner_name", None)
            told |= owner_fields(owner)
        return told

    def seat(self, name: str, *, role: Role) -> Membership:
        """The member of this name, or a new seat with a role."""
        return self._found("", name) or self._seat(name, "", role=role)

    def _known(self, label: str) -> Membership | None:
        email = label.lower() if "@" in label else ""
        return self._found(email, "" if email else label) or self._gone.get(label)

    def _found(self, email: str, name: str) -> Membership | None:
        if email:
            return self._by_email.get(email)
        there = self._by_name.get(name.casefold(), []) if name else []
        if len(there) > 1:
            raise Refusal(
                _("Several members are called “%(name)s”: say which by e-mail.")
                % {"name": name}
            )
        return there[0] if there else None

    def _seat(self, name: str, email: str, *, role: Role = Role.REP) -> Membership:
        seat = add_seat(
            workspace=self._workspace,
            name=name,
            email=email,
            roles=[role],
            by=self._by,
            now=self._now,
        )
        self._learn(seat)
        self._on_seat(seat)
        return seat

    def _learn(self, member: Membership) -> None:
        if member.status == MembershipStatus.REMOVED:
            self._gone[member.email or member.name] = member
            return
        if member.email:
            self._by_email[member.email] = member
        self._by_name[member.name.casefold()].append(member)
