"""What is asked about teams: a name, a place in the tree, who belongs."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.workspaces import GREATEST_VERSION
from accounts.models import Membership, Team


def choose_from(
    field: forms.Field, rows: Iterable[tuple[Any, str]], empty: Any
) -> None:
    """Let a field offer these rows and answer the row that was chosen."""
    known = {str(row.pk): (row, label) for row, label in rows}
    assert isinstance(field, forms.TypedChoiceField)  # noqa: S101 -- for mypy
    field.choices = [("", empty), *((key, label) for key, (_r, label) in known.items())]
    field.coerce = lambda key: known[key][0]


class TeamForm(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    parent = forms.TypedChoiceField(
        label=_("Part of"),
        required=False,
        empty_value=None,
        help_text=_("Managers may see the teams below their own."),
    )

    def __init__(
        self, *args: Any, teams: Iterable[tuple[Team, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        choose_from(self.fields["parent"], teams, _("no other team"))


class ChangeTeamForm(TeamForm):
    version = forms.IntegerField(
        widget=forms.HiddenInput, min_value=1, max_value=GREATEST_VERSION
    )


class PlaceForm(forms.Form):
    """One person, chosen from a list."""

    membership = forms.TypedChoiceField(label=_("Person"), empty_value=None)

    def __init__(
        self,
        *args: Any,
        people: Iterable[tuple[Membership, str]],
        label: Any = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["membership"]
        field.label = label or field.label
        choose_from(field, people, _("Choose a person"))
