"""Whose readings are looked into: one's own, and as a coach those of one's people."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.queries import skills_seen_by


class WhoseForm(forms.Form):
    whose_id = forms.ChoiceField(label=_("Whose"), required=False)

    def __init__(self, data: Any, *, membership: Membership) -> None:
        # Without a choice it shows oneself.
        super().__init__(data if "whose_id" in data else None)
        coached = skills_seen_by(membership)
        members = Membership.objects.of(membership.workspace).order_by("name", "pk")
        if coached is not None:
            members = members.filter(pk__in=coached)
        self.own = membership
        self.members = {str(member.pk): member for member in members}
        self.fields["whose_id"].choices = [  # type: ignore[attr-defined]
            (pk, member.name) for pk, member in self.members.items()
        ]
        self.initial["whose_id"] = str(membership.pk)

    @property
    def whose(self) -> Membership:
        """The member who was chosen; oneself without a choice, or for one that is none."""
        given = self.cleaned_data.get("whose_id", "") if self.is_valid() else ""
        return self.members.get(given, self.own)

    @property
    def is_a_choice(self) -> bool:
        return len(self.members) > 1
