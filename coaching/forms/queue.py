"""Whose prompts the queue shows."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.queries import visible_owners
from coaching.models import Situation
from stakeholders.models import Anchor


class QueueFilters(forms.Form):
    owner_id = forms.ChoiceField(label=_("Owner"), required=False)
    play = forms.ChoiceField(
        label=_("Advice for"),
        required=False,
        choices=[
            ("", _("every situation")),
            (
                _("whatever the phase"),
                [
                    (each.value, each.label)
                    for each in (Situation.CLARIFY, Situation.GROUP, Situation.STOP)
                ],
            ),
            (
                Situation.HEARD.label,
                [(f"{code}_heard", label) for code, label in Anchor.choices],
            ),
            (
                Situation.UNHEARD.label,
                [(f"{code}_unheard", label) for code, label in Anchor.choices],
            ),
        ],
    )

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
        given = self._given("owner_id")
        return UUID(given) if given else None

    @property
    def play_code(self) -> str:
        """The code or the situation of the plays to show; empty for all of them."""
        return self._given("play")

    def query(self, **also: str) -> str:
        kept = {name: self._given(name) for name in ("owner_id", "play")}
        return urlencode({name: given for name, given in kept.items() if given} | also)

    def _given(self, name: str) -> str:
        """What was chosen; a choice that is none spoils no other."""
        self.is_valid()
        return str(self.cleaned_data.get(name, ""))
