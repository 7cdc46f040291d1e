"""Whose prompts the queue shows."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.queries import visible_owners


class QueueFilters(forms.Form):
    owner_id = forms.ChoiceField(label=_("Owner"), required=False)

    def __init__(self, data: Any, *, membership: Membership) -> None:
        super().__init__(data)
        owners = visible_owners(membership)
        members = Membership.objects.of(membership.workspace).order_by("name", "pk")
        if owners is not None:
            members = members.filter(pk__in=owners)
        self.fields["owner_id"].choices = [  # type: ignore[attr-defined]
            ("", _("everybody")),
            *((str(member.pk), member.name) for member in members),
        ]

    @property
    def owner(self) -> UUID | None:
        """Whose deals; None for everybody's, or for a name that is not on the list."""
        given = self.cleaned_data.get("owner_id") if self.is_valid() else ""
        return UUID(given) if given else None

    def query(self, **also: str) -> str:
        kept = {"owner_id": str(self.owner)} if self.owner else {}
        return urlencode(kept | also)
